//! Seeded choice: SplitMix64, so that the same seed gives the same region on every machine.
//! Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, section 4.

const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of numbers that its seed alone decides.
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN_GAMMA);
        scramble(self.0)
    }

    /// From 0 up to but not including `end`; 0 when `end` is 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or(0)
    }

    /// From `from` to `to`, both included.
    pub(crate) fn between(&mut self, from: i32, to: i32) -> i32 {
        let width = u64::from(to.abs_diff(from)).saturating_add(1);
        from.saturating_add(i32::try_from(self.below(width)).unwrap_or(0))
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        from.get(usize::try_from(self.below(from.len() as u64)).unwrap_or(0)).copied()
    }
}

/// A number that stands for a text in ids: the same text gives the same number, and it cannot be read back at
/// a glance.
pub(crate) fn digest(text: &str) -> u64 {
    text.bytes().fold(GOLDEN_GAMMA, |hash, byte| scramble(hash ^ u64::from(byte)))
}

fn scramble(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
