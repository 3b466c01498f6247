//! Takes the objection question, gives the coded signs of the practice's uncategorised data. Only a whole answer about
//! this very person can be rested on. Source: GP Connect 1.6.2, uncategorised data; national sharing-consent codes.

use super::{GpConnect, exchange::End, parameters, refused::AT_REQUEST, route::Who, structured};
use crate::{asking::ObjectionReply, guard::Verdict, question::Question, wire::Bounds};
use access::objection::Sign;
use fhir::{
    FhirDate, Json, Object, Reply, ReplyState,
    bundle::Bundle,
    coding::Concept,
    reply::{Format, Withholder},
};

/// Asks for uncategorised data alone; over the national gateway that is the whole record, of which nothing else is read.
/// A practice that has the HTML view only does not say: its rows carry words, not codes to be sure of. Cancel-safe.
pub(super) async fn ask(gp: &GpConnect, question: &Question, bounds: &Bounds) -> (ObjectionReply, Verdict) {
    let nothing = |state| ObjectionReply { signs: Vec::new(), state, elapsed_ms: bounds.elapsed_ms() };
    let Some(who) = Who::of(question) else {
        return (nothing(ReplyState::NotShared), Verdict::Well);
    };
    let ask = parameters::Ask { areas: vec![parameters::uncategorised()] };
    let end = structured::one(gp, &who, &ask, bounds).await;
    let verdict = end.verdict();
    let reply = match &end {
        End::Received(received) => {
            let area = parameters::uncategorised();
            let came = received.seen.lists.contains(area.list);
            let is_off = received.seen.switched_off.contains(area.parameter);
            // Without its List, or with an entry that might be it, the practice has not said what the person wishes.
            let is_said = came && !is_off && received.seen.is_whole;
            let state = if is_said { ReplyState::Answered } else { ReplyState::NotShared };
            ObjectionReply { signs: signs(&received.text), ..nothing(state) }
        }
        // The person has asked the practice to hold its record back: said as that (HAZ-010).
        End::Refused(refused) if is_at_request(&refused.state) => nothing(refused.state.clone()),
        // A practice that refuses us for reasons of its own has not said what the person wishes (HAZ-022).
        End::Refused(refused) if matches!(refused.state, ReplyState::Withheld(_)) => {
            nothing(ReplyState::NotShared)
        }
        end => nothing(end.state().unwrap_or(ReplyState::NotShared)),
    };
    (reply, verdict)
}

fn is_at_request(state: &ReplyState) -> bool {
    matches!(state, ReplyState::Withheld(Withholder::Source(why)) if why == AT_REQUEST)
}

/// The signs in a practice's whole reply, for when the question on its own was not answered in time.
pub fn objection_signs(reply: &Reply) -> Vec<Sign> {
    let practice = reply.payloads.iter().filter(|payload| payload.format == Format::GpConnectStu3);
    practice.flat_map(|payload| signs(&payload.text)).collect()
}

/// Every coding of every Observation, with its dates. Which of them speak of sharing is `access`'s to know.
fn signs(text: &str) -> Vec<Sign> {
    let Some(bundle) = Bundle::read(Json::of(text)) else {
        return Vec::new();
    };
    bundle.of_type("Observation").flat_map(|entry| signs_of(&entry.resource)).collect()
}

fn signs_of(observation: &Object<'_>) -> Vec<Sign> {
    let date = |key: &str| observation.text(key).map(|text| FhirDate::parse(&text));
    let period = observation.object("effectivePeriod");
    let start = || period.as_ref()?.text("start").map(|text| FhirDate::parse(&text));
    let (effective, issued) = (date("effectiveDateTime").or_else(start), date("issued"));
    let concept = observation.object("code").map(|code| Concept::read(&code)).unwrap_or_default();
    let codings = concept.codings.into_iter().filter_map(|coding| Some((coding.system?, coding.code?)));
    codings
        .map(|(system, code)| Sign { system, code, effective: effective.clone(), issued: issued.clone() })
        .collect()
}
