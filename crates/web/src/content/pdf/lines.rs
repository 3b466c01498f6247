//! Takes characters and where each stands on a page, gives its text: lines from top to bottom, each from left to right, with
//! room where there is room on the page, so that a value stays beside its label.

use std::cmp::Ordering;

/// One character, or several that are drawn as one. Places in points from the top left.
pub(super) struct Placed {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) end: f64,
    pub(super) height: f64,
    pub(super) text: String,
}

/// Of the height of the letters: what is nearer stands on one line.
const SAME_LINE: f64 = 0.4;
/// What is further apart is two words, two columns, two paragraphs.
const WORD: f64 = 0.18;
const COLUMN: f64 = 1.2;
const PARAGRAPH: f64 = 1.8;

pub(super) fn of(mut placed: Vec<Placed>) -> String {
    placed.retain(|one| one.x.is_finite() && one.y.is_finite() && one.end.is_finite() && one.height > 0.0);
    // A stable sort: what lies in one place stays in the order it was drawn.
    placed.sort_by(|one, other| total(one.y, other.y));
    let mut text = String::new();
    let mut above: Option<f64> = None;
    let mut rest = placed.as_mut_slice();
    while let Some(first) = rest.first() {
        let (y, height) = (first.y, first.height);
        let on_line = rest.iter().take_while(|one| one.y - y <= SAME_LINE * one.height.min(height)).count();
        let (line, below) = std::mem::take(&mut rest).split_at_mut(on_line.max(1));
        line.sort_by(|one, other| total(one.x, other.x));
        if above.is_some_and(|above| y - above > PARAGRAPH * height) {
            text.push('\n');
        }
        add(&mut text, line);
        above = Some(y);
        rest = below;
    }
    text
}

fn add(text: &mut String, line: &[Placed]) {
    let mut end: Option<f64> = None;
    let mut words = String::new();
    for one in line {
        let gap = end.map_or(0.0, |end| (one.x - end) / one.height);
        if gap > COLUMN {
            words.push_str("   ");
        } else if gap > WORD && !words.ends_with(' ') && !one.text.starts_with(' ') {
            words.push(' ');
        }
        words.extend(one.text.chars().map(|one| if one.is_control() { ' ' } else { one }));
        end = Some(one.end);
    }
    let words = words.trim_end();
    if !words.is_empty() {
        text.push_str(words);
        text.push('\n');
    }
}

fn total(one: f64, other: f64) -> Ordering {
    one.total_cmp(&other)
}
