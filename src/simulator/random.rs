//! A small seeded generator (`SplitMix64`): the same seed gives the same world, on every machine.

use std::time::Duration;

/// A deterministic source of numbers.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A generator for one named part of a world, so that adding a part leaves the others as they were.
    #[must_use]
    pub fn for_part(seed: u64, name: &str) -> Self {
        // FNV-1a: stable across versions of the standard library, whose own hasher is not.
        let hash = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        Self(seed ^ hash)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` up to and including `high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        let width = high.saturating_sub(low).saturating_add(1);
        low + self.bits() % width.max(1)
    }

    /// A span between two others, to the millisecond.
    pub fn span(&mut self, low: Duration, high: Duration) -> Duration {
        Duration::from_micros(self.between(micros(low), micros(high)))
    }

    /// `value` give or take `percent` of it.
    pub fn around(&mut self, value: u64, percent: u64) -> u64 {
        let spread = value.saturating_mul(percent) / 100;
        self.between(value.saturating_sub(spread), value.saturating_add(spread))
    }

    /// An identifier shaped like the server's: time-ordered, with a version nibble that is neither 4 nor 7
    /// (contract, section 1).
    pub fn id(&mut self, milliseconds: i64) -> String {
        let bits = self.bits();
        format!(
            "{:08x}-{:04x}-0000-{:04x}-{:012x}",
            (milliseconds >> 16) & 0xffff_ffff,
            milliseconds & 0xffff,
            0x8000 | (bits >> 48) & 0x3fff,
            bits & 0xffff_ffff_ffff
        )
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}
