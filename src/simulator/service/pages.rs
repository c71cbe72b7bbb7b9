//! Pages, and the links between them (contract, section 3).

use super::request::{Reply, Request};

const DEFAULT_LIMIT: usize = 100;

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// At most so many items. There is no upper bound.
    pub limit: usize,
    /// Items to skip.
    pub offset: usize,
}

impl Page {
    /// Reads `limit` and `offset`; what is no positive number falls back to the default.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let number = |name: &str| request.one(name).and_then(|value| value.parse::<usize>().ok());
        Self {
            limit: number("limit").filter(|limit| *limit > 0).unwrap_or(DEFAULT_LIMIT),
            offset: number("offset").unwrap_or(0),
        }
    }
}

/// A page of items that are already written out as JSON.
pub fn reply<'a>(request: &Request, page: &Page, count: usize, items: impl Iterator<Item = &'a str>) -> Reply {
    let mut body = String::from("{\"count\":");
    body.push_str(&count.to_string());
    let after = page.offset.saturating_add(page.limit);
    let next = (after < count).then(|| link(request, page.limit, after));
    let previous = (page.offset > 0).then(|| link(request, page.limit, page.offset.saturating_sub(page.limit)));
    for (name, link) in [("next", next), ("previous", previous)] {
        for part in [",\"", name, "\":", &serde_json::json!(link).to_string()] {
            body.push_str(part);
        }
    }
    body.push_str(",\"results\":[");
    for (index, item) in items.skip(page.offset).take(page.limit).enumerate() {
        if index > 0 {
            body.push(',');
        }
        body.push_str(item);
    }
    body.push_str("]}");
    Reply::written(body)
}

/// An absolute address, built from the host the request named: that is how a wrong one comes about behind a proxy.
fn link(request: &Request, limit: usize, offset: usize) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("limit", &limit.to_string());
    if offset > 0 {
        query.append_pair("offset", &offset.to_string());
    }
    for (name, value) in url::form_urlencoded::parse(request.query.as_bytes()) {
        if name != "limit" && name != "offset" {
            query.append_pair(&name, &value);
        }
    }
    format!("http://{}{}?{}", request.host, request.path, query.finish())
}

/// Whether a text holds every word of a search, whatever the case.
#[must_use]
pub fn matches(search: Option<&str>, texts: &[&str]) -> bool {
    let search = search.unwrap_or_default().to_lowercase();
    search.split_whitespace().all(|word| texts.iter().any(|text| text.to_lowercase().contains(word)))
}
