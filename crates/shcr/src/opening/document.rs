//! One document: handle → person → permit → audit open → wish → ask → show → disclose → audit close. Takes a request of a
//! session with a sealed handle, gives the page round the document, or what stands in its frame: the document, or in words
//! why not. Read [`open_document`] as a list. HAZ-020, HAZ-022, HAZ-029.

use super::{
    compose, disclose,
    handle::Handle,
    letters::List,
    session,
    session::Entered,
    steps,
    steps::{Asks, Who},
};
use crate::{
    clock,
    entries::{self, Story},
    pdf_words,
    program::{Program, admission::Rank, break_glass, objection::Decider},
};
use access::{Permit, Refusal};
use audit::Opened;
use bytes::Bytes;
use federation::{Asking, OpenReply};
use fhir::{Category, OdsCode, Reply, ReplyState, SourceId, reply::Withholder};
use std::{sync::Arc, time::Duration};
use web::{
    content::{Caveat, Form, NotShown, Shown},
    gateway::{As, Content, ContentKind, LettersForm, Refused, Shell, Within},
    page::{DocumentPage, Place, SourceCard},
    view, words,
};

/// A file that takes longer to read than this is damaged, or meant to.
const READING: Duration = Duration::from_secs(10);

/// The page round a document. Asks nobody: what stands on it was sealed when the record was shown.
pub(crate) async fn page(program: Arc<Program>, within: Within, handle: String) -> Result<Shell, Refused> {
    let session = session::enter(&program, &within).await?;
    let opened = program.documents.open(&session.sid, &handle, clock::millis());
    let found = opened.map(|opened| Found { text: handle, handle: opened, place: None });
    round(&program, &session, &within, found).await
}

/// The same for one document of a list that was sealed then, with its place in it.
pub(crate) async fn letter(
    program: Arc<Program>,
    within: Within,
    form: LettersForm,
) -> Result<Shell, Refused> {
    let session = session::look(&program, &within).await?;
    program.must_be_ours(&session.sid, &form.token)?;
    let session = session::enter(&program, &within).await?;
    let found = Found::listed(&program, &session, form);
    round(&program, &session, &within, found).await
}

/// A document somebody asks for.
struct Found {
    /// The handle as it stands in an address.
    text: String,
    handle: Handle,
    place: Option<Place>,
}

impl Found {
    /// `None` for a list that is not this session's, and for a document that is not in it.
    fn listed(program: &Program, session: &Entered, form: LettersForm) -> Option<Self> {
        let list = List::open(&program.documents, &session.sid, &form.list, clock::millis())?;
        let number = form.at.parse().ok()?;
        let handle = list.handle(number)?;
        let place = list.letters.place(number, form.chosen(), form.list);
        Some(Self { text: program.documents.seal(&session.sid, &handle)?, handle, place })
    }
}

async fn round(
    program: &Program,
    session: &Entered,
    within: &Within,
    found: Option<Found>,
) -> Result<Shell, Refused> {
    let launch = &session.content.launch;
    let mut story = Story::begin(launch, &within.browser.address, program.policy().id(), clock::millis());
    let (found, place) = match found {
        Some(Found { text, handle, place }) => (Some((text, handle)), place),
        None => (None, None),
    };
    let (handle, opened) = found.unzip();
    let document = sealed(program, opened, &mut story).await?;
    granted(program, session, (&document.handle, None), &mut story).await?;
    let emergency = session.content.exception(clock::now()).map(break_glass::active);
    let page = DocumentPage {
        reference: entries::reference(&document.handle.opening),
        opening: document.handle.opening.to_string(),
        path: format!("/s/{}/", session.sid_text),
        has_words: may_be_pdf(&document.handle),
        handle: handle.unwrap_or_default(),
        opened_at: clock::now(),
        life: session.life(clock::millis()),
        banner: compose::host_banner(launch),
        words: document.handle.words,
        source: document.card,
        professional: launch.practitioner.display.clone(),
        organisation: launch.organisation.name.clone(),
        training: program.config.training,
        form_token: program.form_token(&session.sid),
        emergency,
        place,
    };
    Ok(Shell { frame_ancestor: session.content.frame.clone(), html: view::document(&page) })
}

/// Whether its words may be asked for: an entry that says nothing of its type may be one.
fn may_be_pdf(handle: &Handle) -> bool {
    let claimed = handle.retrieval.content_type.as_deref().unwrap_or_default().to_lowercase();
    claimed.trim().is_empty() || claimed.contains("pdf") || claimed.contains("octet-stream")
}

/// Opens one document: an opening of its own in the audit, of one category at one source. Nothing is asked before it is
/// durably recorded, and no byte leaves before its disclosure is (HAZ-029). How the source ended is said in the frame.
pub(crate) async fn open_document(
    program: Arc<Program>,
    within: Within,
    (handle, shown_as): (String, As),
) -> Result<Content, Refused> {
    let session = session::enter(&program, &within).await?;
    let launch = session.content.launch.clone();
    let exception = session.content.exception(clock::now()).cloned();
    let story = Story::begin(&launch, &within.browser.address, program.policy().id(), clock::millis());
    let mut story = story.during(exception.as_ref());
    story.trace = program.trace_opening();
    let opened = program.documents.open(&session.sid, &handle, clock::millis());
    let document = sealed(&program, opened, &mut story).await?;
    story.of_document(&document.handle.opening);
    let place = program.place_of(Rank::Document, &mut story).await?;

    let person = match steps::person(&program, &session, &mut story).await? {
        Who::Known(person, _) => person,
        Who::Asks(Asks::Differs(differing)) => {
            let fields = differing.into_iter().map(|difference| difference.field).collect();
            return Err(program.refuse(&mut story, Refusal::IdentityMismatch { fields }).await);
        }
        // The reason is asked for before the record that lists documents.
        Who::Asks(Asks::Near(_)) => {
            story.because("near to the person, and no reason given");
            return Err(program.refuse(&mut story, Refusal::ViewEnded).await);
        }
        Who::Asks(Asks::Reason) => {
            story.because("died long ago, and no reason given");
            return Err(program.refuse(&mut story, Refusal::ViewEnded).await);
        }
    };
    let asked = (&document.handle, person.practice.as_ref());
    let permit = granted(&program, &session, asked, &mut story).await?;
    let Handle { source, category, .. } = &document.handle;
    let plan: Vec<_> = steps::only(&program, source, *category).into_iter().collect();
    story.permitted(&permit, &plan);

    // From here on everything is accounted for, or nothing happens.
    let opened = Arc::new(steps::account(&program, &story).await?);
    let opens_restricted = *category == Category::Restricted;
    let asking = Asking { opens_restricted, ..compose::asking(&launch, &person, &story) };
    let frame_ancestor = session.content.frame.clone();
    let card = document.card.clone();
    // On a task of its own: a reader who leaves must not leave the opening without its end.
    let by = Decider { launch, beside: session.beside(), story: story.clone() };
    let ended = story.refusing(Refusal::ViewEnded);
    let asks = ask(Arc::clone(&program), (opened, asking), by, story, (document, shown_as));
    let asks = async move {
        let _place = place;
        asks.await
    };
    let inside = tokio::spawn(asks).await;
    // A view that ended meanwhile shows nothing more; the audit says that it may have (HAZ-003, HAZ-031).
    session::look(&program, &within).await?;
    if !program.still_stands(&session).await {
        return Err(ended);
    }
    if let Some(exception) = exception
        && !session::still_has(&program, &session.sid, &exception).await
    {
        return Err(ended);
    }
    let inside =
        inside.unwrap_or_else(|_| Inside::words(&words::document_not_had(&card.short, &BROKEN), &card, ""));
    Ok(Content { frame_ancestor, kind: inside.kind, body: inside.body })
}

const BROKEN: ReplyState = ReplyState::Unreadable(String::new());

/// A handle that was opened, with the source it names.
struct Sealed {
    handle: Handle,
    card: SourceCard,
}

/// What was not sealed by us for this session, or has run out, is told as a view that has ended; the audit keeps why.
async fn sealed(program: &Program, opened: Option<Handle>, story: &mut Story) -> Result<Sealed, Refused> {
    let sources = program.federation.sources();
    let sealed = opened.and_then(|handle| {
        let source = sources.iter().find(|source| source.id == handle.source)?;
        Some(Sealed { card: compose::card(source), handle })
    });
    if sealed.is_none() {
        story.because("document handle not accepted");
        tracing::warn!(opening.id = %story.opening, "the handle of a document was not accepted");
    }
    match sealed {
        Some(sealed) => Ok(sealed),
        None => Err(program.refuse(story, Refusal::ViewEnded).await),
    }
}

/// What the role had of the category when the document was listed it must have still, or not even its title is shown again.
async fn granted(
    program: &Program,
    session: &Entered,
    (document, practice): (&Handle, Option<&OdsCode>),
    story: &mut Story,
) -> Result<Permit, Refused> {
    let by = (&session.content.launch, practice);
    let permit = steps::permit(program, by, &session.beside(), story).await?;
    let is_narrower = permit.level(&document.source, document.category) < document.level;
    // Which part of its partner holds it the handle does not say: the page that listed it must be as good as it was.
    if is_narrower || !program.still_stands(session).await {
        story.because("the category is no longer granted");
        return Err(program.refuse(story, Refusal::ViewEnded).await);
    }
    Ok(permit)
}

/// What stands in the frame.
struct Inside {
    kind: ContentKind,
    body: Bytes,
}

/// From the audit's receipt to its end.
async fn ask(
    program: Arc<Program>,
    (opened, asking): (Arc<Opened>, Asking),
    by: Decider,
    mut story: Story,
    (document, shown_as): (Sealed, As),
) -> Inside {
    let Sealed { handle, card } = &document;
    let say = |why: &str, story: &Story| Inside::words(why, card, &story.reference);
    // No question about the document leaves before those who may know have said whether the person objects (HAZ-022).
    let wishes = program.ask_wishes(&opened, &asking, Some(&handle.source)).await;
    let wish = wishes.whole().await;
    let whom = (&by.launch, &asking.person);
    let permit = steps::permit_by_wish(&program, whom, (&by.beside, &wish), &mut story).await;
    if permit.is_none_or(|permit| permit.level(&handle.source, handle.category) < handle.level) {
        close(&program, &opened, &story, "not-asked", "objection").await;
        return say(wish.sentence(), &story);
    }
    if let Some(state) = wishes.against(&program, &by, &handle.source).await {
        close(&program, &opened, &story, state.name(), "complete").await;
        return say(&words::document_not_had(&card.short, &state), &story);
    }
    let reply = program.federation.open(&opened, &asking, &handle.source, &handle.retrieval).await;
    let (elapsed_ms, size_bytes) = (reply.elapsed_ms, reply.size_bytes);
    let counted = Reply::of(handle.source.clone(), reply.state.clone());
    program.count(&Reply { elapsed_ms, size_bytes, ..counted }, &story, story.what());
    let state = reply.state.name();
    let shown = match read(&reply, (handle, shown_as)).await {
        Ok(mut shown) => {
            if handle.words.not_for_the_person {
                shown.caveats.insert(0, Caveat::NotForThePerson);
            }
            shown
        }
        Err(None) => {
            close(&program, &opened, &story, state, "complete").await;
            return say(&words::document_not_had(&card.short, &reply.state), &story);
        }
        Err(Some(why)) => {
            close(&program, &opened, &story, state, &format!("not shown: {}", why.code())).await;
            return say(&words::document_not_shown(&card.short, why, size(&reply)), &story);
        }
    };
    let disclosed = disclose::document(&program, &opened, &mut story, handle, (&reply, &shown.caveats)).await;
    let Some(_recorded) = disclosed else {
        tracing::error!(opening.id = %story.opening, source.id = %handle.source, "a disclosure could not be recorded; the document is not shown");
        close(&program, &opened, &story, state, "not shown: not recorded").await;
        let withheld = ReplyState::Withheld(Withholder::PolicyNotRecorded);
        return say(&words::document_not_had(&card.short, &withheld), &story);
    };
    let named = (&handle.source, &handle.retrieval, handle.words.date.as_str());
    story.showing(program.documents.name(&by.launch, named));
    close(&program, &opened, &story, state, "complete").await;
    Inside::shown(shown, reply, card)
}

/// What may be shown of what came; `Err(None)` where nothing did. Beside the runtime: a large scan takes a while, and a
/// reader that panics has met a damaged file.
async fn read(reply: &OpenReply, (handle, shown_as): (&Handle, As)) -> Result<Shown, Option<NotShown>> {
    let content = reply.content.clone().ok_or(None)?;
    let claimed = handle.retrieval.content_type.clone().unwrap_or_default();
    let reading = tokio::task::spawn_blocking(move || {
        web::content::shown(&content.bytes, &[claimed.as_str(), content.media_type.as_str()])
    });
    let read = tokio::time::timeout(READING, reading).await;
    let shown = read.ok().and_then(Result::ok).unwrap_or(Err(NotShown::Damaged)).map_err(Some)?;
    match (&shown.form, shown_as, &reply.content) {
        (Form::Pdf, As::Words, Some(content)) => {
            web::content::pdf::shown(pdf_words::of(content.bytes.clone()).await).map_err(Some)
        }
        _ => Ok(shown),
    }
}

fn size(reply: &OpenReply) -> usize {
    reply.content.as_ref().map_or(0, |content| content.bytes.len())
}

async fn close(program: &Program, opened: &Opened, story: &Story, state: &'static str, cause: &str) {
    program.close_with(opened, story, &|_: &SourceId| Some(state), cause).await;
}

impl Inside {
    fn shown(shown: Shown, reply: OpenReply, card: &SourceCard) -> Self {
        match shown.form {
            Form::Pdf => {
                let bytes = reply.content.map(|content| content.bytes).unwrap_or_default();
                Self { kind: ContentKind::Pdf, body: Bytes::from(bytes) }
            }
            Form::Page(markup) => Self::page(view::content(&markup, &shown.caveats, card)),
        }
    }

    fn words(why: &str, card: &SourceCard, reference: &str) -> Self {
        Self::page(view::not_shown(why, card, reference))
    }

    fn page(html: String) -> Self {
        Self { kind: ContentKind::Page, body: Bytes::from(html) }
    }
}
