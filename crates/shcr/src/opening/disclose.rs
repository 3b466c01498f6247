//! Takes what of a reply may be shown, gives it back only once its disclosure is durable; otherwise gives back nothing of
//! it and the state that says so. In doubt it over-reports: what was recorded may not have been shown (HAZ-031).

use crate::{clock, entries::Story, program::Program};
use audit::{
    Disclosed, Opened, SourceLine,
    manifest::{self, Head, Held, HeldFor, ItemHash, ItemKey, Manifest, Shown},
};
use fhir::{Reply, ReplyState, reply::Withholder};
use record::{
    reconcile::SourceNote,
    release::{self, ManifestLine, Released},
};

/// Records the disclosure of one source's reply.
pub(super) async fn record(
    program: &Program,
    opened: &Opened,
    story: &mut Story,
    reply: Box<Reply>,
    released: Released,
) -> (SourceNote, Released) {
    let note = note(&reply);
    if !reply.state.is_answer() {
        // No answer, no items: nothing is disclosed, so nothing may be shown.
        return (note, Released { warnings: released.warnings, ..Released::nothing(released.source) });
    }
    match write(program, opened, story, &reply, &released).await {
        Some(_recorded) => (note, released),
        None => {
            tracing::error!(opening.id = %story.opening, source.id = %reply.source, "a disclosure could not be recorded; nothing of it is shown");
            let source = released.source;
            (
                SourceNote {
                    state: ReplyState::Withheld(Withholder::PolicyNotRecorded),
                    by_category: Default::default(),
                    ..note
                },
                Released::nothing(source),
            )
        }
    }
}

async fn write(
    program: &Program,
    opened: &Opened,
    story: &mut Story,
    reply: &Reply,
    released: &Released,
) -> Option<Disclosed> {
    let key = manifest::item_key().ok()?;
    let now = clock::millis();
    let line = SourceLine {
        source: reply.source.to_string(),
        state: Some(reply.state.name().to_owned()),
        as_at: reply.as_at.clone(),
        answered_at: Some(now),
        asked_at: Some(now.plus_ms(-i64::try_from(reply.elapsed_ms).unwrap_or_default())),
        size_bytes: Some(reply.size_bytes),
        caveats: released.warnings.iter().map(|warning| warning.code.clone()).collect(),
        ..SourceLine::default()
    };
    let (part, entry) = story.disclosure(line, now);
    let mut manifest = Manifest::new(key.clone(), head(program, story, reply, released, part));
    manifest.shown = released.shown.iter().map(|line| shown(&key, line)).collect();
    manifest.held = released.held.iter().filter_map(|line| Some((line, line.reason?))).map(held).collect();
    program.store.disclose(opened, entry, manifest.to_bytes().ok()?, now).await.ok()
}

fn head(program: &Program, story: &Story, reply: &Reply, released: &Released, part: u32) -> Head {
    Head {
        opening: story.opening.clone(),
        source: reply.source.to_string(),
        part,
        as_at: reply.as_at.clone(),
        state: reply.state.name().to_owned(),
        permit: story.permit_digest().to_owned(),
        configuration: program.policy.id().to_owned(),
        caveats: released.warnings.iter().map(|warning| warning.code.clone()).collect(),
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
    };
    Held {
        resource: line.resource_type.clone(),
        id: line.id.clone().unwrap_or_default(),
        version: line.version.clone(),
        reason,
    }
}

fn note(reply: &Reply) -> SourceNote {
    SourceNote {
        source: reply.source.clone(),
        state: reply.state.clone(),
        by_category: reply.by_category.clone(),
        asked: reply.asked.clone(),
        as_at: reply.as_at.clone(),
        answered_at: Some(fhir::date::clock_seconds(clock::now())),
        elapsed_ms: reply.elapsed_ms,
        late: false,
    }
}

#[cfg(test)]
mod tests;
