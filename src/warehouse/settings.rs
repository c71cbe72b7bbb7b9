//! The words of a sync's configuration. All of them are open sets: what is not known is kept as it came.

use jiff::SignedDuration;
use std::fmt;

use super::text::Foreign;

/// How a schema is synced (contract, section 7.2).
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum SyncType {
    /// Every run rebuilds the table.
    FullRefresh,
    /// Rows changed since the cursor are merged by key.
    Incremental,
    /// Rows behind the cursor are added.
    Append,
    /// The vendor pushes changes.
    Webhook,
    /// The database's change stream is read.
    Cdc,
    /// `PostgreSQL` transaction ids serve as the cursor.
    Xmin,
    /// A method this program does not know.
    Other(Foreign),
}

impl SyncType {
    /// Reads the server's word; the trimmed form does not normalise its case.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        let known = [Self::FullRefresh, Self::Incremental, Self::Append, Self::Webhook, Self::Cdc, Self::Xmin];
        let same = known.into_iter().find(|method| method.raw().eq_ignore_ascii_case(raw));
        same.unwrap_or_else(|| Self::Other(Foreign::new(raw)))
    }

    /// The server's word.
    #[must_use]
    pub fn raw(&self) -> &str {
        match self {
            Self::FullRefresh => "full_refresh",
            Self::Incremental => "incremental",
            Self::Append => "append",
            Self::Webhook => "webhook",
            Self::Cdc => "cdc",
            Self::Xmin => "xmin",
            Self::Other(word) => word.raw(),
        }
    }
}

impl fmt::Display for SyncType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(word) => out.write_str(&word.shown()),
            known => out.write_str(known.raw()),
        }
    }
}

impl fmt::Debug for SyncType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// How often a schema is synced (contract, section 11).
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Frequency {
    /// A period, in minutes.
    Every(u32),
    /// Not on a schedule.
    Never,
    /// A word this program does not know.
    Other(Foreign),
}

/// The server's words for its periods, and their minutes.
const PERIODS: [(&str, u32); 10] = [
    ("1min", 1),
    ("5min", 5),
    ("15min", 15),
    ("30min", 30),
    ("1hour", 60),
    ("6hour", 360),
    ("12hour", 720),
    ("24hour", 1_440),
    ("7day", 10_080),
    ("30day", 43_200),
];

impl Frequency {
    /// Reads the server's word.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        if raw == "never" {
            return Self::Never;
        }
        PERIODS
            .iter()
            .find(|(word, _)| *word == raw)
            .map_or_else(|| Self::Other(Foreign::new(raw)), |(_, minutes)| Self::Every(*minutes))
    }

    /// The time between two runs, where there is one.
    #[must_use]
    pub fn period(&self) -> Option<SignedDuration> {
        match self {
            Self::Every(minutes) => Some(SignedDuration::from_mins(i64::from(*minutes))),
            Self::Never | Self::Other(_) => None,
        }
    }
}

impl fmt::Display for Frequency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every(minutes) => match PERIODS.iter().find(|(_, known)| known == minutes) {
                Some((word, _)) => out.write_str(word),
                None => write!(out, "{minutes}min"),
            },
            Self::Never => out.write_str("never"),
            Self::Other(word) => out.write_str(&word.shown()),
        }
    }
}

impl fmt::Debug for Frequency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// Which tables change data capture writes (contract, section 7.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CdcTableMode {
    /// The rows as they are now.
    Consolidated,
    /// Every change, one row each.
    CdcOnly,
    /// Both tables.
    Both,
    /// A mode this program does not know.
    Other(Foreign),
}

impl CdcTableMode {
    /// The modes that can be chosen.
    pub const ALL: [Self; 3] = [Self::Consolidated, Self::CdcOnly, Self::Both];

    /// Reads the server's word.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        Self::ALL.into_iter().find(|mode| mode.raw() == raw).unwrap_or_else(|| Self::Other(Foreign::new(raw)))
    }

    /// The server's word.
    #[must_use]
    pub fn raw(&self) -> &str {
        match self {
            Self::Consolidated => "consolidated",
            Self::CdcOnly => "cdc_only",
            Self::Both => "both",
            Self::Other(word) => word.raw(),
        }
    }

    /// Whether this mode writes a table that the other one does not, which takes a new snapshot (contract, section
    /// 8.5). Of modes that are not known it is taken to.
    #[must_use]
    pub fn adds_to(&self, before: &Self) -> bool {
        self != before && *before != Self::Both
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_server_survive_a_round_trip() {
        for (word, minutes) in PERIODS {
            assert_eq!(Frequency::parse(word), Frequency::Every(minutes));
            assert_eq!(Frequency::parse(word).to_string(), word);
        }
        for word in ["full_refresh", "incremental", "append", "webhook", "cdc", "xmin", "telepathy"] {
            assert_eq!(SyncType::parse(word).raw(), word);
        }
        assert_eq!(SyncType::parse("INCREMENTAL"), SyncType::Incremental);
    }
}
