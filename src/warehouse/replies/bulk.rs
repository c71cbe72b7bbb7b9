//! What becomes of a change of many schemas, which is not atomic (contract, section 9.2).

use crate::warehouse::failure::Failure;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::text::Foreign;

/// A change of many schemas of which a part was saved, although the server answered with a refusal. Whoever
/// sent it has to read back what became of each of them; this is what the server said meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkFailure {
    /// The schemas that the server named as not saved, in its order.
    pub unsaved: Vec<Unsaved>,
    /// Whether the server's list was read to its end. Where it was not, more may be unsaved.
    pub complete: bool,
}

/// A schema that was not saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsaved {
    /// The schema.
    pub schema: SchemaId,
    /// Why, as the server says it; may be blank.
    pub reason: Foreign,
}

/// What stands before the list of unsaved schemas.
const BEFORE: &str = "in the batch could not be saved: ";
/// What stands behind it.
const BEHIND: &str = ". Any other schemas";

impl BulkFailure {
    /// What a failure says of the schemas that were to be changed, given with their names: only names stand in it.
    /// `None`: it is another failure, of all of them alike.
    #[must_use]
    pub fn of(failure: &Failure, schemas: &[(SchemaId, Foreign)]) -> Option<Self> {
        let detail = failure.detail.raw();
        let listed = &detail[detail.find(BEFORE)? + BEFORE.len()..];
        let (listed, complete) = match listed.rfind(BEHIND) {
            Some(end) => (&listed[..end], true),
            None => (listed, false),
        };
        // Where each name stands: its beginning, the end of it, and its schema.
        let mut places: Vec<(usize, usize, &SchemaId)> = schemas
            .iter()
            .filter_map(|(id, name)| {
                let start = find_item(listed, name.raw())?;
                Some((start, start + name.raw().len(), id))
            })
            .collect();
        places.sort_unstable_by_key(|(start, ..)| *start);
        let unsaved = places.iter().enumerate().map(|(index, (_, end, id))| {
            let next = places.get(index + 1).map_or(listed.len(), |(start, ..)| *start);
            let reason = listed.get(*end..next).unwrap_or_default().trim().trim_end_matches(',');
            let reason = reason.strip_prefix('(').unwrap_or(reason);
            let reason = reason.strip_suffix(')').unwrap_or(reason);
            Unsaved { schema: (*id).clone(), reason: Foreign::new(reason) }
        });
        Some(Self { unsaved: unsaved.collect(), complete })
    }
}

/// Where a name stands as an item of a list: at its start or behind a comma, before a reason or the next item.
fn find_item(listed: &str, name: &str) -> Option<usize> {
    if name.is_empty() {
        return None;
    }
    listed.match_indices(name).map(|(at, _)| at).find(|at| {
        let (before, behind) = (&listed[..*at], &listed[at + name.len()..]);
        (before.is_empty() || before.ends_with(", "))
            && (behind.is_empty() || behind.starts_with(" (") || behind.starts_with(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::failure::FailureKind;
    use proptest::prelude::*;

    fn schemas(names: &[&str]) -> Vec<(SchemaId, Foreign)> {
        names.iter().map(|name| (SchemaId::new(&format!("id of {name}")), Foreign::new(name))).collect()
    }

    fn read(detail: &str, names: &[&str]) -> Option<(Vec<(String, String)>, bool)> {
        let failure = BulkFailure::of(&Failure::new(FailureKind::Refused, detail), &schemas(names))?;
        let row = |row: &Unsaved| (row.schema.as_str().to_owned(), row.reason.raw().to_owned());
        Some((failure.unsaved.iter().map(row).collect(), failure.complete))
    }

    fn row(name: &str, reason: &str) -> (String, String) {
        (format!("id of {name}"), reason.to_owned())
    }

    #[test]
    fn the_unsaved_are_told_with_their_reasons() {
        let detail = "These schemas in the batch could not be saved: public.orders (not found on the source; pull new \
            schemas), b (a (nested) reason, and more), orders. Any other schemas in the batch were saved successfully \
            — retry the ones listed here.";
        let expected = vec![
            row("public.orders", "not found on the source; pull new schemas"),
            row("b", "a (nested) reason, and more"),
            row("orders", ""),
        ];
        let names = ["orders", "b", "saved", "public.orders", "more", ""];
        assert_eq!(read(detail, &names), Some((expected, true)));
    }

    #[test]
    fn a_list_that_was_cut_says_so() {
        let detail = "These schemas in the batch could not be saved: a (gone), b (go";
        assert_eq!(read(detail, &["a", "b", "c"]), Some((vec![row("a", "gone"), row("b", "go")], false)));
    }

    #[test]
    fn another_failure_is_none_of_these() {
        for detail in ["", "One or more schemas could not be found for this source", "Not found."] {
            assert_eq!(read(detail, &["a"]), None);
        }
    }

    proptest! {
        #[test]
        fn any_detail_and_any_names_are_read(list in "[a-c(), .é]{0,40}", names in prop::collection::vec("[a-c(), é]{0,4}", 0..6)) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let _ = read(&format!("{BEFORE}{list}{BEHIND}"), &names);
        }
    }
}
