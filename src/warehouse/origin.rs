//! Where a `PostHog` lives: scheme, host, port and perhaps a path prefix (contract, section 1).

use std::fmt;
use url::{Host, Url};

/// The US cloud, which is used when nothing else is said (contract, section 1).
const DEFAULT: &str = "https://us.posthog.com";

/// The address of a `PostHog`, without a slash at its end. The key is sent there and nowhere else.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    text: String,
    loopback: bool,
}

/// Why a text is no usable address. Its words follow "the host …".
///
/// They never repeat the text, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// Nothing was given.
    #[error("is empty; give an address such as https://eu.posthog.com")]
    Empty,
    /// It cannot be read.
    #[error("is not a web address; give one such as https://eu.posthog.com")]
    NotAnAddress,
    /// It has a scheme of another protocol.
    #[error("must begin with https://")]
    Scheme,
    /// It would send the key unencrypted over a network.
    #[error(
        "begins with http://, which would send the API key unencrypted; use https://, or allow it with --allow-http"
    )]
    PlainHttp,
    /// It carries a login.
    #[error("holds a user name or password; leave them out, the API key is all that is needed")]
    Login,
    /// It carries a query or a fragment.
    #[error("has a part behind '?' or '#'; give only the address of the server")]
    Query,
    /// It only takes events.
    #[error("only takes events and has no API; use {0}")]
    Ingestion(&'static str),
    /// It is an old name, or the address of a page of the web application.
    #[error("is not where the API is; use {0}")]
    UseInstead(String),
}

impl Origin {
    /// Reads an address as people paste it: spaces around it, a missing scheme and slashes at its end are forgiven.
    /// Plain `http` is accepted for loopback hosts, and elsewhere only with `allow_http`.
    ///
    /// # Errors
    /// What is wrong with it, and what to give instead.
    pub fn parse(text: &str, allow_http: bool) -> Result<Self, OriginError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(OriginError::Empty);
        }
        // The parser would silently drop line breaks and tabs.
        if text.chars().any(|symbol| symbol.is_control() || symbol.is_whitespace() || symbol == '\\') {
            return Err(OriginError::NotAnAddress);
        }
        let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("https://{text}")) };
        let url = url.map_err(|_| OriginError::NotAnAddress)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(OriginError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OriginError::Login);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(OriginError::Query);
        }
        let host = url.host().ok_or(OriginError::NotAnAddress)?;
        if let Host::Domain(name) = host {
            refuse_wrong_names(name, url.path())?;
        }
        let loopback = is_loopback(&host);
        if url.scheme() == "http" && !loopback && !allow_http {
            return Err(OriginError::PlainHttp);
        }
        Ok(Self { text: url.as_str().trim_end_matches('/').to_owned(), loopback })
    }

    /// Whether it is this machine, which is reached without a proxy.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The address as a text, for example `https://eu.posthog.com`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Default for Origin {
    fn default() -> Self {
        Self { text: DEFAULT.to_owned(), loopback: false }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Origin({})", self.text)
    }
}

/// Names of `PostHog`'s own cloud that lead nowhere useful.
fn refuse_wrong_names(name: &str, path: &str) -> Result<(), OriginError> {
    const EU: &str = "https://eu.posthog.com";
    let name = name.trim_end_matches('.');
    if name.ends_with(".i.posthog.com") {
        return Err(OriginError::Ingestion(if name.starts_with("eu") { EU } else { DEFAULT }));
    }
    if matches!(name, "posthog.com" | "www.posthog.com" | "app.posthog.com") {
        return Err(OriginError::UseInstead(format!("{DEFAULT} or {EU}")));
    }
    if name.ends_with(".posthog.com") && path != "/" {
        return Err(OriginError::UseInstead(format!("https://{name}")));
    }
    Ok(())
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|inner| inner.is_loopback())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_as_people_paste_them() {
        for (text, expected) in [
            ("https://eu.posthog.com", "https://eu.posthog.com"),
            (" https://eu.posthog.com/ ", "https://eu.posthog.com"),
            ("eu.posthog.com", "https://eu.posthog.com"),
            ("HTTPS://EU.PostHog.com:443", "https://eu.posthog.com"),
            ("https://example.org/posthog//", "https://example.org/posthog"),
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("http://[::1]:8000/", "http://[::1]:8000"),
            ("http://localhost", "http://localhost"),
        ] {
            assert_eq!(Origin::parse(text, false).unwrap().as_str(), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_an_api_is_refused() {
        for (text, expected) in [
            ("", OriginError::Empty),
            ("ftp://example.org", OriginError::Scheme),
            ("https://", OriginError::NotAnAddress),
            ("https://exa mple.org", OriginError::NotAnAddress),
            ("https://example.org\n.evil.org", OriginError::NotAnAddress),
            ("https://me:secret@example.org", OriginError::Login),
            ("https://us.posthog.com@evil.org", OriginError::Login),
            ("https://example.org/?a=b", OriginError::Query),
            ("https://example.org/#x", OriginError::Query),
            ("http://example.org", OriginError::PlainHttp),
            ("http://127.0.0.1.evil.org", OriginError::PlainHttp),
            ("https://eu.i.posthog.com", OriginError::Ingestion("https://eu.posthog.com")),
            ("us.i.posthog.com", OriginError::Ingestion("https://us.posthog.com")),
            (
                "https://eu.posthog.com/project/12/pipeline",
                OriginError::UseInstead("https://eu.posthog.com".to_owned()),
            ),
        ] {
            assert_eq!(Origin::parse(text, false), Err(expected), "{text}");
        }
        assert!(Origin::parse("http://example.org", true).is_ok());
    }

    #[test]
    fn a_refusal_never_repeats_a_password() {
        let error = Origin::parse("https://me:planted@example.org", false).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("planted"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>(), prefix in "(https?://)?") {
            if let Ok(origin) = Origin::parse(&format!("{prefix}{text}"), true) {
                prop_assert!(!origin.as_str().ends_with('/'));
                prop_assert!(!origin.as_str().contains(['?', '#', '@']) || !origin.as_str().contains("//@"));
            }
        }
    }
}
