//! How values of columns are compared.

use std::cmp::Ordering;

use crate::warehouse::field::Field;
use crate::warehouse::text::Foreign;

pub(in crate::app::model) fn by_name(one: &Foreign, other: &Foreign) -> Ordering {
    let (one, other) = (one.raw(), other.raw());
    if one.is_ascii() && other.is_ascii() {
        let folded = |byte: u8| byte.to_ascii_lowercase();
        return one.bytes().map(folded).cmp(other.bytes().map(folded));
    }
    one.to_lowercase().cmp(&other.to_lowercase())
}

pub(super) fn newest_first(one: &Field<jiff::Timestamp>, other: &Field<jiff::Timestamp>) -> Ordering {
    match (one.known(), other.known()) {
        (Some(one), Some(other)) => other.cmp(one),
        (one, other) => other.is_some().cmp(&one.is_some()),
    }
}

pub(super) fn known_first<T: Ord>(one: Option<T>, other: Option<T>) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => one.cmp(&other),
        (one, other) => other.is_some().cmp(&one.is_some()),
    }
}
