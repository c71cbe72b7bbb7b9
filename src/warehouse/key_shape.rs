//! What can be told of an API key by looking at it (contract, section 2).

/// What is obviously wrong with a key, as the end of a sentence that begins with it.
#[must_use]
pub fn problem_of_key(key: &str) -> Option<&'static str> {
    Some(if key.trim().is_empty() {
        "is empty; put a personal API key there (it begins with phx_)"
    } else if key.starts_with("phc_") {
        "is a public project token (phc_), which only sends events; use a personal API key (it begins with phx_)"
    } else if key.starts_with("phs_") {
        "is a project secret key (phs_), which this API does not take; use a personal API key (it begins with phx_)"
    } else if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        "holds spaces, line breaks or other characters that no key has; copy it again, and nothing but the key"
    } else {
        return None;
    })
}

/// Whether a key looks like none that `PostHog` gives out for this: a personal API key, or the token of a login. An
/// installation of one's own may take others.
#[must_use]
pub fn is_unusual(key: &str) -> bool {
    let named = |mark: &str| key.strip_prefix(mark).is_some_and(|rest| !rest.is_empty());
    !named("phx_") && !named("pha_")
}

/// What is said of such a key where it is entered.
pub const UNUSUAL: &str = "This does not look like a personal API key, which begins with phx_. Press enter once more to \
                           use it all the same.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_by_how_they_begin() {
        for (key, problem) in [
            ("phx_a", None),
            ("pha_a", None),
            ("", Some("empty")),
            ("phc_a", Some("public project token")),
            ("phs_a", Some("project secret key")),
            ("phx_a b", Some("spaces")),
        ] {
            let told = problem_of_key(key);
            assert!(told.is_some() == problem.is_some(), "{key}");
            assert!(told.unwrap_or_default().contains(problem.unwrap_or_default()), "{key}: {told:?}");
        }
        for (key, unusual) in [("phx_a", false), ("pha_a", false), ("phx_", true), ("hello", true), ("xphx_a", true)] {
            assert_eq!(is_unusual(key), unusual, "{key}");
        }
    }
}
