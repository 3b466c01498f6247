//! Takes a section, gives why less than everything of it is shown, in words with whom to ask: from the page's permit alone, the
//! same for every person. Source: access.md section 13; HAZ-010, HAZ-011.

use crate::page::{self, NeverShown, Page, Why};
use crate::words::{self, why};
use access::policy::ReasonCode;
use record::Section;

/// Never empty: what is the same on every record stands last.
pub(crate) fn lines(page: &Page, section: Section) -> Vec<String> {
    let categories = page::categories(section);
    let mut own: Vec<&Why> = page.why.iter().filter(|why| categories.contains(&why.category)).collect();
    // What holds for the reader comes before what partners do not share.
    own.sort_by_key(|why| matches!(why.reason, ReasonCode::NotShared | ReasonCode::SourceRelease));
    let mut told: Vec<&Why> = Vec::new();
    let mut lines = Vec::new();
    for one in &own {
        if told.iter().any(|other| is_same(one, other)) {
            continue;
        }
        told.push(one);
        // Categories that have the same said of them share a sentence.
        let same = own.iter().filter(|other| is_same(one, other));
        let nouns: Vec<&str> = same.map(|other| words::category_noun(other.category)).collect();
        let said = match one.in_part {
            true => why::in_part(&nouns, &one.sources),
            false => why::reason(&nouns, one.reason, one.level, &one.sources),
        };
        lines.push(format!("{said} {}", why::ask(&one.decided_by, &one.ask)));
    }
    if lines.is_empty() {
        lines.push(why::NOTHING_HELD_BACK.to_owned());
    }
    if page.never_shown == NeverShown::Constant {
        lines.push(why::NEVER_SHOWN.to_owned());
    }
    lines
}

fn is_same(one: &Why, other: &Why) -> bool {
    let alike = |why: &Why| (why.reason, why.level, why.in_part);
    alike(one) == alike(other)
        && (&one.sources, &one.decided_by, &one.ask) == (&other.sources, &other.decided_by, &other.ask)
}
