//! Objects and lists read while the text goes by: one look at each byte of a large reply, rather than one for each
//! level of it. What stands in the wrong place is skipped, and is nothing.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::json::{Object, is_null, number};
use crate::warehouse::replies::Listing;

/// What is read from an object.
pub(super) trait Entity: Sized {
    /// Reads the object; `None` when it lacks what makes it one of these.
    ///
    /// # Errors
    /// Only those of the text: it is no JSON.
    fn read<'de, M: MapAccess<'de>>(map: M) -> Result<Option<Self>, M::Error>;
}

/// What is shared is put where it stays at once: no list of it is made first, and moved.
impl<T: Entity> Entity for Arc<T> {
    fn read<'de, M: MapAccess<'de>>(map: M) -> Result<Option<Self>, M::Error> {
        Ok(T::read(map)?.map(Self::new))
    }
}

/// The items of a list.
pub(super) struct Items<T> {
    /// Those that could be read.
    pub(super) read: Vec<T>,
    /// How many could not.
    pub(super) unreadable: usize,
}

/// Reads a value that was kept.
pub(super) fn entity<T: Entity>(raw: &RawValue) -> Option<T> {
    let Item(read) = serde_json::from_str(raw.get()).ok()?;
    read
}

/// A value where an object is expected; `None` when it is another, or lacks what makes it one of these.
pub(super) struct Item<T>(pub(super) Option<T>);

impl<'de, T: Entity> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Expected::<Self>(PhantomData))
    }
}

/// A value where a list is expected; `None` when it is another.
struct List<T>(Option<Items<T>>);

impl<'de, T: Entity> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Expected::<Self>(PhantomData))
    }
}

/// A value that may be of any kind.
trait AnyKind: Sized {
    /// It is not what was expected.
    const OTHER: Self;

    fn of_map<'de, M: MapAccess<'de>>(mut map: M) -> Result<Self, M::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::OTHER)
    }

    fn of_seq<'de, S: SeqAccess<'de>>(mut seq: S) -> Result<Self, S::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::OTHER)
    }
}

impl<T: Entity> AnyKind for Item<T> {
    const OTHER: Self = Self(None);

    fn of_map<'de, M: MapAccess<'de>>(map: M) -> Result<Self, M::Error> {
        T::read(map).map(Self)
    }
}

impl<T: Entity> AnyKind for List<T> {
    const OTHER: Self = Self(None);

    fn of_seq<'de, S: SeqAccess<'de>>(mut seq: S) -> Result<Self, S::Error> {
        let mut items = Items { read: Vec::new(), unreadable: 0 };
        while let Some(Item(item)) = seq.next_element()? {
            match item {
                Some(item) => items.read.push(item),
                None => items.unreadable += 1,
            }
        }
        items.read.shrink_to_fit();
        Ok(Self(Some(items)))
    }
}

struct Expected<T>(PhantomData<T>);

impl<'de, T: AnyKind> Visitor<'de> for Expected<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::OTHER)
    }

    fn visit_bool<E>(self, _: bool) -> Result<T, E> {
        Ok(T::OTHER)
    }

    fn visit_i64<E>(self, _: i64) -> Result<T, E> {
        Ok(T::OTHER)
    }

    fn visit_u64<E>(self, _: u64) -> Result<T, E> {
        Ok(T::OTHER)
    }

    fn visit_f64<E>(self, _: f64) -> Result<T, E> {
        Ok(T::OTHER)
    }

    fn visit_str<E>(self, _: &str) -> Result<T, E> {
        Ok(T::OTHER)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, seq: S) -> Result<T, S::Error> {
        T::of_seq(seq)
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<T, M::Error> {
        T::of_map(map)
    }
}

impl<'a> Object<'a> {
    /// Keeps what an object holds, but for the list of this name: its items are read. `None`: it holds no such list.
    pub(super) fn with_items<T: Entity, M: MapAccess<'a>>(
        mut map: M,
        list: &str,
    ) -> Result<(Self, Option<Items<T>>), M::Error> {
        let mut object = Self::default();
        let mut items: Option<List<T>> = None;
        while let Some(key) = Self::next_key(&mut map)? {
            if key == list && items.is_none() {
                items = Some(map.next_value()?);
            } else {
                object.keep(key, map.next_value()?);
            }
        }
        Ok((object, items.and_then(|List(items)| items)))
    }
}

/// A page of a list (contract, section 3).
impl<T: Entity> Entity for Listing<T> {
    fn read<'de, M: MapAccess<'de>>(map: M) -> Result<Option<Self>, M::Error> {
        let (page, items) = Object::with_items(map, "results")?;
        Ok(items.map(|items| Self {
            count: page.get("count").and_then(number),
            // Only whether there is one: its address may point anywhere.
            next: page.get("next").is_some_and(|next| !is_null(next)),
            unreadable: items.unreadable,
            items: items.read,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::source::Source;

    fn page(json: &str) -> Option<(usize, usize)> {
        let Item(page) = serde_json::from_str::<Item<Listing<Source>>>(json).unwrap();
        page.map(|page| (page.items.len(), page.unreadable))
    }

    #[test]
    fn whatever_stands_in_the_place_of_an_item_is_skipped() {
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        for odd in ["null", "true", "-7", "7", "1.5", r#""word""#, "[]", "[{}, [1]]", "{}", r#"{"id": {}}"#, &deep] {
            let json = format!(r#"{{"results": [{odd}, {{"id": "s", "schemas": {odd}, "x": {odd}}}], "y": {odd}}}"#);
            assert_eq!(page(&json), Some((1, 1)), "{odd:.20}");
            assert_eq!(page(&format!(r#"{{"results": {odd}}}"#)).is_some(), odd.starts_with('['), "{odd:.20}");
            assert_eq!(page(odd), None, "{odd:.20}");
        }
    }

    #[test]
    fn of_a_doubled_list_the_first_counts() {
        assert_eq!(page(r#"{"results": [{"id": "s"}], "results": []}"#), Some((1, 0)));
    }
}
