//! All that is known about causes: the catalogue of the program, extended by that of the user, and which is in force.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::cause::{Cause, CauseId};
use super::filter::Filter;
use super::format::{self, Closings, Mistake, Written};
use super::naming::Naming;
use super::rule::Rule;

/// The catalogue that comes with the program.
const BUILTIN: &str = include_str!("../../../assets/root-causes.toml");

/// What everything is diagnosed by, if it is not that.
static IN_FORCE: OnceLock<Catalogue> = OnceLock::new();

/// Everything known about causes: what they are, and which texts point to them.
#[derive(Debug)]
pub struct Catalogue {
    pub(super) causes: BTreeMap<CauseId, Cause>,
    pub(super) rules: Vec<Rule>,
    pub(super) closings: Closings,
    pub(super) namings: Vec<Naming>,
    /// Built when the first text comes, so that starting the program does not wait for it.
    pub(super) filter: OnceLock<Filter>,
}

impl Catalogue {
    /// The catalogue that comes with the program.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN_CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
        // The tests check that the file has no mistakes; what is readable of a broken one is still of use.
        BUILTIN_CATALOGUE.get_or_init(|| Self::new(format::read(BUILTIN, None).0))
    }

    /// The catalogue that everything is diagnosed by: that of the program, or what was put in its place at the start.
    #[must_use]
    pub fn in_force() -> &'static Self {
        IN_FORCE.get().unwrap_or_else(Self::builtin)
    }

    /// Has everything diagnosed with a user's file, too. Once, before anything is diagnosed: verdicts are remembered,
    /// and so the first file stays.
    ///
    /// # Errors
    /// All mistakes of the file, in the order of its lines; nothing has changed then.
    pub fn put_into_force(text: &str) -> Result<(), Vec<Mistake>> {
        let own = Self::with_user(text)?;
        IN_FORCE.get_or_init(|| own);
        Ok(())
    }

    /// The catalogue that comes with the program, extended by a user's file. Its rules are tried before all
    /// others, and none of them leads to an action that discards data.
    ///
    /// # Errors
    /// All mistakes of the file, in the order of its lines.
    pub fn with_user(text: &str) -> Result<Self, Vec<Mistake>> {
        let (builtin, _) = format::read(BUILTIN, None);
        let (mut own, mistakes) = format::read(text, Some(&builtin));
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        own.rules.extend(builtin.rules);
        own.namings.extend(builtin.namings);
        own.closings.handled.extend(builtin.closings.handled);
        own.closings.transient.extend(builtin.closings.transient);
        own.closings.permanent.extend(builtin.closings.permanent);
        own.closings.quoted.extend(builtin.closings.quoted);
        own.closings.counsel.extend(builtin.closings.counsel);
        Ok(Self::new(own))
    }

    fn new(written: Written) -> Self {
        let Written { causes, rules, closings, namings, .. } = written;
        Self { causes, rules, closings, namings, filter: OnceLock::new() }
    }

    /// What is known of a cause.
    #[must_use]
    pub fn cause(&self, id: &CauseId) -> Option<&Cause> {
        self.causes.get(id)
    }

    /// Every cause, by name.
    pub fn causes(&self) -> impl Iterator<Item = &Cause> {
        self.causes.values()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fold::without_contractions;
    use super::super::literal;
    use super::super::{Letter, Symptom};
    use super::*;
    use crate::warehouse::status::Status;
    use crate::warehouse::text::Foreign;

    #[test]
    fn the_catalogue_of_the_program_has_no_mistakes() {
        let (written, mistakes) = format::read(BUILTIN, None);
        assert_eq!(mistakes, []);
        let none = &[][..];
        let of_rules = written.rules.iter().map(|rule| (&rule.any[..], &rule.with[..], &rule.unless[..]));
        let of_names = written.namings.iter().map(|naming| (&naming.any[..], none, none));
        for (any, with, unless) in of_rules.chain(of_names) {
            for pattern in any.iter().chain(with).chain(unless) {
                assert!(pattern.compile().is_ok(), "{:?}", pattern.compile());
                assert_eq!(without_contractions(pattern.source()), pattern.source());
                // They are not tried in other cases than the one that texts are folded to.
                let groups = pattern.source().replace("(?P<", "");
                assert!(!groups.contains(|symbol: char| symbol.is_ascii_uppercase()), "{groups}");
            }
            for pattern in any {
                assert!(
                    literal::Reader::default().read(pattern.source()),
                    "nothing to filter by in {}",
                    pattern.source()
                );
            }
        }
    }

    #[test]
    fn a_billing_status_holds_whatever_the_text_says() {
        let symptom = Symptom { status: Some(&Status::Paused), ..Symptom::of(Some("No action is needed.")) };
        let verdict = Catalogue::builtin().diagnose(&symptom);
        assert_eq!((verdict.cause.as_str(), verdict.recovery, verdict.retry_safe), ("billing_limit", Letter::H, false));
    }

    #[test]
    fn what_a_text_quotes_and_states_outranks_what_it_advises() {
        for (text, cause) in [
            ("We could not reach the shop's API. Check that your password is correct.", "network_unreachable"),
            (
                "Reading failed (\"infinite recursion detected in policy\"). Grant the role BYPASSRLS.",
                "source_object_invalid",
            ),
            ("Something is odd. Check that the password is not expired.", "credentials_invalid"),
        ] {
            let verdict = Catalogue::builtin().diagnose(&Symptom::of(Some(text)));
            assert_eq!(verdict.cause, cause, "{text}: {verdict:?}");
            let range = verdict.evidence.unwrap().range;
            assert!(text.get(range).is_some());
        }
    }

    #[test]
    fn the_name_that_a_text_is_about_is_found() {
        for (text, name) in [
            ("column \"updated_at\" does not exist", "updated_at"),
            ("relation \"public\".\"orders\" does not exist", "public.orders"),
            ("permission denied for table billing_invoices", "billing_invoices"),
            ("(1146, \"Table 'shop.orders_old' doesn't exist\")", "shop.orders_old"),
            ("(1054, \"Unknown column 'modified' in 'field list'\")", "modified"),
            (
                "Access denied for paymentTerms field. Required access: `read_payment_terms` access scope.",
                "read_payment_terms",
            ),
            ("403: User does not have bigquery.jobs.create permission in project acme.", "bigquery.jobs.create"),
            ("FATAL:  database \"prodd\" does not exist", "prodd"),
            ("replication slot \"posthog_slot\" does not exist", "posthog_slot"),
            ("publication \"pub\" does not exist", "pub"),
            ("Invalid object name 'dbo.events'.", "dbo.events"),
        ] {
            let verdict = Catalogue::builtin().diagnose(&Symptom::of(Some(text)));
            assert_eq!(verdict.identifier.as_ref().map(Foreign::raw), Some(name), "{text}: {verdict:?}");
        }
    }
}
