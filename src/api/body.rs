//! The bytes of a reply. Large ones have memory of their own, which goes back to the system whole: out of the heap they
//! would leave holes between what is kept of them, by turns more or fewer.

use std::ops::Deref;

use memmap2::{MmapMut, MmapOptions};

/// From so many bytes on a body is large: it has memory of its own, and reading it takes so long that others should not
/// wait for it.
pub(super) const LARGE: usize = 256 * 1024;

/// A body, as far as it has come.
pub(super) enum Body {
    /// In the heap.
    Small(Vec<u8>),
    /// In memory of its own, of which so many bytes are filled.
    Large(MmapMut, usize),
}

impl Body {
    /// An empty one with room for so many bytes, which will all be needed: getting them at once is cheaper.
    pub(super) fn with_room(bytes: usize) -> Self {
        Self::new(bytes, MmapOptions::new().populate())
    }

    fn new(bytes: usize, mapping: &mut MmapOptions) -> Self {
        if bytes >= LARGE
            && let Ok(map) = mapping.len(bytes).map_anon()
        {
            return Self::Large(map, 0);
        }
        Self::Small(Vec::with_capacity(bytes))
    }

    /// Adds what has come.
    pub(super) fn extend(&mut self, chunk: &[u8]) {
        let needed = self.len() + chunk.len();
        if needed > self.room() {
            let mut roomy = Self::new(needed.max(2 * self.len()), &mut MmapOptions::new());
            roomy.extend(self);
            *self = roomy;
        }
        match self {
            Self::Small(bytes) => bytes.extend_from_slice(chunk),
            Self::Large(map, filled) => {
                map[*filled..needed].copy_from_slice(chunk);
                *filled = needed;
            }
        }
    }

    fn room(&self) -> usize {
        match self {
            Self::Small(bytes) => bytes.capacity(),
            Self::Large(map, _) => map.len(),
        }
    }
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Small(bytes) => bytes,
            Self::Large(map, filled) => &map[..*filled],
        }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Small(bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn all_that_came_is_there_whatever_was_announced(
            announced in prop::sample::select(vec![0, 1, 1_000, LARGE - 1, LARGE, 3 * LARGE]),
            chunks in prop::collection::vec((any::<u8>(), 0..LARGE), 0..8),
        ) {
            let mut body = Body::with_room(announced);
            let mut expected = Vec::new();
            for (byte, length) in chunks {
                let chunk = vec![byte; length];
                body.extend(&chunk);
                expected.extend(chunk);
                prop_assert!(*body == *expected);
            }
            prop_assert_eq!(matches!(body, Body::Large(..)), body.room() >= LARGE);
        }
    }
}
