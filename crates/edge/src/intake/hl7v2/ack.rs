//! Takes the bytes of a message and what became of it, gives the acknowledgements its sender asked for, if any. Nothing is
//! answered to an ACK, nor to bytes without an MSH: there is nobody to answer, the sender repeats or raises its own alarm.
//! Source: HL7 v2.5.1 chapter 2, 2.9 and 2.15 (MSA, ERR); v2.3 and 2.4 for ERR-1; sources.md 10. Pure: no clock.

use crate::unit::Refused;

/// What became of a message. Say it only once it is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Stored, or stored before with the same bytes.
    Accepted,
    /// Its content cannot be taken; it is in quarantine, and sending it again does not help.
    Error(Refused),
    /// Not for us: type, version or processing id.
    Rejected(Refused),
}

impl Outcome {
    /// Which of the two a refusal is, by its field.
    pub fn refused(refused: Refused) -> Self {
        match refused.field.as_deref() {
            Some("MSH-9" | "MSH-11" | "MSH-12") => Outcome::Rejected(refused),
            _ => Outcome::Error(refused),
        }
    }

    fn reason(&self) -> Option<&Refused> {
        match self {
            Outcome::Accepted => None,
            Outcome::Error(reason) | Outcome::Rejected(reason) => Some(reason),
        }
    }

    fn code(&self, is_commit: bool) -> &'static str {
        match (self, is_commit) {
            (Outcome::Accepted, true) => "CA",
            (Outcome::Accepted, false) => "AA",
            (Outcome::Error(_), true) => "CE",
            (Outcome::Error(_), false) => "AE",
            (Outcome::Rejected(_), true) => "CR",
            (Outcome::Rejected(_), false) => "AR",
        }
    }
}

/// Whether the sender of these bytes gets any reply to that outcome.
pub fn is_expected(message: &[u8], outcome: &Outcome) -> bool {
    Header::read(message).is_some_and(|header| !header.codes(outcome).is_empty())
}

/// The replies, in the order they are to be sent: none, one, or in enhanced mode two. `now` is an HL7 time with its zone, `id` the
/// control id of the first; the second's ends with `.2`. Each ends its segments with CR, and is UTF-8.
pub fn replies(message: &[u8], outcome: &Outcome, now: &str, id: &str) -> Vec<String> {
    let Some(header) = Header::read(message) else { return Vec::new() };
    let codes = header.codes(outcome).into_iter();
    let ids = [id.to_owned(), format!("{id}.2")];
    codes.zip(ids).map(|(code, id)| header.reply(code, outcome.reason(), now, &id)).collect()
}

/// MSH as sent: the reply uses the same marks, so that nothing has to be escaped again.
struct Header {
    field: char,
    fields: Vec<String>,
}

impl Header {
    fn read(message: &[u8]) -> Option<Self> {
        let line = message.split(|b| matches!(b, b'\r' | b'\n')).next()?;
        let text = std::str::from_utf8(line).map_or_else(
            |_| encoding_rs::WINDOWS_1252.decode_without_bom_handling(line).0.into_owned(),
            str::to_owned,
        );
        let field = text.strip_prefix("MSH")?.chars().next().filter(char::is_ascii_punctuation)?;
        let fields: Vec<String> = text.split(field).map(str::to_owned).collect();
        (fields.len() > 8).then_some(Self { field, fields })
    }

    /// Counted as the standard counts: the name stands for MSH-1.
    fn field(&self, number: usize) -> &str {
        self.fields.get(number.saturating_sub(1)).map(|field| field.trim()).unwrap_or_default()
    }

    fn mark(&self, place: usize) -> String {
        self.field(2).chars().nth(place).unwrap_or('^').to_string()
    }

    fn component(&self, number: usize, component: usize) -> &str {
        let mark = self.field(2).chars().next().unwrap_or('^');
        self.field(number).split(mark).nth(component - 1).unwrap_or_default()
    }

    /// The codes of MSA-1 to be sent.
    fn codes(&self, outcome: &Outcome) -> Vec<&'static str> {
        if self.component(9, 1) == "ACK" {
            return Vec::new();
        }
        let (commit, application) = (self.field(15), self.field(16));
        if commit.is_empty() && application.is_empty() {
            return vec![outcome.code(false)];
        }
        let is_asked = |condition: &str| match condition {
            "AL" => true,
            "ER" => outcome.reason().is_some(),
            "SU" => outcome.reason().is_none(),
            // NE; and in enhanced mode an empty field is the same.
            _ => false,
        };
        let commit = is_asked(commit).then(|| outcome.code(true));
        let application = is_asked(application).then(|| outcome.code(false));
        commit.into_iter().chain(application).collect()
    }

    fn reply(&self, code: &str, reason: Option<&Refused>, now: &str, id: &str) -> String {
        let component = self.mark(0);
        let (event, version) = (self.component(9, 2), self.component(12, 1));
        let mut message_type = if event.is_empty() { "ACK".into() } else { format!("ACK{component}{event}") };
        if !matches!(version, "2.1" | "2.2" | "2.3" | "2.3.1") && !event.is_empty() {
            message_type.push_str(&format!("{component}ACK"));
        }
        let (us, them) = ((self.field(5), self.field(6)), (self.field(3), self.field(4)));
        let head = [us.0, us.1, them.0, them.1, now, "", &message_type, id, self.field(11), self.field(12)];
        let mut header = vec!["MSH", self.field(2)];
        header.extend(head);
        // The sender's own names may hold other letters than ASCII's.
        let charset = ["", "", "", "", "", "UNICODE UTF-8"];
        header.extend(charset.iter().filter(|_| !head.iter().all(|field| field.is_ascii())));
        let is_new = matches!(version, "2.5" | "2.5.1") || !version.starts_with("2.");
        let words = reason.map(|reason| self.plain(&reason.reason)).unwrap_or_default();
        let mut msa = vec!["MSA", code, self.field(10)];
        msa.extend((!words.is_empty() && !is_new).then_some(words.as_str()));
        let mut reply = self.segment(&header) + &self.segment(&msa);
        if let Some(reason) = reason {
            let place = Place::of(reason);
            let error = if is_new { self.error(&place, &words) } else { self.error_before_25(&place) };
            reply.push_str(&error);
        }
        reply
    }

    /// ERR-2 segment, sequence, field, repetition; ERR-3 code; ERR-4 severity; ERR-8 words.
    fn error(&self, place: &Place<'_>, words: &str) -> String {
        let location = place.parts().join(&self.mark(0));
        let code = [place.code().0, place.code().1, "HL70357"].join(&self.mark(0));
        self.segment(&["ERR", "", &location, &code, "E", "", "", "", words])
    }

    /// ERR-1 segment, sequence, field, code: it has no room for a repetition.
    fn error_before_25(&self, place: &Place<'_>) -> String {
        let (code, words) = place.code();
        let code = [code, words, "HL70357"].join(&self.mark(3));
        let mut parts: Vec<String> = place.parts();
        parts.resize(3, String::new());
        parts.push(code);
        self.segment(&["ERR", &parts.join(&self.mark(0))])
    }

    fn segment(&self, fields: &[&str]) -> String {
        fields.join(&self.field.to_string()) + "\r"
    }

    /// Our own words, without anything that would be a mark of this message.
    fn plain(&self, words: &str) -> String {
        let is_mark = |c: char| c == self.field || self.field(2).contains(c);
        words.chars().map(|c| if is_mark(c) || c.is_control() { ' ' } else { c }).collect()
    }
}

/// Where a refusal says the fault is: `PID-3`, `PID-3[2]`, `PID`; a line has no place of this kind.
struct Place<'a> {
    segment: &'a str,
    field: &'a str,
    repetition: &'a str,
    is_missing: bool,
}

impl<'a> Place<'a> {
    fn of(refused: &'a Refused) -> Self {
        let named = refused.field.as_deref().unwrap_or_default();
        let (segment, rest) = named.split_once('-').unwrap_or((named, ""));
        let (field, repetition) = rest.split_once('[').unwrap_or((rest, ""));
        let is_segment = segment.len() == 3 && segment.bytes().all(|b| b.is_ascii_alphanumeric());
        let segment = if is_segment { segment } else { "" };
        let is_missing = refused.reason.contains("missing") || refused.reason.starts_with("has no ");
        Self { segment, field, repetition: repetition.trim_end_matches(']'), is_missing }
    }

    fn parts(&self) -> Vec<String> {
        if self.segment.is_empty() {
            return Vec::new();
        }
        let repetition = if self.repetition.is_empty() { "1" } else { self.repetition };
        let whole = [self.segment, "1", self.field, repetition];
        let known = if self.field.is_empty() { 2 } else { 4 };
        whole.iter().take(known).map(|part| (*part).to_owned()).collect()
    }

    /// Source: HL7 table 0357.
    fn code(&self) -> (&'static str, &'static str) {
        match (self.segment, self.field, self.is_missing) {
            ("MSH", "9", _) => ("200", "Unsupported message type"),
            ("MSH", "11", _) => ("202", "Unsupported processing id"),
            ("MSH", "12", _) => ("203", "Unsupported version id"),
            ("", ..) | (_, "", _) => ("100", "Segment sequence error"),
            (_, _, true) => ("101", "Required field missing"),
            _ => ("102", "Data type error"),
        }
    }
}

#[cfg(test)]
mod tests;
