//! How the program looks and behaves for a profile, as a user wants it.

use jiff::SignedDuration;
use toml::de::DeTable;

use super::reader::{Reader, Value};
use super::words::{did_you_mean, listed, shown};
use crate::app::settings::manner::{COLOURS, First, Manner};
use crate::warehouse::words::short_span;

impl Reader<'_> {
    pub(super) fn manner(&mut self, table: &DeTable) -> Manner {
        Manner {
            colour: table.get("colour").and_then(|value| self.colour(value)),
            first: table.get("view").and_then(|value| self.first(value)).unwrap_or_default(),
            refresh: table.get("refresh").and_then(|value| self.refresh(value)),
            theme: table.get("theme").and_then(|value| self.theme(value)),
        }
    }

    fn colour(&mut self, value: &Value) -> Option<&'static str> {
        let name = self.text_of(value, "colour")?;
        let known = COLOURS.into_iter().find(|colour| *colour == name);
        if known.is_none() {
            let meant = did_you_mean(&name, COLOURS.into_iter());
            let all = COLOURS.join(", ");
            self.wrong(&value.span(), format!("there is no colour `{}`; there are {all}{meant}", shown(&name)));
        }
        known
    }

    fn first(&mut self, value: &Value) -> Option<First> {
        let name = self.text_of(value, "view")?;
        let known = First::ALL.into_iter().find(|(known, _)| *known == name);
        if known.is_none() {
            let all = listed(&First::ALL.map(|(name, _)| name));
            self.wrong(&value.span(), format!("`view` is one of {all}; `{}` is none", shown(&name)));
        }
        known.map(|(_, first)| first)
    }

    /// How long the list rests at least. Oftener than it is ever read by itself would promise what is not kept.
    fn refresh(&mut self, value: &Value) -> Option<SignedDuration> {
        let text = self.text_of(value, "refresh")?;
        let (quickest, slowest) = (Manner::QUICKEST, Manner::SLOWEST);
        let problem = match duration(&text) {
            None => format!("`{}` is no time; write `30s`, `5m` or `1h`", shown(&text)),
            Some(wait) if wait < quickest => format!(
                "the list is never read oftener than every {} by itself, or the request budget would not last; \
                 `refresh` can only make it rest longer",
                short_span(quickest)
            ),
            Some(wait) if wait > slowest => {
                format!("`refresh` is at most `24h`; `{}` is more", shown(&text))
            }
            Some(wait) => return Some(wait),
        };
        self.wrong(&value.span(), problem);
        None
    }
}

/// A whole number of seconds, minutes or hours.
fn duration(text: &str) -> Option<SignedDuration> {
    let text = text.trim();
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        _ => return None,
    };
    let number = text.get(..text.len() - 1)?.trim_end();
    // A sign is none of the digits.
    let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = number.parse().ok().filter(|_| plain)?;
    Some(SignedDuration::from_secs(number.checked_mul(unit)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::file::Config;

    fn read(settings: &str) -> Result<Manner, String> {
        let text = format!("[profiles.p]\napi_key_env = \"KEY\"\n{settings}");
        match Config::parse(&text, false) {
            Ok(config) => Ok(config.profiles[0].manner),
            Err(mistakes) => {
                assert_eq!((mistakes.len(), mistakes[0].at.unwrap().0), (1, 3), "{mistakes:?}");
                Err(mistakes[0].message.clone())
            }
        }
    }

    #[test]
    fn a_profile_has_its_own_looks() {
        assert_eq!(read(""), Ok(Manner::default()));
        let all = "colour = \"lightblue\"\nview = \"triage\"\nrefresh = \"5m\"\ntheme = \"light\"\n";
        let wanted = Manner {
            colour: Some("lightblue"),
            first: First::Triage,
            refresh: Some(SignedDuration::from_mins(5)),
            theme: Some("light"),
        };
        assert_eq!(read(all), Ok(wanted));
        for (text, seconds) in [("10s", 10), (" 90 s", 90), ("24h", 86_400), ("0600s", 600)] {
            let manner = read(&format!("refresh = \"{text}\"")).unwrap();
            assert_eq!(manner.refresh, Some(SignedDuration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_kept_is_not_promised() {
        for (settings, says) in [
            ("refresh = \"9s\"", "the list is never read oftener than every 10s by itself, or the request budget"),
            ("refresh = \"0m\"", "never read oftener than every 10s"),
            ("refresh = \"25h\"", "`refresh` is at most `24h`; `25h` is more"),
            ("refresh = \"soon\"", "`soon` is no time; write `30s`, `5m` or `1h`"),
            ("refresh = \"-30s\"", "`-30s` is no time"),
            ("refresh = \"é\"", "`é` is no time"),
            ("refresh = \"99999999999999999h\"", "is no time"),
            ("refresh = \"\"", "`` is no time"),
            ("refresh = 30", "`refresh` is a text in quotes, not a number"),
            ("colour = \"rde\"", "there is no colour `rde`; there are black, red, green"),
            ("colour = \"lightrde\"", "did you mean `lightred`?"),
            ("colour = \"#ff0000\"", "there is no colour `#ff0000`"),
            ("view = \"logs\"", "`view` is one of `sources`, `tables`, `triage`; `logs` is none"),
            ("theme = \"pink\"", "there is no theme `pink`"),
        ] {
            let told = read(settings).unwrap_err();
            assert!(told.contains(says), "{settings}: {told}");
        }
    }
}
