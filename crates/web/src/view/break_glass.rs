//! Takes what emergency access would open, gives the page that names it and asks why; going back comes first. Also what every page
//! says while it is under way. Source: access.md section 8; viewer.md section 7, Launch outcomes; HAZ-011, HAZ-048.

use super::banner::Identity;
use super::frame::drawn;
use crate::assets;
use crate::page::{ActiveEmergency, Banner};
use crate::words;
use access::break_glass::{Barred, Offer, TEXT_MAX_CHARS, TEXT_MIN_CHARS, Unfit, reasons};
use askama::Template;
use fhir::{SourceId, date};
use jiff::Timestamp;

/// Everything the page is drawn from.
pub struct BreakGlassPage<'a> {
    /// `/s/{sid}/`
    pub path: &'a str,
    pub form_token: &'a str,
    pub reference: &'a str,
    pub training: bool,
    /// The person as the host knows them.
    pub banner: &'a Banner,
    pub now: Timestamp,
    pub minutes: u32,
    /// Asked for on the page of an objection.
    pub over_objection: bool,
    pub offer: &'a Offer,
    /// What a source is called.
    pub short: &'a dyn Fn(&SourceId) -> String,
    /// Organisations whose privacy officers will be told, by name, the professional's own first.
    pub told: &'a [String],
    pub asked: Asked<'a>,
}

/// How far the asking has come.
pub enum Asked<'a> {
    /// The form, with what was chosen and typed, and what is wrong with it.
    Form {
        reason: &'a str,
        text: &'a str,
        wrong: &'a [Unfit],
    },
    /// The sign-in is too old; with what was typed.
    Stale {
        text: &'a str,
    },
    Barred(Barred),
    Nothing,
}

#[derive(Template)]
#[template(path = "break_glass.html", whitespace = "minimize")]
struct BreakGlass<'a> {
    page: &'a BreakGlassPage<'a>,
    identity: Identity<'a>,
    title: String,
    css: &'a str,
    icon: &'a str,
    opens: Vec<String>,
    told: String,
    form: Option<Form<'a>>,
    /// Why there is no form.
    instead: Vec<String>,
    typed: &'a str,
}

struct Form<'a> {
    reasons: Vec<Choice>,
    text: &'a str,
    wrong: Vec<Wrong>,
    reason_wrong: Option<String>,
    text_wrong: Option<String>,
}

struct Choice {
    code: &'static str,
    words: &'static str,
    chosen: bool,
}

/// One line of the summary of what is wrong, and where it leads.
struct Wrong {
    words: String,
    field: &'static str,
}

/// A whole page. Nothing has opened yet.
pub fn break_glass(page: &BreakGlassPage<'_>) -> String {
    let names: Vec<&str> = page.told.iter().map(String::as_str).collect();
    let (form, instead, typed) = match &page.asked {
        Asked::Form { reason, text, wrong } => (Some(Form::of(page, reason, text, wrong)), Vec::new(), ""),
        Asked::Stale { text } => (None, vec![words::STALE.to_owned(), words::stale_what_to_do()], *text),
        Asked::Barred(why) => (None, vec![words::barred(*why).to_owned()], ""),
        Asked::Nothing => (None, vec![words::NOTHING_TO_OPEN.to_owned()], ""),
    };
    let nameable = matches!(page.asked, Asked::Form { .. } | Asked::Stale { .. });
    drawn(&BreakGlass {
        page,
        identity: Identity::on(page.banner, page.now),
        title: words::title(page.reference),
        css: &assets::STYLE.path,
        icon: &assets::ICON.path,
        opens: if nameable { opens(page) } else { Vec::new() },
        told: words::and(&names),
        form,
        instead,
        typed,
    })
}

/// What would open, one sentence for each class; over an objection first the record itself.
fn opens(page: &BreakGlassPage<'_>) -> Vec<String> {
    let named = |sources: &std::collections::BTreeSet<SourceId>| -> Vec<String> {
        sources.iter().map(|source| (page.short)(source)).collect()
    };
    let from = |sources: Vec<String>, say: &dyn Fn(&[&str]) -> String| {
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        say(&sources)
    };
    let record = page.over_objection.then(|| {
        from(named(&page.offer.sources), &|sources| {
            format!("What your role sees of the record, from {}", words::and(sources))
        })
    });
    let classes = page.offer.classes.iter();
    let classes =
        classes.map(|(class, sources)| from(named(sources), &|sources| words::opened_from(*class, sources)));
    record.into_iter().chain(classes).collect()
}

impl<'a> Form<'a> {
    fn of(page: &BreakGlassPage<'_>, reason: &str, text: &'a str, wrong: &[Unfit]) -> Self {
        let over = page.offer.over_objection;
        let choice = |code: &&'static str| Choice {
            code,
            words: words::break_glass_reason(code, over),
            chosen: *code == reason,
        };
        let field = |what: &Unfit| if *what == Unfit::Reason { "reason-1" } else { "text" };
        let said = |of_reason: bool| {
            let found = wrong.iter().find(|what| (**what == Unfit::Reason) == of_reason);
            found.map(|what| words::unfit(*what))
        };
        Self {
            reasons: reasons(over).iter().map(choice).collect(),
            text,
            wrong: wrong
                .iter()
                .map(|what| Wrong { words: words::unfit(*what), field: field(what) })
                .collect(),
            reason_wrong: said(true),
            text_wrong: said(false),
        }
    }
}

/// What stands in the banner of every page of the session while it is under way.
pub(crate) struct Active {
    /// `14:32`
    pub(crate) until: String,
    pub(crate) opens: String,
    /// From the page's first byte on: then it must not go on showing what it shows.
    pub(crate) ends_ms: i64,
}

impl Active {
    pub(crate) fn of(active: &ActiveEmergency, now: Timestamp) -> Self {
        Self {
            until: date::clock(active.until),
            opens: words::opened_now(&active.opens, active.over_objection),
            ends_ms: active.until.as_millisecond().saturating_sub(now.as_millisecond()).max(0),
        }
    }

    /// For pages without script, whole seconds and never before the end.
    pub(crate) fn ends_s(&self) -> u32 {
        u32::try_from(self.ends_ms / 1000 + 1).unwrap_or(u32::MAX)
    }
}
