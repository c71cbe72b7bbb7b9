//! A field of a reply, with the difference between *nothing there* and *could not be read*.

/// What a reply says about one of its fields.
///
/// `Null` is an answer ("never synced"); `Unknown` is none, because an older server leaves the field out,
/// because the trimmed form does not carry it, or because its value made no sense. The two must not be shown alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Field<T> {
    /// The field has this value.
    Known(T),
    /// The field is explicitly empty.
    Null,
    /// The field is missing or unreadable.
    #[default]
    Unknown,
}

impl<T> Field<T> {
    /// The value, if there is one.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// Whether the server said that there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The same answer about something derived from the value.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Known(value) => Field::Known(convert(value)),
            Self::Null => Field::Null,
            Self::Unknown => Field::Unknown,
        }
    }

    /// This answer, or the other one where this one says nothing.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match self {
            Self::Unknown => other,
            answer => answer,
        }
    }
}
