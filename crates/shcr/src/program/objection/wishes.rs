//! Takes an opening that is recorded, asks everybody who may know whether the person objects, at once: the registered practice,
//! the region's list, each partner's register. Gives what they say as it comes, and for each source what must be known first.
//! What is known from the last day lets clinical questions leave meanwhile; it releases nothing (HAZ-022).

use super::{Kept, Place, Wish, Word};
use crate::{clock, entries::Story, program::Program};
use access::{Launch, Objection, policy::Circumstances};
use audit::Opened;
use federation::{Asking, Consent, SourceConfig, WhenSilent};
use fhir::{OdsCode, ReplyState, SourceId, reply::Withholder};
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, join_all},
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use tokio::task::JoinSet;

/// Everybody's word, on its way.
pub(crate) struct Wishes {
    /// About sharing as a whole.
    whole: Vec<Asked>,
    /// About one partner's sharing.
    registers: Vec<Register>,
}

struct Asked {
    kept: Option<Kept>,
    word: Shared<BoxFuture<'static, Word>>,
}

struct Register {
    partner: OdsCode,
    when_silent: WhenSilent,
    asked: Asked,
}

impl Asked {
    /// As far as the last day knows, nothing stands against asking.
    fn is_free(&self) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.state == Objection::None)
    }
}

/// By whom and beside what a source's word is decided.
#[derive(Clone)]
pub(crate) struct Decider {
    pub(crate) launch: Launch,
    pub(crate) beside: Circumstances,
    pub(crate) story: Story,
}

impl Program {
    /// `only`: of the partners, the one with this source. Every word is in after the configured wait at the latest.
    pub(crate) async fn ask_wishes(
        self: &Arc<Self>,
        opened: &Arc<Opened>,
        asking: &Asking,
        only: Option<&SourceId>,
    ) -> Wishes {
        let list = self.config.objection.list.as_ref();
        let sources = self.federation.sources();
        let wanted = only.and_then(|id| sources.iter().find(|source| source.id == *id));
        let is_wanted = |source: &&SourceConfig| wanted.is_none_or(|wanted| wanted.ods == source.ods);
        let ask = |place: Place| self.ask_place(opened, asking, place);
        let whole = [Place::Practice].into_iter().chain(list.cloned().map(Place::Register)).map(ask);
        let registers = sources.iter().filter(|source| Some(&source.id) != list).filter(is_wanted);
        let registers = registers.filter_map(|source| match source.consent {
            Consent::None => None,
            Consent::Asked(when_silent) => Some(async move {
                let asked = self.ask_place(opened, asking, Place::Register(source.id.clone())).await;
                Register { partner: source.ods.clone(), when_silent, asked }
            }),
        });
        let (whole, registers) = futures_util::future::join(join_all(whole), join_all(registers)).await;
        Wishes { whole, registers }
    }

    /// On a task of its own: nobody's word waits for another's.
    async fn ask_place(self: &Arc<Self>, opened: &Arc<Opened>, asking: &Asking, place: Place) -> Asked {
        let number = &asking.person.person.nhs_number;
        let kept = Kept::read(&self.store, (number, &place), clock::now()).await;
        // Once nobody waits for it, nobody is asked any more.
        let mut task = JoinSet::new();
        task.spawn(word(Arc::clone(self), Arc::clone(opened), asking.clone(), (place.clone(), kept.clone())));
        let known = kept.clone();
        let word = async move {
            let said = task.join_next().await;
            said.and_then(Result::ok).unwrap_or_else(|| Word::silent(place, known))
        };
        Asked { kept, word: word.boxed().shared() }
    }
}

async fn word(
    program: Arc<Program>,
    opened: Arc<Opened>,
    asking: Asking,
    (place, kept): (Place, Option<Kept>),
) -> Word {
    let asked = async {
        match &place {
            Place::Practice => program.federation.objection(&opened, &asking).await,
            Place::Register(source) => program.federation.consent(&opened, &asking, source).await,
        }
    };
    let wait = tokio::time::sleep(program.config.objection.wait);
    let Some(reply) = within(asked, wait).await else {
        return Word::silent(place, kept);
    };
    let no_sharing = program.config.objection.no_electronic_sharing;
    let word = Word::of(place, kept, (&reply.state, &reply.signs), no_sharing);
    if word.caveats.contains(&access::objection::ObjectionCaveat::Confidential) {
        tracing::warn!(opening.id = asking.opening, "a practice released an entry that it must not release");
    }
    if word.fresh != Objection::Unknown {
        let (kept, place) = (Kept { state: word.fresh, as_at: clock::now() }, word.place.clone());
        // Nobody waits for it: what is not kept is asked for again.
        tokio::spawn(async move {
            kept.write(&program.store, &asking.person.person.nhs_number, &place).await;
        });
    }
    word
}

/// A word that is there when the wait is over still counts.
pub(super) async fn within<T>(asked: impl Future<Output = T>, wait: impl Future<Output = ()>) -> Option<T> {
    tokio::select! {
        biased;
        said = asked => Some(said),
        () = wait => None,
    }
}

impl Wishes {
    /// Whether clinical questions may leave while the fresh words are sought.
    pub(crate) fn let_ask(&self) -> bool {
        self.whole.iter().all(Asked::is_free)
    }

    /// Waits for the fresh words, or until the wait is over.
    pub(crate) async fn whole(&self) -> Wish {
        Wish::of(join_all(self.whole.iter().map(|asked| asked.word.clone())).await)
    }

    /// The partners to whose sharing the person has objected.
    pub(crate) async fn objected_to(&self) -> BTreeSet<OdsCode> {
        let words = join_all(self.registers.iter().map(|register| register.asked.word.clone())).await;
        let objected = self.registers.iter().zip(words);
        objected
            .filter(|(_, word)| word.objection() == Objection::Objected)
            .map(|(register, _)| register.partner.clone())
            .collect()
    }

    /// How one source ends, where it must not be asked.
    pub(crate) async fn against(
        &self,
        program: &Arc<Program>,
        by: &Decider,
        source: &SourceId,
    ) -> Option<ReplyState> {
        self.gates(program, by).remove(source)?.verdict.await
    }

    /// For every source of a partner with a register: what must be known before it is asked, or before its answer is used.
    pub(crate) fn gates(&self, program: &Arc<Program>, by: &Decider) -> HashMap<SourceId, federation::Word> {
        let sources = program.federation.sources().iter();
        let gated = sources.filter_map(|source| {
            let registers = self.registers.iter().filter(|register| register.partner == source.ods);
            let registers: Vec<&Register> = registers.collect();
            let meanwhile = registers.iter().all(|register| register.asked.is_free());
            let words = registers.iter().map(|register| {
                register.asked.word.clone().map({
                    let when_silent = register.when_silent;
                    move |word| (word, when_silent)
                })
            });
            let words: Vec<_> = words.collect();
            let gate = Gate {
                program: Arc::clone(program),
                by: by.clone(),
                source: (source.id.clone(), source.ods.clone()),
            };
            let verdict = async move { gate.verdict(join_all(words).await).await }.boxed();
            (!registers.is_empty()).then(|| (source.id.clone(), federation::Word { verdict, meanwhile }))
        });
        gated.collect()
    }
}

/// One source behind its partner's register.
struct Gate {
    program: Arc<Program>,
    by: Decider,
    source: (SourceId, OdsCode),
}

impl Gate {
    /// How the source ends, where it must not be asked or shown.
    async fn verdict(self, words: Vec<(Word, WhenSilent)>) -> Option<ReplyState> {
        let objecting = words.iter().find(|(word, _)| word.objection() == Objection::Objected);
        if let Some((word, _)) = objecting {
            self.program.record_objection(&self.by.story, &word.place).await;
            return self.is_closed().then_some(ReplyState::Withheld(Withholder::PolicyObjection));
        }
        let is_unknown = |(word, when_silent): &(Word, WhenSilent)| {
            word.objection() == Objection::Unknown && *when_silent == WhenSilent::Withheld
        };
        let unknown = ReplyState::Withheld(Withholder::PolicyObjectionUnknown);
        words.iter().any(is_unknown).then_some(unknown)
    }

    /// By policy: under an exception its controller may have chosen otherwise.
    fn is_closed(&self) -> bool {
        let mut beside = self.by.beside.clone();
        beside.objected_to.insert(self.source.1.clone());
        let permit = self.program.policy().decide(&self.by.launch, &beside);
        permit.map_or(true, |permit| permit.asked(&self.source.0).is_empty())
    }
}
