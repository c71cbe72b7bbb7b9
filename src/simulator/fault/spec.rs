//! Faults as they are written on a command line.

use std::str::FromStr;

use super::plan::Place;
use super::{Ban, Fault, FaultPlan, Shape, Wait};

/// Faults as they are written on a command line: `jobs=502:3,sources=slow`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultSpec(FaultPlan);

/// Names of faults, each with what it is.
#[rustfmt::skip] // one row, one line
const FAULTS: &[(&str, Fault)] = &[
    ("hang", Fault::Hang { carried_out: false }),
    ("hang-done", Fault::Hang { carried_out: true }),
    ("reset", Fault::Cut { carried_out: false }),
    ("reset-done", Fault::Cut { carried_out: true }),
    ("cut", Fault::CutInside),
    ("400", Fault::Bad(Shape::Whole)),
    ("400-message", Fault::Bad(Shape::Message)),
    ("400-detail", Fault::Bad(Shape::Detail)),
    ("400-error", Fault::Bad(Shape::Error)),
    ("400-success", Fault::Bad(Shape::Success)),
    ("400-list", Fault::Bad(Shape::List)),
    ("400-html", Fault::Bad(Shape::Page)),
    ("400-text", Fault::Bad(Shape::Text)),
    ("400-empty", Fault::Bad(Shape::Empty)),
    ("401", Fault::KeyRejected),
    ("403", Fault::Forbidden(Ban::Access)),
    ("403-scope", Fault::Forbidden(Ban::Scope)),
    ("403-project", Fault::Forbidden(Ban::Project)),
    ("403-managed", Fault::Forbidden(Ban::Managed)),
    ("404", Fault::NotFound),
    ("409", Fault::Conflict),
    ("429", Fault::Throttled(Wait::Seconds(37))),
    ("429-bare", Fault::Throttled(Wait::Unsaid)),
    ("429-now", Fault::Throttled(Wait::Seconds(0))),
    ("429-date", Fault::Throttled(Wait::Date)),
    ("429-absurd", Fault::Throttled(Wait::Absurd)),
    ("500", Fault::ServerError),
    ("502", Fault::Gateway { carried_out: false }),
    ("502-done", Fault::Gateway { carried_out: true }),
    ("503", Fault::Unavailable),
    ("truncated", Fault::Truncated),
    ("types", Fault::WrongTypes),
    ("html", Fault::Page),
    ("huge", Fault::Huge),
    ("slow", Fault::Slow),
    ("redirect", Fault::Elsewhere),
];

/// Names of requests, each with how its path ends. The word of a path is a name too.
const PLACES: &[(&str, &str)] = &[
    ("sources", "/external_data_sources/"),
    ("source", "/external_data_sources/*/"),
    ("table", "/external_data_schemas/*/"),
    ("key", "/personal_api_keys/@current/"),
    ("project", "/projects/*/"),
    ("jobs", "/jobs/"),
    ("logs", "/logs/"),
    ("reload", "/reload/"),
    ("cancel", "/cancel/"),
    ("resync", "/resync/"),
    ("delete_data", "/delete_data/"),
    ("incremental_fields", "/incremental_fields/"),
    ("refresh_schemas", "/refresh_schemas/"),
    ("bulk_update_schemas", "/bulk_update_schemas/"),
    ("wizard", "/wizard/"),
    ("webhook_info", "/webhook_info/"),
    ("create_webhook", "/create_webhook/"),
    ("update_webhook_inputs", "/update_webhook_inputs/"),
    ("delete_webhook", "/delete_webhook/"),
    ("cdc_status", "/cdc_status/"),
    ("enable_cdc", "/enable_cdc/"),
    ("disable_cdc", "/disable_cdc/"),
    ("repair_cdc", "/repair_cdc/"),
];

impl FaultSpec {
    /// What is planned.
    #[must_use]
    pub fn plan(self) -> FaultPlan {
        self.0
    }

    /// Names of all faults.
    pub fn faults() -> impl Iterator<Item = (&'static str, Fault)> {
        FAULTS.iter().map(|(name, fault)| (*name, fault.clone()))
    }

    /// What there is, in one sentence.
    #[must_use]
    pub fn grammar() -> String {
        let faults: Vec<&str> = FAULTS.iter().map(|(name, _)| *name).collect();
        let places: Vec<&str> = PLACES.iter().map(|(name, _)| *name).collect();
        format!(
            "write PLACE=FAULT, PLACE=FAULT:TIMES or PLACE=FAULT@PASS:TIMES (so many pass before), separated by commas; \
             places are all, reads, writes, {}; faults are {}",
            places.join(", "),
            faults.join(", ")
        )
    }
}

impl FromStr for FaultSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut plan = FaultPlan::default();
        for part in text.split(',').map(str::trim) {
            let wrong = |what: &str| format!("{what} in \"{}\"; {}", shortened(part), Self::grammar());
            let (place, rest) = part.split_once('=').ok_or_else(|| wrong("there is no ="))?;
            let (rest, times) = match rest.split_once(':') {
                Some((rest, times)) => (rest, Some(count(times).ok_or_else(|| wrong("there is no number after :"))?)),
                None => (rest, None),
            };
            let (name, skip) = match rest.split_once('@') {
                Some((name, skip)) => (name, count(skip).ok_or_else(|| wrong("there is no number after @"))?),
                None => (rest, 0),
            };
            let place = place_of(place.trim()).ok_or_else(|| wrong("the place is not known"))?;
            let fault = FAULTS.iter().find(|(known, _)| *known == name.trim());
            let (_, fault) = fault.ok_or_else(|| wrong("the fault is not known"))?;
            plan.expect(place, skip, times, fault.clone());
        }
        Ok(Self(plan))
    }
}

fn place_of(name: &str) -> Option<Place> {
    match name {
        "all" => Some(Place::All),
        "reads" => Some(Place::Looking(true)),
        "writes" => Some(Place::Looking(false)),
        name => PLACES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, end)| Place::Path((name == "sources").then(|| "GET".to_owned()), (*end).to_owned())),
    }
}

/// A number that is worth counting to.
fn count(text: &str) -> Option<usize> {
    text.trim().parse().ok().filter(|count| (1..=1_000_000).contains(count))
}

fn shortened(text: &str) -> String {
    text.chars().filter(|symbol| !symbol.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Request;
    use super::*;
    use proptest::prelude::*;

    fn request(method: &str, path: &str) -> Request {
        Request { method: method.to_owned(), path: path.to_owned(), ..Request::default() }
    }

    #[test]
    fn a_spec_says_where_what_after_how_many_and_how_often() {
        let mut plan = "jobs=502:2, sources=slow, table=401@1:1".parse::<FaultSpec>().unwrap().plan();
        let mut met = |method: &str, path: &str| plan.of(&request(method, path));
        let jobs = "/api/projects/1/external_data_sources/s/jobs/";
        let gateway = Some(Fault::Gateway { carried_out: false });
        assert_eq!((met("GET", jobs), met("GET", jobs), met("GET", jobs)), (gateway.clone(), gateway, None));
        for _ in 0..3 {
            assert_eq!(met("GET", "/api/projects/1/external_data_sources/"), Some(Fault::Slow));
        }
        assert_eq!(met("GET", "/api/projects/1/external_data_sources/s/"), None);
        let table = "/api/projects/1/external_data_schemas/t/";
        assert_eq!((met("GET", table), met("PATCH", table), met("GET", table)), (None, Some(Fault::KeyRejected), None));
    }

    #[test]
    fn reads_and_writes_are_told_apart() {
        let mut plan = "writes=500".parse::<FaultSpec>().unwrap().plan();
        let source = "/api/projects/1/external_data_sources/s/";
        assert_eq!(plan.of(&request("GET", source)), None);
        assert_eq!(plan.of(&request("POST", "/api/projects/1/external_data_schemas/t/incremental_fields/")), None);
        assert_eq!(plan.of(&request("PATCH", source)), Some(Fault::ServerError));
    }

    #[test]
    fn a_wrong_spec_is_refused_in_one_line_that_lists_what_there_is() {
        for (text, what) in [
            ("", "there is no ="),
            ("jobs", "there is no ="),
            ("jobs=5022", "the fault is not known"),
            ("yobs=502", "the place is not known"),
            ("jobs=502:", "there is no number after :"),
            ("jobs=502:0", "there is no number after :"),
            ("jobs=502@x", "there is no number after @"),
            ("jobs=502,", "there is no ="),
        ] {
            let said = text.parse::<FaultSpec>().unwrap_err();
            assert!(said.starts_with(what) && !said.contains('\n'), "{text}: {said}");
            assert!(said.contains("429-absurd") && said.contains("bulk_update_schemas"), "{said}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_spec_or_refused(text in "(sources|all|=|502|hang|:|@|,|3| |\\PC){0,8}") {
            let _ = text.parse::<FaultSpec>();
        }
    }
}
