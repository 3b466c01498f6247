//! People who have to do with somebody who signs in to the host: one of the staff, somebody at their home, a colleague, and
//! somebody an organisation wants more care with.

use super::{Character, character, gates::ordinary};
use crate::people::{Person, partner::Partner::Acute};

/// A nurse of the trust, who is also its patient.
pub(crate) const OWN: &str = "9990048010";
/// Lives with that nurse.
pub(crate) const HOUSEHOLD: &str = "9990048029";
/// A doctor of the trust, ill for once.
pub(crate) const COLLEAGUE: &str = "9990048037";
/// In the newspapers.
pub(crate) const LISTED: &str = "9990048045";

pub(super) fn all() -> [Person; 4] {
    let person = |number, key, story, who| Person {
        story_facts: ordinary(&[Acute]),
        ..character(number, key, story, who)
    };
    [
        person(
            OWN,
            "staff-own",
            "Marion Bell, the nurse: signed in as herself she is refused; anybody else opens the record as usual",
            Character {
                title: "Ms",
                family: "BELL",
                given: &["Marion"],
                preferred: None,
                born: (1978, 2, 11),
            },
        ),
        person(
            HOUSEHOLD,
            "staff-household",
            "Peter Bell, the nurse's husband: she is warned first and gives a reason",
            Character {
                title: "Mr",
                family: "BELL",
                given: &["Peter"],
                preferred: None,
                born: (1976, 10, 3),
            },
        ),
        person(
            COLLEAGUE,
            "staff-colleague",
            "Astrid Lindqvist, a doctor of the same trust: nothing is said to the colleague who looks; the privacy officer is told",
            Character {
                title: "Dr",
                family: "LINDQVIST",
                given: &["Astrid"],
                preferred: None,
                born: (1984, 5, 30),
            },
        ),
        person(
            LISTED,
            "staff-listed",
            "Rupert Vane, known from the newspapers: a fresh sign-in and a reason are asked for first",
            Character {
                title: "Mr",
                family: "VANE",
                given: &["Rupert"],
                preferred: None,
                born: (1949, 1, 19),
            },
        ),
    ]
}
