//! Takes what is known before any source answers, gives the first bytes of the page: who this is, that it is not complete,
//! and a place for every section with the sources it waits for. Source: viewer.md sections 3.1 and 3.2; HAZ-033, HAZ-034, HAZ-049.

use super::Key;
use super::banner::Identity;
use super::break_glass::Active;
use super::frame::drawn;
use crate::assets;
use crate::page::{Life, NeverShown, Page, SourceCard};
use crate::words;
use askama::Template;
use fhir::date;

#[derive(Template)]
#[template(path = "head.html", whitespace = "minimize")]
struct Head<'a> {
    title: String,
    css: &'a str,
    icon: &'a str,
    refresh: String,
}

#[derive(Template)]
#[template(path = "begin.html", whitespace = "minimize")]
struct Begin<'a> {
    page: &'a Page,
    identity: Identity<'a>,
    active: Option<Active>,
    opened: String,
    /// When a page without script puts itself away, `14:12`.
    until: String,
    not_for_role: Option<String>,
    never_shown: bool,
    /// The first panel of the summary.
    summary: Option<&'static str>,
    slots: Vec<Slot>,
    late: Vec<(String, &'a str)>,
    script: &'a str,
}

struct Slot {
    place: String,
    area: &'static str,
    name: &'static str,
    short: &'static str,
    /// Panels stand under one entry of the navigation, the allergy row under none.
    listed: bool,
    waiting: String,
}

/// The document's head and the skip link. No person in it: it may leave before the objection is known.
pub fn head(page: &Page) -> String {
    drawn(&Head {
        title: words::title(&page.reference),
        css: &assets::STYLE.path,
        icon: &assets::ICON.path,
        refresh: refresh(page.life, active(page).as_ref(), &page.path),
    })
}

/// Everything up to the first section. Together with [`head`] at most 12 kB.
pub fn begin(page: &Page) -> String {
    let hidden = page.not_for_role.len();
    drawn(&Begin {
        page,
        identity: Identity::of(page),
        active: active(page),
        opened: date::minute(page.opened_at),
        until: date::clock(put_away_at(page)),
        not_for_role: (hidden > 0).then(|| words::not_for_role(hidden)),
        never_shown: page.never_shown == NeverShown::Constant,
        summary: page.order.first().filter(|_| page.sought.is_none()).map(|panel| Key::Panel(*panel).area()),
        slots: Key::in_page_order(page).into_iter().map(|key| Slot::of(page, key)).collect(),
        late: asked(page.sources.iter()).map(|card| (number(page, card), card.short.as_str())).collect(),
        script: &assets::SCRIPT.path,
    })
}

fn put_away_at(page: &Page) -> jiff::Timestamp {
    let after = jiff::SignedDuration::from_secs(page.life.put_away_s());
    page.opened_at.checked_add(after).unwrap_or(page.opened_at)
}

/// What a page without script does by itself. What emergency access shows is not left on it after its end.
pub(super) fn refresh(life: Life, active: Option<&Active>, path: &str) -> String {
    let put_away_s = life.put_away_s();
    match active.map(Active::ends_s).filter(|ends_s| i64::from(*ends_s) < put_away_s) {
        Some(ends_s) => format!("{ends_s};url={path}"),
        None => format!("{put_away_s};url={path}ended"),
    }
}

fn active(page: &Page) -> Option<Active> {
    page.emergency.active.as_ref().map(|active| Active::of(active, page.opened_at))
}

impl Slot {
    fn of(page: &Page, key: Key) -> Self {
        let contributors = key.contributors(page);
        let names: Vec<&str> = asked(contributors.into_iter()).map(|card| card.short.as_str()).collect();
        let waiting = match key {
            Key::Sources => "waiting for the sources.".to_owned(),
            _ if names.is_empty() => "being put together.".to_owned(),
            _ => format!("waiting for {}", words::and(&names)),
        };
        let listed = !matches!(key, Key::AllergyRow | Key::Panel(_));
        Self {
            place: key.place(page),
            area: key.area(),
            name: key.name(),
            short: key.short(),
            listed,
            waiting,
        }
    }
}

fn asked<'a>(cards: impl Iterator<Item = &'a SourceCard>) -> impl Iterator<Item = &'a SourceCard> {
    cards.filter(|card| card.has_source())
}

fn number(page: &Page, card: &SourceCard) -> String {
    format!("{:02}", super::ordinal(page, &card.id))
}
