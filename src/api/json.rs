//! Reading JSON that may be anything: what cannot be read says so, and never spoils what stands beside it.
//!
//! Values are kept unread ([`RawValue`]) until somebody asks for them, so a number too large, a broken escape or
//! a doubled key only affect themselves.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::warehouse::field::Field;
use crate::warehouse::text::Foreign;

/// A JSON object with unread values. Of a doubled key the first counts.
#[derive(Default)]
pub(super) struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Object<'a> {
    /// Reads a value as an object.
    pub(super) fn read(raw: &'a RawValue) -> Option<Self> {
        serde_json::from_str(raw.get()).ok()
    }

    /// Keeps all that an object holds.
    pub(super) fn of<M: MapAccess<'a>>(mut map: M) -> Result<Self, M::Error> {
        let mut object = Self(Vec::with_capacity(24));
        while let Some(key) = Self::next_key(&mut map)? {
            object.keep(key, map.next_value()?);
        }
        Ok(object)
    }

    /// The next key of an object that is being read.
    pub(super) fn next_key<M: MapAccess<'a>>(map: &mut M) -> Result<Option<Cow<'a, str>>, M::Error> {
        Ok(map.next_key()?.map(|Text(key)| key))
    }

    /// Keeps a value unread.
    pub(super) fn keep(&mut self, key: Cow<'a, str>, value: &'a RawValue) {
        self.0.push((key, value));
    }

    /// The unread value of a key.
    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// All keys with their values, in their order.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(key, value)| (&**key, *value))
    }

    /// The field of this name, in three ways: there, empty, or not to be read.
    pub(super) fn field<T>(&self, name: &str, read: impl FnOnce(&'a RawValue) -> Option<T>) -> Field<T> {
        match self.get(name) {
            Some(raw) if is_null(raw) => Field::Null,
            Some(raw) => read(raw).map_or(Field::Unknown, Field::Known),
            None => Field::Unknown,
        }
    }

    /// A field that is a text.
    pub(super) fn text(&self, name: &str) -> Field<Foreign> {
        self.field(name, foreign)
    }

    /// A field that is a time.
    pub(super) fn time(&self, name: &str) -> Field<Timestamp> {
        self.field(name, time)
    }

    /// A field that is a whole number without a sign.
    pub(super) fn number(&self, name: &str) -> Field<u64> {
        self.field(name, number)
    }

    /// A field that is true or false.
    pub(super) fn flag(&self, name: &str) -> Field<bool> {
        self.field(name, flag)
    }

    /// A field that is a list of texts.
    pub(super) fn texts(&self, name: &str) -> Field<Vec<Foreign>> {
        self.field(name, |raw| Some(list(raw)?.into_iter().filter_map(foreign).collect()))
    }

    /// The readable items of a field that is a list; none where it is missing.
    pub(super) fn items<T>(&self, name: &str, read: impl Fn(&'a RawValue) -> Option<T>) -> Vec<T> {
        self.get(name).and_then(list).into_iter().flatten().filter_map(read).collect()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Object<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Self::Value, M::Error> {
                Object::of(map)
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

/// A string, borrowed where it holds no escapes. Halves of surrogate pairs become replacement characters.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Cow<'de, str>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }

            fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
                // Looking for faults takes longer than finding that there are none.
                Ok(std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed))
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(Cow::Owned(String::from_utf8_lossy(bytes).into_owned()))
            }
        }
        deserializer.deserialize_bytes(Bytes).map(Self)
    }
}

/// Whether there is explicitly nothing.
pub(super) fn is_null(raw: &RawValue) -> bool {
    raw.get() == "null"
}

/// A list with unread items.
pub(super) fn list(raw: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(raw.get()).ok()
}

/// A string.
pub(super) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let quoted = raw.get();
    let inside = quoted.strip_prefix('"')?.strip_suffix('"')?;
    // Without escapes, which is usual, it stands there as it is.
    if !inside.contains('\\') {
        return Some(Cow::Borrowed(inside));
    }
    serde_json::from_str(quoted).ok().map(|Text(text)| text)
}

/// A string from outside.
pub(super) fn foreign(raw: &RawValue) -> Option<Foreign> {
    text(raw).map(|text| Foreign::new(&text))
}

/// A whole number without a sign. Never by way of a floating-point number (contract, section 11).
pub(super) fn number(raw: &RawValue) -> Option<u64> {
    raw.get().parse().ok()
}

/// True or false.
pub(super) fn flag(raw: &RawValue) -> Option<bool> {
    raw.get().parse().ok()
}

/// A time; without a zone it is UTC (contract, section 11).
pub(super) fn time(raw: &RawValue) -> Option<Timestamp> {
    let text = text(raw)?;
    text.parse().ok().or_else(|| Offset::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn raw(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).unwrap()
    }

    fn read<T>(json: &str, read: impl FnOnce(&Object<'_>) -> T) -> T {
        read(&Object::read(&raw(json)).unwrap())
    }

    #[test]
    fn a_field_is_there_or_empty_or_unreadable() {
        let object =
            r#"{"rows": 18446744073709551615, "none": null, "minus": -1, "word": "12", "huge": 1e999, "half": 1.5}"#;
        read(object, |object| {
            assert_eq!(object.number("rows"), Field::Known(u64::MAX));
            assert_eq!(object.number("none"), Field::Null);
            for name in ["minus", "word", "huge", "half", "missing"] {
                assert_eq!(object.number(name), Field::Unknown, "{name}");
            }
        });
    }

    #[test]
    fn of_a_doubled_key_the_first_counts() {
        read(r#"{"a": 1, "a": 2, "\u0062": 3}"#, |object| {
            assert_eq!(object.number("a"), Field::Known(1));
            assert_eq!(object.number("b"), Field::Known(3));
        });
    }

    #[test]
    fn half_a_surrogate_pair_does_not_lose_the_text() {
        read(r#"{"text": "a\ud800\nb", "\udfff": 1}"#, |object| {
            let text = object.text("text").known().unwrap().raw().to_owned();
            assert!(text.starts_with('a') && text.ends_with("\nb"), "{text:?}");
        });
    }

    #[test]
    fn times_come_with_and_without_a_zone_and_may_make_no_sense() {
        let expected: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
        for text in
            ["2026-11-20T08:00:00Z", "2026-11-20T08:00:00.000000+00:00", "2026-11-20T08:00:00", "2026-11-20 08:00:00"]
        {
            assert_eq!(time(&raw(&format!("{text:?}"))), Some(expected), "{text}");
        }
        for text in ["", "yesterday", "2026-13-01T00:00:00Z", "99999-01-01T00:00:00Z", "9999-12-31T23:59:59", "12:00"] {
            assert_eq!(time(&raw(&format!("{text:?}"))), None, "{text}");
        }
        assert_eq!(time(&raw("12")), None);
    }

    #[test]
    fn nesting_without_end_is_skipped() {
        let deep = format!(r#"{{"deep": {}1{}, "a": 1}}"#, "[".repeat(100_000), "]".repeat(100_000));
        read(&deep, |object| assert_eq!(object.number("a"), Field::Known(1)));
    }

    proptest! {
        #[test]
        fn strings_survive(text in any::<String>()) {
            let json = raw(&serde_json::to_string(&text).unwrap());
            prop_assert_eq!(super::text(&json).unwrap(), text);
        }
    }
}
