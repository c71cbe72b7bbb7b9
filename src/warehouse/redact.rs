//! Free text on its way out of the program, to a ticket or a file: what looks like a credential is masked. Better too
//! much than too little.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::secret::MASK;

/// Values behind a name that promises a secret, keys by their prefix, tokens by their form, keys in blocks.
static SECRETS: LazyLock<Vec<(Regex, String)>> = LazyLock::new(|| {
    let named = r#"(?i)([\w.-]*(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|signature|sig)["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s,;&"')}\]]+)"#;
    let patterns = [
        (r"(?s)-----BEGIN.*?(?:-----END[^-]*-----|$)", MASK.to_owned()),
        (r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}", format!("${{1}} {MASK}")),
        (r"(?i)(authorization\s*[=:]\s*)(?:(?:bearer|basic)\s+)?[^\s,;]+", format!("${{1}}{MASK}")),
        (named, format!("${{1}}{MASK}")),
        (
            r"\b(?:ph[acsxr]|sk|rk|pk|xox[abeps]|gh[opsu]|github_pat|glpat|shp(?:at|ss|ca|pa)|pat|EAA)[_-][\w-]{8,}",
            MASK.to_owned(),
        ),
        (r"\bA[KS]IA[0-9A-Z]{12,}\b", MASK.to_owned()),
        (r"\beyJ[\w-]{8,}\.[\w.-]+", MASK.to_owned()),
    ];
    // A test proves that all of them can be read.
    patterns.into_iter().filter_map(|(pattern, by)| Some((Regex::new(pattern).ok()?, by))).collect()
});

/// The same text without what looks like a credential.
#[must_use]
pub fn redacted(text: &str) -> String {
    SECRETS
        .iter()
        .fold(Cow::Borrowed(text), |text, (secret, by)| Cow::Owned(secret.replace_all(&text, by.as_str()).into_owned()))
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn all_patterns_can_be_read() {
        assert_eq!(SECRETS.len(), 7);
    }

    #[test]
    fn credentials_are_masked_and_the_rest_is_left() {
        for (text, expected) in [
            ("password=hunter2 host=db", "password=*** host=db"),
            ("{\"client_secret\": \"hunter 2\", \"a\": 1}", "{\"client_secret\": ***, \"a\": 1}"),
            ("Authorization: Bearer abc.def-123", "Authorization: ***"),
            ("sent bearer abcdef123", "sent bearer ***"),
            ("https://x/?api_key=abc&page=2", "https://x/?api_key=***&page=2"),
            ("key phx_abcdefghijkl is revoked", "key *** is revoked"),
            ("sk_live_1234567890", "***"),
            ("AKIAABCDEFGHIJKLMNOP", "***"),
            ("jwt eyJhbGciOiJI.eyJzdWIi.sig", "jwt ***"),
            ("a -----BEGIN KEY-----\nx\n-----END KEY----- b", "a *** b"),
            ("a -----BEGIN KEY-----\nx", "a ***"),
            (
                "password authentication failed for user \"reader\"",
                "password authentication failed for user \"reader\"",
            ),
            ("column \"total\" no longer exists", "column \"total\" no longer exists"),
        ] {
            assert_eq!(redacted(text), expected);
        }
    }

    proptest! {
        #[test]
        fn a_planted_value_never_survives(before in "[a-z ]{0,20}", name in "(password|db_pwd|api_key|ACCESS_TOKEN|client-secret)", mark in "( ?[=:] ?)") {
            let text = format!("{before} {name}{mark}planted-4711 after");
            prop_assert!(!redacted(&text).contains("planted-4711"));
        }
    }
}
