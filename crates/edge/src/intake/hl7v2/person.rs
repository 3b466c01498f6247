//! Takes PID, gives whose a message is as far as its sender knows, the sender's own names of the person, and the
//! demographics. A number is relied on only where it is one, and verified (HAZ-005, HAZ-042).
//! Source: HL7 v2 chapter 3, PID; NHS ITK HL7 v2; sources.md 10, 16.

use super::message::{Message, Piece, Segment};
use super::time;
use crate::format::Demographics;
use crate::unit::{LocalId, Untraced, Whose};
use fhir::NhsNumber;
use serde::Deserialize;

/// What makes an NHS number of this feed one to rely on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Numbers {
    /// PID-32 says `01`.
    #[default]
    Status,
    /// The partner vouches for its numbers; PID-32 may still say otherwise.
    VerifiedByDefault,
}

/// The authority under which a verified NHS number stands among the names of a person.
pub(crate) const NHS: &str = "NHS";
/// And one that nobody has verified: it never equals the other.
pub(crate) const NHS_UNVERIFIED: &str = "NHS, not verified";

/// Candidates: PID-3 where it says NHS, else PID-2, else PID-19. Two that differ, wherever they stand, are no answer.
pub(crate) fn whose(pid: Segment<'_>, numbers: Numbers) -> Whose {
    let claimed: Vec<String> = nhs_claims(pid.field(3)).collect();
    let mut found: Vec<NhsNumber> = Vec::new();
    let mut fails = false;
    let mut note = |text: &str| match NhsNumber::parse(text) {
        // Two that differ are as many as are needed to know.
        Ok(number) if found.len() > 1 || found.contains(&number) => {}
        Ok(number) => found.push(number),
        Err(_) => fails = true,
    };
    claimed.iter().for_each(|text| note(text));
    // Elsewhere ten digits are a candidate; a failing one counts only where PID-3 has none.
    let others = [2, 19].into_iter().flat_map(|number| unclaimed(pid.field(number)));
    for text in others.filter(|text| claimed.is_empty() || NhsNumber::parse(text).is_ok()) {
        note(&text);
    }
    match (found.as_slice(), fails) {
        ([_, _, ..], _) => Whose::Untraced(Untraced::Several),
        (_, true) => Whose::Untraced(Untraced::NotANumber),
        ([], false) => Whose::Untraced(Untraced::NoNumber),
        ([_], false) if !is_verified(pid.field(32), numbers) => Whose::Untraced(Untraced::NotVerified),
        ([number], false) => Whose::Person(number.clone()),
    }
}

fn is_verified(status: Piece<'_>, numbers: Numbers) -> bool {
    let said: Vec<String> = status.repetitions().filter_map(|one| one.component(1).text()).collect();
    if said.is_empty() { numbers == Numbers::VerifiedByDefault } else { said.iter().all(|code| code == "01") }
}

/// What a field of identifiers says is an NHS number.
pub(crate) fn nhs_claims(field: Piece<'_>) -> impl Iterator<Item = String> {
    field.repetitions().filter(|one| is_nhs(*one)).filter_map(|one| one.component(1).text())
}

fn is_nhs(identifier: Piece<'_>) -> bool {
    let upper = |piece: Piece<'_>| piece.text().unwrap_or_default().to_ascii_uppercase();
    let authority = upper(identifier.component(4).subcomponent(1));
    let kind = kind(identifier);
    // Type NI says national identifier, of whatever nation: only with the authority, which is a claim by itself.
    matches!(authority.as_str(), "NHS" | "NHSNBR") || matches!(kind.as_str(), "NH" | "NHSNMBR")
}

/// Ten digits, blanks apart, that stand where older senders put the number and name no other authority.
fn unclaimed(field: Piece<'_>) -> impl Iterator<Item = String> {
    let is_open =
        |one: &Piece<'_>| is_nhs(*one) || one.component(4).is_empty() && one.component(5).is_empty();
    let is_ten = |text: &String| {
        let digits = text.bytes().filter(|b| *b != b' ');
        digits.clone().all(|b| b.is_ascii_digit()) && digits.count() == 10
    };
    field.repetitions().filter(is_open).filter_map(|one| one.component(1).text()).filter(is_ten)
}

/// The sender's own names in a field of identifiers: PID-3, MRG-1.
pub(crate) fn local_ids(field: Piece<'_>, message: &Message<'_>) -> Vec<LocalId> {
    let own = field.repetitions().filter(|one| !is_nhs(*one));
    let (mut persons, others): (Vec<_>, Vec<_>) = own.partition(|one| is_persons(*one));
    // The first name is the one a held message waits under: a visit's number comes after the person's.
    persons.extend(others);
    persons.into_iter().filter_map(|one| local_id(one, message)).collect()
}

/// A number of the sender's record of the person, or one of no stated type.
fn is_persons(identifier: Piece<'_>) -> bool {
    matches!(kind(identifier).as_str(), "" | "MR" | "PI" | "PT" | "MRN")
}

/// CX.5.
fn kind(identifier: Piece<'_>) -> String {
    identifier.component(5).text().unwrap_or_default().to_ascii_uppercase()
}

/// An id without an authority is the sending facility's. A visit or account number is no number of the person's, so
/// it never equals one: its type stands with its authority.
pub(crate) fn local_id(identifier: Piece<'_>, message: &Message<'_>) -> Option<LocalId> {
    let id = identifier.component(1).text()?;
    let named = identifier.component(4);
    let named = named.subcomponent(1).text().or_else(|| named.subcomponent(2).text());
    let facility = || message.field("MSH", 4).component(1).text();
    let authority = named.or_else(facility).unwrap_or_default();
    let authority =
        if is_persons(identifier) { authority } else { format!("{authority} {}", kind(identifier)) };
    Some(LocalId { authority, id })
}

/// From the messages, oldest first: what is empty says nothing, what is null deletes, what is no date is left out.
pub(crate) fn demographics<'m>(pids: impl Iterator<Item = Segment<'m>>) -> Option<Demographics> {
    let mut person = None;
    for pid in pids {
        let known: &mut Demographics = person.get_or_insert_default();
        name(pid.field(5), known);
        replace(&mut known.birth_date, pid.field(7), |born| {
            let whole = born.text()?;
            let day = whole.get(..8).unwrap_or(&whole);
            time::read(day).map(|moment| moment.text)
        });
        replace(&mut known.gender, pid.field(8), |sex| gender(&sex.first(1).text()?));
        replace(&mut known.deceased, pid.field(29), |at| Some(time::moment(at)?.text));
        if pid.field(30).text().as_deref() == Some("N") {
            known.deceased = None;
        }
    }
    person
}

/// What was known, after a field of a later message.
pub(crate) fn replace<'a, T>(
    known: &mut Option<T>,
    field: Piece<'a>,
    read: impl FnOnce(Piece<'a>) -> Option<T>,
) {
    if field.is_null() {
        *known = None;
    } else if let Some(said) = read(field) {
        *known = Some(said);
    }
}

/// The legal name first; else the first that is no alias.
fn name(field: Piece<'_>, known: &mut Demographics) {
    let of_kind = |wanted: &str| {
        field.repetitions().find(|name| name.component(7).text().unwrap_or_default() == wanted)
    };
    let chosen = of_kind("L").or_else(|| of_kind("")).or_else(|| field.repetitions().next());
    let Some(chosen) = chosen.filter(|name| !name.is_empty()) else { return };
    known.family = chosen.component(1).subcomponent(1).text();
    known.given = [2, 3].into_iter().filter_map(|part| chosen.component(part).text()).collect();
}

/// NHS Data Dictionary's codes (ITK, CDS) and HL7's.
fn gender(code: &str) -> Option<&'static str> {
    match code {
        "1" | "M" => Some("male"),
        "2" | "F" => Some("female"),
        "9" | "O" | "A" => Some("other"),
        "0" | "U" => Some("unknown"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
