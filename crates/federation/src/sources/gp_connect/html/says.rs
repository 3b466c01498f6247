//! Takes a section's XHTML as text, says whether it shows rows, and what it says instead of them. It reads as empty only
//! where every word in it is a heading, a period, or the sentence that nothing is recorded; whatever else stands there is
//! left to the normaliser (HAZ-006). Source: GP Connect Access Record: HTML 0.7.4, section messages.

use crate::fault::failed;
use fhir::{ReplyState, reply::Withholder};

/// What a section says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// Rows, a banner, or sentences that disagree: somebody must read it.
    Something,
    NothingRecorded,
    NotSupported,
    Denied,
    /// Nothing at all, which says nothing.
    Silence,
}

/// One sentence in place of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sentence {
    NothingRecorded,
    NotSupported,
    Denied,
    /// Which period, or that there is none; or a part of the sentence before it.
    Frame,
    Other,
}

/// In small letters, as they begin.
const FRAME: [&str; 7] = [
    "all relevant items",
    "all data items",
    "data items from",
    "data items until",
    "for the period",
    "date filter not applied",
    "this data may still exist in the source system",
];
/// `No 'Encounters' data is recorded for this patient` names one section; a longer text says more than that.
const NAME_MAX: usize = 80;

impl Says {
    pub(super) fn of(div: &str) -> Self {
        use Sentence::{Denied, Frame, NotSupported, NothingRecorded, Other};
        let said: Vec<Sentence> = sentences(div).into_iter().filter(|said| *said != Frame).collect();
        let has = |sentence| said.contains(&sentence);
        match () {
            () if has_cells(div) || has(Other) => Says::Something,
            () if said.is_empty() => Says::Silence,
            () if has(NothingRecorded) && (has(Denied) || has(NotSupported)) => Says::Something,
            () if has(Denied) => Says::Denied,
            () if has(NotSupported) => Says::NotSupported,
            // Each part says so for itself.
            () if said.len() < parts(div) => Says::Something,
            () => Says::NothingRecorded,
        }
    }

    /// `None` where there is something to show.
    pub(super) fn state(self) -> Option<ReplyState> {
        match self {
            Says::Something => None,
            Says::NothingRecorded => Some(ReplyState::AnsweredEmpty),
            Says::NotSupported => Some(ReplyState::NotShared),
            Says::Denied => {
                Some(ReplyState::Withheld(Withholder::Source("it denied access to them".to_owned())))
            }
            Says::Silence => Some(failed("its section of them came empty")),
        }
    }
}

/// Subsections, each under a heading of its own.
fn parts(div: &str) -> usize {
    div.to_ascii_lowercase().matches("<h2").count()
}

fn has_cells(div: &str) -> bool {
    let div = div.to_ascii_lowercase();
    let mut cells = div.match_indices("<td");
    cells.any(|(at, cell)| {
        let after = div.get(at + cell.len()..).and_then(|rest| rest.chars().next());
        after.is_some_and(|next| next == '>' || next == '/' || next.is_whitespace())
    })
}

/// Of every stretch of text between two tags, but for headings. A sentence cut by a tag is no sentence we know.
fn sentences(div: &str) -> Vec<Sentence> {
    let mut heading = false;
    let mut sentences = Vec::new();
    for piece in div.split('<') {
        let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
        heading = if is_heading(tag) { true } else { heading && !tag.starts_with('/') };
        let text = folded(text);
        if !heading && !text.is_empty() {
            sentences.push(sentence(&text));
        }
    }
    sentences
}

fn is_heading(tag: &str) -> bool {
    let mut letters = tag.bytes();
    let is_h = letters.next().is_some_and(|letter| letter.eq_ignore_ascii_case(&b'h'));
    is_h && letters.next().is_some_and(|level| (b'1'..=b'6').contains(&level)) && !tag.ends_with('/')
}

fn sentence(text: &str) -> Sentence {
    if is_nothing_recorded(text) {
        Sentence::NothingRecorded
    } else if text.starts_with("access is denied to ") {
        Sentence::Denied
    } else if text.starts_with("this system does not support retrieval of ")
        || text.contains(" data is not supported by this system")
    {
        Sentence::NotSupported
    } else if FRAME.iter().any(|start| text.starts_with(start)) {
        Sentence::Frame
    } else {
        Sentence::Other
    }
}

fn is_nothing_recorded(text: &str) -> bool {
    let text = text.trim_end_matches('.');
    let name =
        text.strip_prefix("no ").and_then(|rest| rest.strip_suffix(" data is recorded for this patient"));
    name.is_some_and(|name| name.len() <= NAME_MAX && !name.contains(['.', ';']))
}

/// In small letters, blanks as one, apostrophes and blanks read where they are written as entities.
fn folded(text: &str) -> String {
    let apostrophes = ["&apos;", "&#39;", "&#x27;", "&lsquo;", "&rsquo;", "&quot;"];
    let text = apostrophes.iter().fold(text.to_owned(), |text, entity| text.replace(entity, "'"));
    let text = text.replace("&#160;", " ").replace("&nbsp;", " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
