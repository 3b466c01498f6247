//! Takes what of a reply may be shown, gives it back only once its disclosure is durable; otherwise gives back nothing of
//! it and the state that says so. In doubt it over-reports: what was recorded may not have been shown (HAZ-031).

use super::handle::Handle;
use crate::{clock, entries::Story, program::Program, program::alerts::Rule};
use audit::{
    Disclosed, Entry, Millis, Opened, SourceLine,
    held::{self, About},
    manifest::{self, Head, Held, HeldFor, ItemHash, ItemKey, Manifest, Shown},
};
use federation::OpenReply;
use fhir::{
    Category, Reply, ReplyState, SourceId,
    reply::{Warning, Withholder},
};
use record::{
    reconcile::SourceNote,
    release::{self, ManifestLine, Released},
};
use std::collections::BTreeMap;
use web::content::Caveat;

/// What of one source may be told: nothing, or what was disclosed. Made here alone.
pub(super) struct Part {
    note: SourceNote,
    released: Released,
}

impl Part {
    pub(super) fn open(self) -> (SourceNote, Released) {
        (self.note, self.released)
    }

    fn disclosed(note: SourceNote, released: Released, _receipt: &Disclosed) -> Self {
        Self { note, released }
    }

    fn nothing(note: SourceNote, warnings: Vec<Warning>) -> Self {
        Self { released: Released { warnings, ..Released::nothing(note.source.clone()) }, note }
    }
}

/// Records the disclosures of replies that came together, in one commit, and gives their parts in the same order.
pub(super) async fn record(
    program: &Program,
    opened: &Opened,
    story: &mut Story,
    replies: Vec<(Reply, Released)>,
) -> Vec<Part> {
    let now = clock::millis();
    let (mut entries, mut is_written) = (Vec::new(), Vec::new());
    for (reply, released) in &replies {
        // No answer, no items: nothing is disclosed, so nothing may be shown.
        let answer = reply.state.is_answer().then_some((reply, released));
        let written = answer.and_then(|answer| entry(program, story, answer, now));
        is_written.push(written.is_some());
        entries.extend(written);
    }
    let mut receipts = program.store.disclose_all(opened, entries, now).await.into_iter();
    let mut parts = Vec::with_capacity(replies.len());
    for ((reply, released), is_written) in replies.into_iter().zip(is_written) {
        let note = note(&reply, &released);
        let receipt = is_written.then(|| receipts.next()).flatten().and_then(Result::ok);
        parts.push(match reply.state.is_answer() {
            true => recorded(program, story, (note, released), receipt).await,
            false => Part::nothing(note, released.warnings),
        });
    }
    parts
}

/// The part of a source that answered, by whether its disclosure is durable.
async fn recorded(
    program: &Program,
    story: &Story,
    (note, released): (SourceNote, Released),
    receipt: Option<Disclosed>,
) -> Part {
    let Some(receipt) = receipt else {
        tracing::error!(opening.id = %story.opening, source.id = %note.source, "a disclosure could not be recorded; nothing of it is shown");
        let state = ReplyState::Withheld(Withholder::PolicyNotRecorded);
        return Part::nothing(SourceNote { state, by_category: Default::default(), ..note }, Vec::new());
    };
    if released.shown.iter().any(|line| line.category == Category::Restricted) {
        restricted(program, story).await;
    }
    Part::disclosed(note, released, &receipt)
}

/// What an exception opened is told to the privacy officer, once for an opening (PO-04).
async fn restricted(program: &Program, story: &Story) {
    program.raise(Rule::RestrictedOpened, story.opening.as_str(), "restricted information shown").await;
}

/// The entry of one source's reply and its manifest. `None` where they cannot be made.
fn entry(
    program: &Program,
    story: &mut Story,
    (reply, released): (&Reply, &Released),
    now: Millis,
) -> Option<Written> {
    let key = manifest::item_key().ok()?;
    let answer = Answer {
        source: &reply.source,
        state: told(&reply.state, released),
        as_at: reply.as_at.as_deref(),
        elapsed_ms: reply.elapsed_ms,
        size_bytes: size_bytes(released),
        caveats: released.warnings.iter().map(|warning| warning.code.clone()).collect(),
    };
    let shown = released.shown.iter().map(|line| shown(&key, line)).collect();
    let held = released.held.iter().filter_map(|line| Some((line, line.reason?))).map(held).collect();
    answer.written(program, story, (key, shown, held), now)
}

/// Records that the content of one document is about to be shown: its entry's id, and a hash of the bytes as they came.
/// `None` where that could not be recorded; then none of it may leave.
pub(super) async fn document(
    program: &Program,
    opened: &Opened,
    story: &mut Story,
    document: &Handle,
    (reply, caveats): (&OpenReply, &[Caveat]),
) -> Option<Disclosed> {
    let key = manifest::item_key().ok()?;
    let resource = document.retrieval.resource.as_deref().unwrap_or_default();
    let (kind, id) = resource.split_once('/').unwrap_or(("DocumentReference", resource));
    let content = reply.content.as_ref()?;
    let shown = Shown {
        resource: kind.to_owned(),
        id: id.to_owned(),
        version: None,
        last_updated: None,
        category: document.category.name().to_owned(),
        level: format!("{:?}", document.level).to_lowercase(),
        hash: Some(ItemHash(manifest::hash(&key, &content.bytes))),
    };
    let is_restricted = document.category == Category::Restricted;
    let answer = Answer {
        source: &document.source,
        state: reply.state.name(),
        as_at: None,
        elapsed_ms: reply.elapsed_ms,
        size_bytes: reply.size_bytes,
        caveats: caveats.iter().map(|caveat| caveat.code().to_owned()).collect(),
    };
    let now = clock::millis();
    let (entry, manifest) = answer.written(program, story, (key, vec![shown], Vec::new()), now)?;
    let recorded = program.store.disclose(opened, entry, manifest, now).await.ok();
    if is_restricted && recorded.is_some() {
        restricted(program, story).await;
    }
    recorded
}

/// Each category of which something is shown, at the highest level of any of it.
fn levels(shown: &[Shown]) -> BTreeMap<String, String> {
    let rank = |level: &str| ["existence", "summary", "full"].iter().position(|one| *one == level);
    let mut levels: BTreeMap<String, String> = BTreeMap::new();
    for item in shown {
        let level = levels.entry(item.category.clone()).or_default();
        if rank(&item.level) > rank(level) {
            level.clone_from(&item.level);
        }
    }
    levels
}

/// What of one source's answer stands in its disclosure.
struct Answer<'a> {
    source: &'a SourceId,
    state: &'static str,
    as_at: Option<&'a str>,
    elapsed_ms: u64,
    /// Of what is shown.
    size_bytes: u64,
    /// Codes.
    caveats: Vec<String>,
}

/// An entry and its manifest, as they are stored.
type Written = (Entry, Vec<u8>);

impl Answer<'_> {
    fn written(
        self,
        program: &Program,
        story: &mut Story,
        (key, shown, held): (ItemKey, Vec<Shown>, Vec<Held>),
        now: Millis,
    ) -> Option<Written> {
        let line = SourceLine { categories: levels(&shown), ..self.line(now) };
        let (part, mut entry) = story.disclosure(line, now);
        let about = About { opening: &story.opening, source: self.source.as_str(), part };
        let sealed = program.held_keys.seal(about, &held).ok()?;
        entry.detail.insert(held::DETAIL.to_owned(), held::commitment(&sealed));
        let mut manifest = Manifest::new(key, self.head(story, part), sealed);
        manifest.shown = shown;
        Some((entry, manifest.to_bytes().ok()?))
    }

    fn line(&self, now: Millis) -> SourceLine {
        SourceLine {
            source: self.source.to_string(),
            state: Some(self.state.to_owned()),
            as_at: self.as_at.map(str::to_owned),
            answered_at: Some(now),
            asked_at: Some(now.plus_ms(-i64::try_from(self.elapsed_ms).unwrap_or_default())),
            size_bytes: Some(self.size_bytes),
            caveats: self.caveats.clone(),
            ..SourceLine::default()
        }
    }

    fn head(self, story: &Story, part: u32) -> Head {
        Head {
            opening: story.opening.clone(),
            source: self.source.to_string(),
            part,
            as_at: self.as_at.map(str::to_owned),
            state: self.state.to_owned(),
            permit: story.permit_digest().to_owned(),
            configuration: story.configuration().to_owned(),
            caveats: self.caveats,
        }
    }
}

fn shown(key: &ItemKey, line: &ManifestLine) -> Shown {
    Shown {
        resource: line.resource_type.clone(),
        id: line.id.clone().unwrap_or_default(),
        version: line.version.clone(),
        last_updated: line.last_updated.clone(),
        category: line.category.name().to_owned(),
        level: format!("{:?}", line.level).to_lowercase(),
        hash: Some(ItemHash(manifest::hash(key, line.original.as_sent().as_bytes()))),
    }
}

fn held((line, why): (&ManifestLine, release::Held)) -> Held {
    let reason = match why {
        release::Held::Restricted => HeldFor::Label,
        release::Held::Role | release::Held::Summary => HeldFor::Role,
        release::Held::Partner => HeldFor::SourceRelease,
    };
    Held {
        resource: line.resource_type.clone(),
        id: line.id.clone().unwrap_or_default(),
        version: line.version.clone(),
        reason,
    }
}

/// How the audit says that it ended. Whoever reads there that a source answered and nothing was shown would know that something
/// was held back (AU31).
fn told(state: &ReplyState, released: &Released) -> &'static str {
    match state {
        ReplyState::Answered if released.shown.is_empty() => ReplyState::AnsweredEmpty.name(),
        state => state.name(),
    }
}

/// As sent, of what is shown: what came would tell how much of it was held back.
fn size_bytes(released: &Released) -> u64 {
    released.shown.iter().map(|line| line.original.as_sent().len() as u64).sum()
}

/// Where all that came is restricted and held, the page says what it says of a source that had nothing (HAZ-010).
fn note(reply: &Reply, released: &Released) -> SourceNote {
    let is_for_its_label = |line: &ManifestLine| line.reason == Some(release::Held::Restricted);
    let is_nothing = released.shown.is_empty() && !released.held.is_empty();
    let state = match reply.state {
        ReplyState::Answered if is_nothing && released.held.iter().all(is_for_its_label) => {
            ReplyState::AnsweredEmpty
        }
        ref state => state.clone(),
    };
    SourceNote {
        source: reply.source.clone(),
        state,
        by_category: reply.by_category.clone(),
        asked: reply.asked.clone(),
        as_at: reply.as_at.clone(),
        answered_at: Some(fhir::date::clock_seconds(clock::now())),
        elapsed_ms: reply.elapsed_ms,
        missed: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
