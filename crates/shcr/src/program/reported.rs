//! A problem that a professional reports: takes the form, records it under the opening it is about and gives the page with its
//! reference; refuses what is no opening of theirs, and what holds a number of a person. Its text is sealed in the audit, where the officers
//! read it; word of it goes out of band as of any alert, without it. Decision 0044; HAZ-049.

use super::Program;
use crate::{clock, entries, opening::compose, opening::session};
use audit::{Entry, Key, Kind, Millis, OpeningId};
use fhir::NhsNumber;
use uuid::Uuid;
use web::{
    gateway::{Refused, ReportForm, StillPage, Within},
    page::SourceCard,
    view::{self, About, LONGEST, SHORTEST},
    words,
};

/// The rule's number, among those of the privacy officers.
pub(crate) const RULE: &str = "CS-01";

impl Program {
    pub(super) async fn report_problem(
        &self,
        within: &Within,
        form: &ReportForm,
    ) -> Result<StillPage, Refused> {
        let entered = session::look(self, within).await?;
        self.must_be_ours(&entered.sid, &form.token)?;
        let entered = session::enter(self, within).await?;
        let open = self.own_opening(&form.opening, &entered.content.launch).await?;
        let frame_ancestor = entered.content.frame.clone();
        let path = format!("/s/{}/", entered.sid_text);
        let reference = open.opening.as_ref().map(entries::reference).unwrap_or_default();
        let (wrong, said) = (wrong(form), view::reported_as(form));
        let Some(said) = said.filter(|_| wrong.is_empty()) else {
            let sources: Vec<SourceCard> = self.federation.sources().iter().map(compose::card).collect();
            let about = About {
                path: &path,
                token: &self.form_token(&entered.sid),
                opening: &form.opening,
                reference: &reference,
                opened_at: jiff::Timestamp::from_millisecond(open.at.0).unwrap_or_default(),
                sources: &sources,
            };
            let html = view::report_again(&about, form, &wrong, self.config.training);
            return Ok(StillPage { status: 400, frame_ancestor, html });
        };
        let source = self.federation.sources().iter().find(|source| source.id.as_str() == form.source);
        let own = entries::reference(&OpeningId::from_bytes(*Uuid::now_v7().as_bytes()));
        let partner = source.map(|source| (source.short.as_str(), source.ods.to_string()));
        let entry = entry(&open, (said, partner), (&own, form.text.trim()), clock::millis());
        if let Err(fault) = self.store.append(vec![entry], clock::millis()).await {
            tracing::error!(?fault, "a reported problem could not be recorded");
            return Err(super::doors::refused(access::Refusal::CannotRecord));
        }
        let whom = match source {
            Some(source) => format!("{} and {}", source.partner, words::SAFETY_OFFICER),
            None => words::SAFETY_OFFICER.to_owned(),
        };
        let html = view::reported(&path, (&reference, &own), &whom, self.config.training);
        Ok(StillPage { status: 200, frame_ancestor, html })
    }
}

fn wrong(form: &ReportForm) -> Vec<&'static str> {
    let length = form.text.trim().chars().count();
    let kind = view::reported_as(form).is_none().then_some(words::CHOOSE_KIND);
    let text = (!(SHORTEST..=LONGEST).contains(&length)).then_some(words::REPORT_TEXT);
    let number = holds_number(&form.text).then_some(words::HOLDS_NUMBER);
    kind.into_iter().chain(text).chain(number).collect()
}

/// Ten digits whose check digit holds, in one group or in several beside each other. A telephone number has eleven.
fn holds_number(text: &str) -> bool {
    let is_apart = |c: char| !(c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '\u{a0}'));
    text.split(is_apart).any(|run| {
        let groups: Vec<&str> =
            run.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
        (0..groups.len()).any(|from| {
            let mut digits = String::new();
            groups.iter().skip(from).take(10).any(|group| {
                digits.push_str(group);
                digits.len() == 10 && NhsNumber::parse(&digits).is_ok()
            })
        })
    })
}

/// It names the opening beside, as every alert does; who reports it stands in the entries of that opening.
fn entry(
    open: &Entry,
    ((kind, section), partner): ((&str, &str), Option<(&str, String)>),
    (reference, text): (&str, &str),
    at: Millis,
) -> Entry {
    let about = open.opening.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut entry = Entry::new(Kind::Alert, Key::raised(RULE, &format!("{about}/{reference}")), at);
    entry.cause = Some(RULE.to_owned());
    let (source, organisation) = partner.unwrap_or_default();
    let told = [
        ("about", about.as_str()),
        ("what", "a problem was reported"),
        ("kind", kind),
        ("section", section),
        ("source", source),
        ("organisation", &organisation),
        ("reference", reference),
        ("text", text),
    ];
    let told = told.into_iter().filter(|(_, value)| !value.is_empty());
    entry.detail = told.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(kind: &str, text: &str) -> ReportForm {
        ReportForm { kind: kind.into(), section: "med".into(), text: text.into(), ..ReportForm::default() }
    }

    #[test]
    fn a_report_has_a_kind_a_place_and_some_words() {
        assert_eq!(wrong(&form("missing", "The discharge list is not here")), Vec::<&str>::new());
        assert_eq!(wrong(&form("odd", "The discharge list is not here")), [words::CHOOSE_KIND]);
        assert_eq!(wrong(&form("missing", "   short   ")), [words::REPORT_TEXT]);
        assert_eq!(wrong(&form("missing", &"a".repeat(1_001))), [words::REPORT_TEXT]);
        assert_eq!(wrong(&form("missing", &"é".repeat(1_000))), Vec::<&str>::new());
        let nowhere = ReportForm { section: "<b>".into(), ..form("missing", "The list is not here") };
        assert_eq!(wrong(&nowhere), [words::CHOOSE_KIND]);
    }

    /// HAZ-049: what names a person is not taken into words that others read.
    #[test]
    fn an_nhs_number_is_not_taken_however_it_is_written() {
        for number in
            ["9991234578", "999 123 4578", "999-123-4578", "x9991234578y", "1 9991234578", "999.123.4578"]
        {
            assert!(
                wrong(&form("missing", &format!("See {number}, missing"))).contains(&words::HOLDS_NUMBER),
                "{number}"
            );
        }
        for other in ["01632 960001", "on 22-Nov-2026 at 14:02", "999 123 4567", "5 of 10"] {
            assert!(!holds_number(other), "{other}");
        }
    }

    #[test]
    fn two_reports_about_one_opening_are_two_entries_and_name_nobody() {
        let id = OpeningId::from_bytes([0, 0, 0, 0, 0, 1, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1]);
        let open = Entry { opening: Some(id.clone()), ..Entry::new(Kind::Open, Key::open(&id), Millis(1)) };
        let of = |reference| {
            entry(&open, (("Something is missing", "Medicines"), None), (reference, "text"), Millis(2))
        };
        let (one, two) = (of("7K2M-9QF4"), of("7K2M-9QF5"));
        assert_ne!(one.key, two.key);
        assert!(one.who.is_none() && one.whom.is_none() && !one.detail.contains_key("organisation"));
        assert!(one.canonical().is_ok());
    }
}
