//! Takes MSH and EVN, gives what kind of message it is, and when what it tells of happened. Source: HL7 v2 table 0003.

use super::message::Message;
use super::time;

/// What a message is about, and so what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A stay or attendance: ADT A01 to A08, A11 to A13, A23, A38, A50.
    Visit,
    /// The person: ADT A28, A29, A31.
    Person,
    /// Two records of one person become one: ADT A18, A34, A36, A40, A47.
    Merge,
    /// They are two again: ADT A37.
    Unmerge,
    /// ADT events that move or join in a way that is not applied here: refused, since leaving them out would mislead.
    Unapplied,
    /// ORU^R01.
    Result,
    /// MDM T01 to T11.
    Document,
    Acknowledgement,
    /// Orders and all others: kept, shown as nothing.
    Other,
}

/// The kind by MSH-9: `ADT` and `A01`.
pub fn kind(message_type: &str, event: &str) -> Kind {
    match (message_type, event) {
        ("ACK", _) => Kind::Acknowledgement,
        ("ADT", "A01" | "A02" | "A03" | "A04" | "A05" | "A06" | "A07" | "A08" | "A11" | "A12" | "A13") => {
            Kind::Visit
        }
        ("ADT", "A23" | "A38" | "A50") => Kind::Visit,
        ("ADT", "A28" | "A29" | "A31") => Kind::Person,
        ("ADT", "A18" | "A34" | "A36" | "A40" | "A47") => Kind::Merge,
        ("ADT", "A37") => Kind::Unmerge,
        ("ADT", "A17" | "A24" | "A30" | "A35" | "A39" | "A41" | "A42" | "A43" | "A44") => Kind::Unapplied,
        ("ADT", "A45" | "A46" | "A48" | "A49" | "A51") => Kind::Unapplied,
        ("ORU", "R01" | "") => Kind::Result,
        ("MDM", "T01" | "T02" | "T03" | "T04" | "T05" | "T06" | "T07" | "T08" | "T09" | "T10" | "T11") => {
            Kind::Document
        }
        _ => Kind::Other,
    }
}

/// One message and its place among the others of its person.
pub(crate) struct Told<'a> {
    pub(crate) message: Message<'a>,
    pub(crate) kind: Kind,
    pub(crate) event: String,
    /// When it happened (EVN-2, else MSH-7), when it was sent (MSH-7), its control id and its sender: the order to apply it in.
    order: (i64, i64, String, String),
}

impl<'a> Told<'a> {
    /// Nothing where it says neither when it happened nor when it was sent.
    pub(crate) fn read(message: Message<'a>) -> Option<Self> {
        let happened = order(&message)?;
        let sent = time::moment(message.field("MSH", 7)).map_or(happened, |moment| moment.order);
        let control = message.field("MSH", 10).text().unwrap_or_default();
        let (message_type, event) = type_and_event(&message);
        let kind = kind(&message_type, &event);
        let sender = format!("{}\n{}", message.field("MSH", 3).raw(), message.field("MSH", 4).raw());
        Some(Self { message, kind, event, order: (happened, sent, control, sender) })
    }

    pub(crate) fn control(&self) -> &str {
        &self.order.2
    }
}

/// Milliseconds since the epoch of what it tells.
pub(crate) fn order(message: &Message<'_>) -> Option<i64> {
    let moment = || time::moment(message.field("EVN", 2)).or_else(|| time::moment(message.field("MSH", 7)));
    Some(moment()?.order)
}

/// MSH-9; the event of old senders stands in EVN-1.
pub(crate) fn type_and_event(message: &Message<'_>) -> (String, String) {
    let field = message.field("MSH", 9);
    let event = field.component(2).text().or_else(|| message.field("EVN", 1).text());
    (field.component(1).text().unwrap_or_default(), event.unwrap_or_default())
}

/// Everything kept, in the order it happened: what came late or twice makes no difference.
pub(crate) fn in_order(mut told: Vec<Told<'_>>) -> Vec<Told<'_>> {
    told.sort_by(|a, b| a.order.cmp(&b.order));
    told
}
