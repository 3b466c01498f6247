//! Clinical facts: allergies, medicines, problems, procedures, results, measures and vaccines.

use super::{Holders, Term};
use crate::people::when::When;

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Allergy {
    pub(crate) at: Holders,
    pub(crate) substance: Term,
    pub(crate) reaction: Option<Term>,
    /// `mild`, `moderate` or `severe`, of the reaction.
    pub(crate) severity: Option<&'static str>,
    pub(crate) critical: bool,
    pub(crate) recorded: When,
    pub(crate) ended: Option<(When, &'static str)>,
    pub(crate) note: Option<&'static str>,
    /// R4 and STU3 verification status; `confirmed` where none is given.
    pub(crate) verification: Option<&'static str>,
}

/// Where a medicine stands in its holder's list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Supply {
    #[default]
    Repeat,
    Acute,
    /// On the list a hospital sent the person home with.
    Discharge,
    /// Given or prescribed on the ward.
    Inpatient,
    /// Known, but prescribed by somebody else.
    Elsewhere,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Medicine {
    pub(crate) at: Holders,
    pub(crate) name: Term,
    /// As written.
    pub(crate) dose: &'static str,
    /// Amount, unit and times a day, where the holder records doses in structure.
    pub(crate) structured: Option<(f64, &'static str, u8)>,
    pub(crate) supply: Supply,
    pub(crate) started: When,
    pub(crate) stopped: Option<(When, &'static str)>,
    pub(crate) quantity: Option<(f64, &'static str)>,
    /// Days ago of each issue, newest first.
    pub(crate) issued: &'static [i32],
    pub(crate) note: Option<&'static str>,
    /// Where the status is not what the dates say (`unknown`, `entered-in-error`, `on-hold`).
    pub(crate) status: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Problem {
    pub(crate) at: Holders,
    pub(crate) name: Term,
    pub(crate) since: When,
    pub(crate) until: Option<When>,
    pub(crate) major: bool,
    pub(crate) note: Option<&'static str>,
    /// Names of medicines that were linked to it.
    pub(crate) medicines: &'static [&'static str],
    pub(crate) verification: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Procedure {
    pub(crate) at: Holders,
    pub(crate) name: Term,
    pub(crate) on: When,
    pub(crate) status: Option<&'static str>,
    pub(crate) note: Option<&'static str>,
}

/// One measured value inside a laboratory report.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Value {
    pub(crate) test: Term,
    pub(crate) value: f64,
    /// Digits behind the point that this laboratory prints at least, in value and range.
    pub(crate) places: usize,
    /// As printed.
    pub(crate) unit: &'static str,
    pub(crate) ucum: &'static str,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    /// The laboratory's own flag: `L`, `H`, `LL`, `HH` or `N`.
    pub(crate) flag: Option<&'static str>,
    /// `<` or `>` where the laboratory gave a bound.
    pub(crate) bound: Option<&'static str>,
    pub(crate) comment: Option<&'static str>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Report {
    pub(crate) at: Holders,
    pub(crate) panel: Term,
    pub(crate) on: When,
    pub(crate) values: Vec<Value>,
    /// Text of the whole report: microbiology, imaging, or the laboratory's remark.
    pub(crate) text: Option<&'static str>,
    pub(crate) imaging: bool,
    pub(crate) status: Option<&'static str>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Reading {
    Amount(f64, &'static str),
    /// Systolic over diastolic, mm[Hg].
    Pressure(f64, f64),
    Words(&'static str),
    /// The code says it all.
    Nothing,
}

/// A measurement or coded entry outside the laboratory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measure {
    pub(crate) at: Holders,
    pub(crate) what: Term,
    pub(crate) on: When,
    pub(crate) reading: Reading,
    pub(crate) note: Option<&'static str>,
    pub(crate) status: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Vaccine {
    pub(crate) at: Holders,
    pub(crate) name: Term,
    pub(crate) on: When,
    pub(crate) refused: bool,
    pub(crate) batch: Option<&'static str>,
    pub(crate) site: Option<&'static str>,
}

pub(crate) const fn measure(at: Holders, what: Term, on: When, reading: Reading) -> Measure {
    Measure { at, what, on, reading, note: None, status: None }
}
