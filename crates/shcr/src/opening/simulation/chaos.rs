//! What may go wrong in a simulation, in classes that can be switched off one by one, so that a seed that fails can be cut down to what
//! it needs.

use audit::store::testing::Dice;
use std::fmt;

/// A kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Sources that are slow.
    Slow,
    /// Sources that fail, refuse, or ask us to wait.
    Fails,
    /// Answers that are broken, torn, of another kind, or an error within a success.
    Garbled,
    /// Sources that never answer, or never end.
    Silent,
    /// Answers about somebody else.
    Stranger,
    /// Our own code that breaks in the middle of a question.
    Panics,
    /// The national service.
    National,
    /// Transactions that fail, or of which nobody knows.
    StoreFails,
    /// Commits and looks that take their time.
    StoreSlow,
    /// Replicas that end and come back.
    Crash,
    /// Readers that go.
    Leaves,
    /// Readers that stop reading for a while.
    Stalls,
    /// Launches and links that are offered again, at once and to several replicas.
    Twice,
    /// People who object, and take it back.
    Objects,
}

impl Class {
    pub(super) const ALL: [Self; 14] = [
        Self::Slow,
        Self::Fails,
        Self::Garbled,
        Self::Silent,
        Self::Stranger,
        Self::Panics,
        Self::National,
        Self::StoreFails,
        Self::StoreSlow,
        Self::Crash,
        Self::Leaves,
        Self::Stalls,
        Self::Twice,
        Self::Objects,
    ];

    fn bit(self) -> u32 {
        1 << (self as u32)
    }
}

/// Which of them there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Classes(u32);

impl Classes {
    pub(super) const ALL: Self = Self(u32::MAX);
    pub(super) const NONE: Self = Self(0);

    pub(super) fn has(self, class: Class) -> bool {
        self.0 & class.bit() != 0
    }

    pub(super) fn without(self, class: Class) -> Self {
        Self(self.0 & !class.bit())
    }

    pub(super) fn with(self, class: Class) -> Self {
        Self(self.0 | class.bit())
    }

    /// Of names as they are printed; `None` for a name of no class.
    pub(super) fn named(text: &str) -> Option<Self> {
        let class = |name: &str| Class::ALL.into_iter().find(|class| format!("{class:?}") == name);
        let names = text.split(',').filter(|name| !name.is_empty());
        names.map(class).try_fold(Self::NONE, |all, class| Some(all.with(class?)))
    }
}

impl fmt::Display for Classes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = Class::ALL
            .into_iter()
            .filter(|class| self.has(*class))
            .map(|class| format!("{class:?}"))
            .collect();
        f.write_str(&names.join(","))
    }
}

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behaves {
    Well,
    /// In milliseconds.
    Slow(u64),
    Status(u16),
    /// Too many requests, with the seconds it asks for.
    Wait(u64),
    Refused,
    /// Half of it, well framed.
    Broken,
    /// Half of it, and then the connection breaks.
    Torn,
    LoginPage,
    ErrorInside,
    /// With a warning of its own.
    Warned,
    /// No head.
    Hangs,
    /// Half of it, and no more.
    HangsWithin,
    /// A byte a second.
    Drips,
    /// Of another person, her Patient too.
    Another,
    /// Of another person, under the right Patient.
    Stray,
    Panics,
    /// Nothing is recorded.
    Empty,
    /// The person is not known there.
    NotKnown,
    /// Two pages.
    Paged,
    /// An empty page, and the one with the entry fails.
    Cut,
    /// Nothing but an entry that nobody can read.
    Unread,
}

impl Behaves {
    fn class(self) -> Option<Class> {
        Some(match self {
            Self::Well | Self::Empty | Self::NotKnown | Self::Paged => return None,
            Self::Slow(_) => Class::Slow,
            Self::Status(_) | Self::Wait(_) | Self::Refused => Class::Fails,
            Self::Broken
            | Self::Torn
            | Self::LoginPage
            | Self::ErrorInside
            | Self::Warned
            | Self::Cut
            | Self::Unread => Class::Garbled,
            Self::Hangs | Self::HangsWithin | Self::Drips => Class::Silent,
            Self::Another | Self::Stray => Class::Stranger,
            Self::Panics => Class::Panics,
        })
    }

    /// One by the dice; what is switched off is well. The dice are thrown alike either way.
    pub(super) fn any(dice: &mut Dice, classes: Classes) -> Self {
        let drawn = match dice.throw(40) {
            0..=2 => Self::Slow(dice.throw(900)),
            3 => Self::Slow(1_000 + dice.throw(7_000)),
            4 => Self::Status([500, 502, 503, 504][dice.throw(4) as usize]),
            5 => Self::Status([401, 403, 404, 410][dice.throw(4) as usize]),
            6 => Self::Wait(dice.throw(90)),
            7 => Self::Refused,
            8 => Self::Broken,
            9 => Self::Torn,
            10 => Self::LoginPage,
            11 => Self::ErrorInside,
            12 => Self::Warned,
            13 => Self::Hangs,
            14 => Self::HangsWithin,
            15 => Self::Drips,
            16 => Self::Another,
            17 | 18 => Self::Stray,
            19 => Self::Panics,
            20 | 21 => Self::Empty,
            22 => Self::NotKnown,
            23 => Self::Paged,
            24 => Self::Cut,
            25 => Self::Unread,
            _ => Self::Well,
        };
        if drawn.class().is_none_or(|class| classes.has(class)) { drawn } else { Self::Well }
    }
}

/// How a source is for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// All its answers alike.
    Steady(Behaves),
    /// Each as it comes.
    Changing,
}

impl Mood {
    pub(super) fn any(dice: &mut Dice, classes: Classes) -> Self {
        let steady = Behaves::any(dice, classes);
        if dice.throw(4) == 0 { Self::Changing } else { Self::Steady(steady) }
    }
}
