//! Takes a launch and the sharing agreement, gives who may ask for emergency access, what it would open, and the exception
//! once its reason is whole. Refuses legacy and direct routes, roles R7 to R11, one factor and an old sign-in. Pure.
//! Source: the project's break-glass rules; HL7 v3-ActReason BTG; HAZ-011, HAZ-022, HAZ-048.

use crate::{
    Launch, Objection, Policy, Role,
    launch::{GivenReason, Purpose, Route},
    policy::{BREAK_GLASS_REASONS, BreakGlass, Circumstances, OBJECTION_OVERRIDES},
    session::SessionContent,
};
use fhir::{Category, Level, OdsCode, SourceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The classes that an exception can open beyond what a role sees. Which of them for whom is the agreement's.
pub const OPENABLE: [Category; 2] = [Category::MentalHealth, Category::Restricted];

/// A sign-in or a launch for this purpose counts as fresh for so long.
pub const FRESH_S: i64 = 5 * 60;

/// The shortest reason that says anything.
pub const TEXT_MIN_CHARS: usize = 20;
/// The longest the audit keeps.
pub const TEXT_MAX_CHARS: usize = 1_000;

/// Below this, whoever sits at the keyboard may not be who signed in.
const ASSURANCE_MIN: u8 = 2;

/// Why somebody may not ask, whoever the person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// Legacy address or direct access.
    Route,
    /// R7 to R11 never; others as configured.
    Role,
    /// The host's role map does not give this role emergency access.
    NoEmergencyAccess,
    /// One factor, or unstated.
    Assurance,
}

impl Barred {
    /// The name in the audit.
    pub fn name(self) -> &'static str {
        match self {
            Barred::Route => "break-glass: route",
            Barred::Role => "break-glass: role",
            Barred::NoEmergencyAccess => "break-glass: no emergency access",
            Barred::Assurance => "break-glass: assurance",
        }
    }
}

/// Whether this role may ever be configured for it.
pub fn is_possible_for(role: Role) -> bool {
    role <= Role::R6
}

/// `None`: may ask. About the professional alone. `roles`: the deployment's choice, which can only narrow.
pub fn bar(launch: &Launch, roles: &[Role]) -> Option<Barred> {
    if matches!(launch.route, Route::Legacy | Route::Direct) {
        return Some(Barred::Route);
    }
    if !launch.role.is_some_and(|role| is_possible_for(role) && roles.contains(&role)) {
        return Some(Barred::Role);
    }
    if !launch.emergency_access {
        return Some(Barred::NoEmergencyAccess);
    }
    (launch.assurance < ASSURANCE_MIN).then_some(Barred::Assurance)
}

/// Whether the professional has only just proved who they are: at their system, or by a launch for this very purpose.
pub fn is_fresh(launch: &Launch, now: Timestamp) -> bool {
    let for_this = (launch.purpose == Purpose::Btg).then(|| launch.received_at.as_second());
    // A time to come is nobody's proof of anything; a clock a little ahead is.
    let is_recent = |at: i64| (-60..=FRESH_S).contains(&now.as_second().saturating_sub(at));
    launch.auth_time_s.into_iter().chain(for_this).any(is_recent)
}

/// What would open, by the agreement alone: the same for every person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offer {
    /// Classes of which sources would show more, each with those sources.
    pub classes: BTreeMap<Category, BTreeSet<SourceId>>,
    /// The sources that would show more of anything.
    pub sources: BTreeSet<SourceId>,
    pub over_objection: bool,
}

impl Offer {
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// Its classes by themselves.
    pub fn opens(&self) -> BTreeSet<Category> {
        self.classes.keys().copied().collect()
    }
}

/// What an exception would add to what this professional sees already. `over_objection`: asked for on the page of an
/// objection; it then opens what the role sees anyway, and classes beyond that are asked for by themselves.
pub fn offer(policy: &Policy, launch: &Launch, over_objection: bool, held: Option<&Exception>) -> Offer {
    let mut asked = BreakGlass {
        reason: OVERRIDING.to_owned(),
        opens: held.map(|held| held.opens.clone()).unwrap_or_default(),
        over_objection: over_objection || held.is_some_and(|held| held.over_objection),
    };
    if !over_objection {
        asked.opens.extend(OPENABLE);
    }
    let mut offer = Offer { over_objection: asked.over_objection, ..Offer::default() };
    // Beside an exception over an objection the person may have none after all: what would open then is named as well.
    let both = [Objection::Objected, Objection::None];
    let objections = match (over_objection, asked.over_objection) {
        (true, _) => &both[..1],
        (false, true) => &both[..],
        (false, false) => &both[1..],
    };
    for objection in objections {
        let with = |break_glass| policy.decide(launch, &Circumstances { break_glass, ..(*objection).into() });
        let Ok(after) = with(Some(asked.clone())) else { continue };
        let before = with(held.map(Exception::break_glass)).ok();
        let level = |source: &SourceId, category| {
            before.as_ref().map_or(Level::Nothing, |permit| permit.level(source, category))
        };
        let more = after
            .slices()
            .filter(|(source, category)| after.level(source, *category) > level(source, *category));
        for (source, category) in more {
            offer.sources.insert(source.clone());
            if OPENABLE.contains(&category) && !over_objection {
                offer.classes.entry(category).or_default().insert(source.clone());
            }
        }
    }
    offer
}

/// Any of the reasons that override an objection: what would open is asked for before a reason is given.
const OVERRIDING: &str = "emergency";

/// The reasons that may be chosen.
pub fn reasons(over_objection: bool) -> &'static [&'static str] {
    if over_objection { &OBJECTION_OVERRIDES } else { &BREAK_GLASS_REASONS }
}

/// What is wrong with a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// None of the reasons on the form.
    Reason,
    TooShort,
    TooLong,
}

/// The reason as typed, blanks at its ends and control characters taken away; everything that is wrong otherwise.
pub fn given(code: &str, text: &str, codes: &[&str]) -> Result<GivenReason, Vec<Unfit>> {
    let code = codes.iter().find(|known| **known == code);
    let (text, length) = words(text);
    let unfit = [
        code.is_none().then_some(Unfit::Reason),
        (length < TEXT_MIN_CHARS).then_some(Unfit::TooShort),
        (length > TEXT_MAX_CHARS).then_some(Unfit::TooLong),
    ];
    match code {
        Some(code) if unfit.iter().all(Option::is_none) => Ok(GivenReason { code: (*code).to_owned(), text }),
        _ => Err(unfit.into_iter().flatten().collect()),
    }
}

/// Words with one blank between them, and their characters: twenty blanks are no reason.
fn words(text: &str) -> (String, usize) {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let text = words.join(" ");
    let length = text.chars().count();
    (text, length)
}

/// Emergency access as the session holds it: one person, one session, until a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// Of [`BREAK_GLASS_REASONS`].
    pub reason: String,
    /// The classes named before it was confirmed.
    pub opens: BTreeSet<Category>,
    /// Named as going against the person's objection.
    pub over_objection: bool,
    /// From then on nothing more is opened by it.
    pub until: Timestamp,
    /// The occasion in the audit at which it began.
    pub opening: String,
    /// Organisations whose privacy officers were told, and will be told of its end.
    pub told: BTreeSet<OdsCode>,
}

impl Exception {
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        now < self.until
    }

    /// As policy takes it.
    pub fn break_glass(&self) -> BreakGlass {
        BreakGlass {
            reason: self.reason.clone(),
            opens: self.opens.clone(),
            over_objection: self.over_objection,
        }
    }
}

impl SessionContent {
    /// The exception that holds at this moment; what has run out is none.
    pub fn exception(&self, now: Timestamp) -> Option<&Exception> {
        self.break_glass.as_ref().filter(|exception| exception.is_in_force(now))
    }

    /// What stands beside the launch now.
    pub fn circumstances(&self, now: Timestamp) -> Circumstances {
        Circumstances {
            break_glass: self.exception(now).map(Exception::break_glass),
            ..Circumstances::default()
        }
    }
}

#[cfg(test)]
mod tests;
