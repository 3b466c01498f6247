//! Takes a page, gives what it says of one source: in its row of the Sources chapter, in the last line's sentences about it,
//! and whether any section reads as if it had answered. Times and counts are put aside: they are another journey's matter.

use journeys::{browser::Page, words};

/// A page, read once.
pub(super) struct Reading {
    pub(super) page: Page,
    /// Every section with its words, the Sources chapter excepted.
    sections: Vec<(String, String)>,
}

impl Reading {
    pub(super) fn of(page: Page) -> Self {
        let html = without_originals(&page.html);
        let slots = html.split("id=\"s-").skip(1).filter_map(|rest| rest.split('"').next());
        let slots = slots.filter(|slot| *slot != "src");
        let sections =
            slots.filter_map(|slot| Some((slot.to_owned(), words::section(&html, slot)?))).collect();
        Self { sections, page }
    }

    /// Whether somebody was not in time for this page.
    pub(super) fn late(page: &Page) -> bool {
        page.text().contains("no reply in time")
    }

    /// Whether it is a record, and not a question or a refusal.
    pub(super) fn is_record(&self) -> bool {
        self.page.html.contains("id=\"s-src\"")
    }

    /// Whether these very words stand on it: anywhere, late answers included.
    pub(super) fn has(&self, item: &str) -> bool {
        self.page.html.contains(item)
    }

    /// Sections that read as if the source had answered about them (HAZ-006).
    pub(super) fn answered_in(&self, short: &str) -> Vec<&str> {
        let answered = self.sections.iter().filter(|(_, text)| is_answered(text, short));
        answered.map(|(slot, _)| slot.as_str()).collect()
    }
}

/// Entries as they were sent make up most of a page, and say nothing of who answered.
fn without_originals(html: &str) -> String {
    let mut pieces = html.split("<pre class=\"sent\">");
    let first = pieces.next().unwrap_or_default().to_owned();
    let after = pieces.filter_map(|piece| piece.split_once("</pre>"));
    after.fold(first, |page, (_, rest)| page + rest)
}

/// The state of a source in the Sources chapter, each of its parts apart.
pub(super) fn state_words(page: &Page, short: &str) -> String {
    let row = page.html.split(&format!("<th scope=\"row\">{short}<br>")).nth(1);
    let row = row.and_then(|row| row.split("</tr>").next()).unwrap_or_default();
    let cell = row.split("<span class=\"column\">State</span>").nth(1).unwrap_or_default();
    let cell = cell.split("</td>").next().unwrap_or_default();
    let states = cell.split("<span class=\"state\">").map(words::text).filter(|state| !state.is_empty());
    plain(&states.collect::<Vec<_>>().join("; "))
}

/// Of an answer with much to tell beside what the row is about, that alone: the rest hangs on whose record it is.
pub(super) fn in_short(state: &str, said: &str) -> String {
    const LONG_CHARS: usize = 240;
    let head = state.split(": ").next().unwrap_or_default();
    if !head.starts_with("Answered") || state.len() <= LONG_CHARS {
        return state.to_owned();
    }
    let said = if head.contains(said) { String::new() } else { format!(" {said} …") };
    format!("{head}: …{said}")
}

/// The sentences of the page's last line that name the source.
pub(super) fn coverage_words(page: &Page, short: &str) -> String {
    let line = page.html.split("id=\"complete\">").nth(1).and_then(|rest| rest.split("</p>").next());
    let line = words::text(line.unwrap_or_default());
    // Who was late is a matter of the machine, not of the fault.
    let sentences = line.split_inclusive(". ").filter(|sentence| !is_of_lateness(sentence));
    let names = |sentence: &&str| mentions(sentence, short);
    let sentences: Vec<&str> = sentences.map(str::trim).filter(names).collect();
    plain(&sentences.join(" "))
}

fn is_answered(text: &str, short: &str) -> bool {
    let at_a_time = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    let answered = text.split(&format!("{short} answered ")).skip(1).any(at_a_time);
    // `No results recorded by …`; who recorded that a medicine was stopped is an entry's own matter.
    let parts: Vec<&str> = text.split("recorded by ").collect();
    let mut nothing = parts.windows(2).filter_map(|two| {
        let [before, after] = two else { return None };
        let denies = before.rsplit(". ").next().is_some_and(|sentence| sentence.contains("No "));
        denies.then(|| after.split('.').next()).flatten()
    });
    answered || nothing.any(|names| mentions(names, short))
}

/// `…, 1 of them late (GP).` and `GP, late: 3 allergy entries.`
fn is_of_lateness(sentence: &str) -> bool {
    sentence.contains(", late: ") || sentence.contains(" of them late (")
}

/// The name as a whole, not as a part of another.
fn mentions(text: &str, short: &str) -> bool {
    let mut pieces = text.split(short);
    let mut before = pieces.next().unwrap_or_default();
    pieces.any(|after| {
        let whole = !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric);
        before = after;
        whole
    })
}

/// Every time as `hh:mm`, every other number as `n`, so that a table stays the same; numbers that belong to a name stay.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(place) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(place);
        let end = number.find(|c: char| !c.is_ascii_digit() && c != ':' && c != ',').unwrap_or(number.len());
        let number = number.get(..end).unwrap_or(number).trim_end_matches([':', ',']);
        plain.push_str(before);
        plain.push_str(match number {
            name if before.ends_with(|c: char| c.is_alphabetic()) => name,
            time if time.contains(':') => "hh:mm",
            _ => "n",
        });
        rest = rest.get(place + number.len()..).unwrap_or_default();
    }
    (plain + rest).replace("n entry", "n entries")
}
