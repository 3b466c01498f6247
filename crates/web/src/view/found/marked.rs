//! Takes rows as HTML, gives them with every match marked, or nothing where there is none. Looks at what is read, never into tags, and not
//! at entries as sent: their field names would match everything. One pass.

use crate::page::Sought;
use askama::filters::HtmlSafe;
use std::{collections::BTreeSet, fmt};

/// Rows of ours with marks of ours in them.
pub(super) struct Marked(String);

/// It was HTML before, and only `mark` has come in.
impl HtmlSafe for Marked {}

impl fmt::Display for Marked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const AS_SENT: &str = "<pre class=\"sent\">";
const ITS_END: &str = "</pre>";
const DETAILS: &str = "<details>";

pub(super) fn marked(html: &str, sought: &Sought) -> Option<Marked> {
    let term = sought.folded_html();
    let (mut out, mut rest, mut any) = (String::with_capacity(html.len() + 64), html, false);
    // Where the details under way begin, and those with a match in them: nobody sees it while they are closed.
    let (mut within, mut to_open) = (Vec::new(), BTreeSet::new());
    while !rest.is_empty() {
        let text = rest.split('<').next().unwrap_or_default();
        if mark(text, &term, &mut out) {
            any = true;
            to_open.extend(within.iter().copied());
        }
        rest = rest.get(text.len()..).unwrap_or_default();
        let end = if rest.starts_with(AS_SENT) {
            rest.find(ITS_END).map(|at| at + ITS_END.len())
        } else {
            rest.find('>').map(|at| at + 1)
        };
        let (tag, after) = rest.split_at(end.unwrap_or(rest.len()));
        match tag {
            DETAILS => within.push(out.len() + DETAILS.len() - 1),
            "</details>" => drop(within.pop()),
            _ => {}
        }
        out.push_str(tag);
        rest = after;
    }
    to_open.into_iter().rev().for_each(|place| out.insert_str(place, " open"));
    any.then_some(Marked(out))
}

/// One stretch of text, escaped as it stands in the page. A match never begins or ends within an escape.
fn mark(text: &str, term: &str, out: &mut String) -> bool {
    let (folded, places) = folded(text);
    let (mut written, mut any) = (0, false);
    for (at, matched) in folded.match_indices(term) {
        let ends = (places.get(at), places.get(at + matched.len()));
        let (Some(&start), Some(&end)) = ends else { continue };
        if is_within_escape(text, start) || is_within_escape(text, end) {
            continue;
        }
        out.push_str(text.get(written..start).unwrap_or_default());
        out.push_str("<mark>");
        out.push_str(text.get(start..end).unwrap_or_default());
        out.push_str("</mark>");
        (written, any) = (end, true);
    }
    out.push_str(text.get(written..).unwrap_or_default());
    any
}

/// Lower case letter by letter, and where each byte of it, and its end, came from.
fn folded(text: &str) -> (String, Vec<usize>) {
    let (mut folded, mut places) = (String::with_capacity(text.len()), Vec::with_capacity(text.len() + 1));
    for (at, c) in text.char_indices() {
        folded.push(crate::page::fold(c));
        places.resize(folded.len(), at);
    }
    places.push(text.len());
    (folded, places)
}

fn is_within_escape(text: &str, at: usize) -> bool {
    // The longest we write is `&#x27;`.
    const LONGEST: usize = 8;
    let before = text.get(..at).unwrap_or_default();
    let last = before.bytes().rev().take(LONGEST).find(|byte| matches!(byte, b'&' | b';'));
    last == Some(b'&')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(html: &str, term: &str) -> Option<String> {
        marked(html, &Sought::of(term).unwrap()).map(|marked| marked.to_string())
    }

    #[test]
    fn a_match_is_marked_whatever_its_case_and_nothing_else_changes() {
        let html = "<td><b>Apixaban 5mg</b> and apixaban";
        let marked = found(html, "APIXABAN").unwrap();
        assert_eq!(marked, "<td><b><mark>Apixaban</mark> 5mg</b> and <mark>apixaban</mark>");
        assert_eq!(marked.replace("<mark>", "").replace("</mark>", ""), html);
        assert_eq!(found(html, "warfarin"), None);
    }

    #[test]
    fn tags_and_entries_as_sent_are_not_searched() {
        let html = "<a href=\"/s/status/\" class=\"open\">Open</a><pre class=\"sent\">\n{\"status\":\"active\"}</pre>";
        assert_eq!(found(html, "status"), None);
        assert_eq!(found(html, "class"), None);
        assert!(found(html, "open").unwrap().contains("\"><mark>Open</mark></a>"));
    }

    #[test]
    fn an_escape_is_one_letter_and_is_found_as_what_it_stands_for() {
        assert_eq!(found("<td>A&amp;E, &lt;5", "a&e").as_deref(), Some("<td><mark>A&amp;E</mark>, &lt;5"));
        assert_eq!(found("<td>A&amp;E", "amp"), None);
        assert_eq!(found("<td>A&amp;E", "lt"), None);
        assert_eq!(found("<td>&lt;5 mg", "<5").as_deref(), Some("<td><mark>&lt;5</mark> mg"));
    }

    #[test]
    fn details_with_a_match_in_them_are_open() {
        let html = "<td>a<details><summary>Details</summary>pain</details><details>b</details>";
        let open =
            "<td>a<details open><summary>Details</summary><mark>pain</mark></details><details>b</details>";
        assert_eq!(found(html, "pain").as_deref(), Some(open));
    }

    #[test]
    fn hostile_text_is_marked_as_text_in_linear_time() {
        assert_eq!(found("<td>&lt;script&gt;", "script").as_deref(), Some("<td>&lt;<mark>script</mark>&gt;"));
        let many = "é&amp;".repeat(200_000);
        assert!(found(&many, "é&").unwrap().len() > many.len());
        let letters = "İstanbul ẞ İ";
        assert!(found(letters, "istanbul").is_some());
        assert_eq!(
            found("<td>never closed <b", "closed").as_deref(),
            Some("<td>never <mark>closed</mark> <b")
        );
    }
}
