//! Takes the messages of one visit number in their order, gives the stay they tell of: where, since when, how it ended,
//! whether it was cancelled. Empty says nothing, null deletes, what is later overrides. Source: HL7 v2 chapter 3, A01 to
//! A13, PV1, PV2; sources.md 10; HAZ-043.

use super::super::event::Told;
use super::super::message::{Message, Piece, Segment};
use super::super::person::replace;
use super::super::time;
use super::json::Object;
use super::terms::{self, Number};
use std::collections::BTreeMap;

const METHOD: &str = "https://fhir.hl7.org.uk/CodeSystem/NHSDataModelAndDictionary-AdmissionMethod";
const SOURCE: &str = "https://fhir.hl7.org.uk/CodeSystem/UKCore-SourceOfAdmissionEngland";
const DESTINATION: &str = "https://fhir.hl7.org.uk/CodeSystem/NHSDataModelAndDictionary-DischargeDestination";

/// One stay or attendance.
#[derive(Default)]
pub(super) struct Visit<'a> {
    pub(super) number: Option<Number>,
    pub(super) status: Option<&'static str>,
    pub(super) class: Option<String>,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    expected: Option<String>,
    places: Vec<Piece<'a>>,
    attending: Option<Object>,
    referring: Option<Object>,
    consulting: Option<Object>,
    admitting: Option<Object>,
    pub(super) specialty: Option<String>,
    pub(super) method: Option<Object>,
    pub(super) source: Option<Object>,
    pub(super) disposition: Option<Object>,
    pub(super) reason: Option<Object>,
    /// By DG1-6, as the latest message with any of that type has them.
    pub(super) diagnoses: BTreeMap<String, Vec<Segment<'a>>>,
    pub(super) procedures: Vec<Segment<'a>>,
}

/// The visit a message is about: its number, and where there is none what comes nearest to one. Nothing where the message
/// names no stay.
pub(super) fn key(message: &Message<'_>) -> Option<(String, Option<Number>)> {
    let pv1 = message.first("PV1")?;
    let numbers = [pv1.field(19), pv1.field(50), message.field("PID", 18)];
    if let Some(number) = numbers.into_iter().find_map(|field| Number::extended(field.repetitions().next()?))
    {
        return Some((format!("number\n{}", number.key()), Some(number)));
    }
    // Two stays cannot begin at one time in one class.
    let admitted = time::moment(pv1.field(44))?;
    Some((format!("time\n{}\n{}", pv1.field(2).raw(), admitted.order), None))
}

impl<'a> Visit<'a> {
    /// What one message does to it.
    pub(super) fn apply(&mut self, told: &Told<'a>) {
        let message = &told.message;
        if let Some(pv1) = message.first("PV1") {
            self.place(&told.event, pv1);
            self.details(pv1, message);
        }
        self.content(message);
        let happened = || time::moment(message.field("EVN", 6)).map(|at| at.text);
        match told.event.as_str() {
            "A01" | "A04" => {
                self.status = Some("in-progress");
                self.from = self.from.take().or_else(happened);
            }
            "A06" | "A07" => self.status = Some("in-progress"),
            "A05" => self.status = Some("planned"),
            // A discharge that was never told but by its date.
            "A08"
                if self.status == Some("in-progress") && time::moment(message.field("PV1", 45)).is_some() =>
            {
                self.status = Some("finished");
            }
            "A02" if self.status != Some("finished") => self.status = Some("in-progress"),
            "A03" => {
                self.status = Some("finished");
                self.to = self.to.take().or_else(happened);
            }
            "A11" | "A38" => self.status = Some("cancelled"),
            "A13" => {
                self.status = Some("in-progress");
                self.to = None;
                self.disposition = None;
            }
            _ => {}
        }
        if self.status.is_none() {
            self.status = Some(self.by_its_dates());
        }
    }

    /// A stay first heard of by an update.
    fn by_its_dates(&self) -> &'static str {
        match (&self.to, self.class.as_deref()) {
            (Some(_), _) => "finished",
            (None, Some("P")) => "planned",
            (None, _) => "in-progress",
        }
    }

    /// A transfer adds a place, its cancellation takes it away again; anything else says where the person is now.
    fn place(&mut self, event: &str, pv1: Segment<'a>) {
        let said = pv1.field(3);
        match event {
            "A12" if self.places.len() > 1 => {
                self.places.pop();
            }
            // The transfer was never told here: the message has the place again.
            _ if said.is_null() => self.places.clear(),
            _ if terms::place(said).is_none() => {}
            "A02" => self.places.push(said),
            _ => {
                self.places.pop();
                self.places.push(said);
            }
        }
    }

    fn details(&mut self, pv1: Segment<'a>, message: &Message<'a>) {
        let code = |piece: Piece<'_>| terms::words(piece.repetitions().next()?);
        let at = |piece: Piece<'_>| Some(time::moment(piece)?.text);
        let who = |piece: Piece<'_>| terms::clinician(piece.repetitions().next()?);
        replace(&mut self.class, pv1.field(2), |piece| piece.first(1).text());
        replace(&mut self.method, pv1.field(4), |piece| terms::national(METHOD, piece));
        replace(&mut self.attending, pv1.field(7), who);
        replace(&mut self.referring, pv1.field(8), who);
        replace(&mut self.consulting, pv1.field(9), who);
        replace(&mut self.specialty, pv1.field(10), code);
        replace(&mut self.source, pv1.field(14), |piece| terms::national(SOURCE, piece));
        replace(&mut self.admitting, pv1.field(17), who);
        replace(&mut self.disposition, pv1.field(36), |piece| terms::national(DESTINATION, piece));
        replace(&mut self.from, pv1.field(44), at);
        replace(&mut self.to, pv1.field(45), at);
        replace(&mut self.reason, message.field("PV2", 3), terms::concept);
        replace(&mut self.expected, message.field("PV2", 8), at);
    }

    /// Each message has the whole list of its kind, or says nothing.
    fn content(&mut self, message: &Message<'a>) {
        let mut diagnoses: BTreeMap<String, Vec<Segment<'a>>> = BTreeMap::new();
        for segment in message.all("DG1") {
            let kind = segment.field(6).first(1).text().unwrap_or_default();
            let kept = diagnoses.entry(kind).or_default();
            let is_deleted = segment.field(3).is_null() || segment.field(21).text().as_deref() == Some("D");
            kept.extend((!is_deleted).then_some(segment));
        }
        self.diagnoses.extend(diagnoses);
        let procedures: Vec<Segment<'a>> = message.all("PR1").collect();
        if !procedures.is_empty() {
            self.procedures = procedures;
            self.procedures.retain(|segment| {
                !segment.field(3).is_null() && segment.field(20).text().as_deref() != Some("D")
            });
        }
    }

    pub(super) fn location(&self) -> Option<String> {
        terms::place(*self.places.last()?)
    }

    /// PV1-3, point of care.
    pub(super) fn unit(&self) -> Option<String> {
        unit(*self.places.last()?)
    }

    /// Consultants, the one in charge first.
    pub(super) fn doctors(&self) -> Vec<Object> {
        let roles = [
            ("ATND", "attender", &self.attending),
            ("CON", "consultant", &self.consulting),
            ("ADM", "admitter", &self.admitting),
            ("REF", "referrer", &self.referring),
        ];
        let participant = |(code, words, who): (&str, &str, &Option<Object>)| {
            const TYPES: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
            let who = who.clone()?;
            Some(Object::new().with("type", vec![terms::coded(TYPES, code, words)]).with("individual", who))
        };
        roles.into_iter().filter_map(participant).collect()
    }

    /// When it began, or where it is only planned is to begin.
    pub(super) fn begins(&self) -> Option<&str> {
        let planned = self.expected.as_deref().filter(|_| self.status == Some("planned"));
        self.from.as_deref().or(planned)
    }
}

pub(super) fn unit(place: Piece<'_>) -> Option<String> {
    place.component(1).subcomponent(1).text()
}
