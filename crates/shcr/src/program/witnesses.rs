//! Takes the log as it grows, has it signed, and asks every witness of the policy for a cosignature; says how far the log is
//! signed and witnessed. A witness that knows more of the log than the store does keeps the gateway from starting: the store
//! is from the past. One that complains makes the gateway look at itself, and stops it only if it is wrong (HAZ-030).
//! Source: C2SP tlog-witness; C2SP tlog-policy; audit.md section 6.

use super::{Program, earlier, store_settings};
use crate::{clock, config::Config, entries};
use audit::{
    Millis, Published,
    policy::Policy,
    signed::{Signs, Verifier},
    witness::request,
};
use miette::{Context, IntoDiagnostic};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use web::gateway::LogPart;

/// How often the log is signed where it has grown: ten seconds at most lie between two checkpoints.
const EVERY: Duration = Duration::from_secs(5);
/// A cosignature older than this is asked for again.
const RENEWED_S: u64 = 60;
/// A witness that goes on complaining makes us check the whole log this often, and no oftener.
const LOOKED_INTO_S: i64 = 60 * 60;
/// A few lines; more is no witness's.
const LONGEST_ANSWER: usize = 64 * 1024;
/// How long a witness may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// One witness with an address.
struct Witness {
    name: String,
    verifier: Verifier,
    url: String,
}

/// Everybody who watches, and what is known of them.
#[derive(Default)]
pub(crate) struct Witnesses {
    policy: Option<Policy>,
    asked: Vec<Witness>,
    /// Where any is asked.
    client: Option<reqwest::Client>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    published: Option<Published>,
    /// The size each witness holds, as it last said.
    sizes: BTreeMap<String, u64>,
    /// Since when enough witnesses have not been had, in seconds.
    short_since: Option<u64>,
    /// When each witness's complaint was last looked into, in seconds.
    complaints: BTreeMap<String, i64>,
}

/// What a witness answered.
enum Said {
    Cosigned(String),
    Holds(u64),
    Complains,
    Nothing(String),
}

impl Witnesses {
    /// Reads the policy, if there is one; a witness without an address is not asked, and one that cannot be read is refused.
    pub(crate) fn load(config: &Config) -> miette::Result<Self> {
        let Some(path) = &config.audit.policy_file else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(path)
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot read `{}`", path.display()))?;
        let policy = Policy::parse(&text).into_diagnostic()?;
        let mut asked = Vec::new();
        for party in &policy.witnesses {
            let verifier = Verifier::parse(&party.verifier)
                .ok()
                .filter(|verifier| verifier.signs() == Signs::Cosignatures)
                .ok_or_else(|| {
                    miette::miette!("witness `{}` has no key that cosigns (type 4)", party.name)
                })?;
            if let Some(url) = &party.url {
                let url = format!("{}/add-checkpoint", url.trim_end_matches('/'));
                asked.push(Witness { name: party.name.clone(), verifier, url });
            }
        }
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .into_diagnostic()?;
        Ok(Self { policy: Some(policy), asked, client: Some(client), known: Mutex::default() })
    }

    /// For the operator.
    pub(crate) fn said(&self, frozen: Option<String>, now: Millis) -> String {
        if let Some(words) = frozen {
            return format!(
                "FROZEN: {words}. Nothing is recorded and nothing opened until two people have decided how to go on"
            );
        }
        let known = self.known();
        let Some(published) = &known.published else { return "not signed yet".to_owned() };
        let age = |since: i64| (now.seconds() - since).max(0);
        let signed =
            format!("{} entries signed {} s ago", published.checkpoint.size, age(published.at.seconds()));
        let Some(policy) = self.policy.as_ref().filter(|policy| policy.wants_witnesses()) else {
            return format!("{signed}; no witnesses are asked for");
        };
        let seen =
            policy.witnesses.iter().filter(|one| published.cosigned.contains_key(&one.verifier)).count();
        let of = policy.witnesses.len();
        match known.short_since {
            Some(since) => {
                let age = age(i64::try_from(since).unwrap_or(i64::MAX));
                format!("{signed}; not yet witnessed: {seen} of {of} witnesses, short of enough for {age} s")
            }
            None => format!("{signed}; witnessed by {seen} of {of}"),
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether that witness's word is wanted now.
    fn is_due(&self, witness: &Witness, published: &Published, now: Millis) -> bool {
        let now = u64::try_from(now.seconds()).unwrap_or(0);
        let last = published.cosigned.get(&witness.verifier.to_string());
        last.is_none_or(|last| last + RENEWED_S <= now)
    }

    fn note(&self, published: Published, now: Millis) {
        let seen = |name: &str| {
            let party = self.policy.iter().flat_map(|policy| &policy.witnesses).find(|one| one.name == name);
            party.is_some_and(|party| published.cosigned.contains_key(&party.verifier))
        };
        let enough = self.policy.as_ref().is_none_or(|policy| policy.is_met(&seen));
        let mut known = self.known();
        let since = known.short_since.or_else(|| u64::try_from(now.seconds()).ok());
        known.short_since = if enough { None } else { since };
        known.published = Some(published);
    }

    async fn ask(&self, witness: &Witness, body: String) -> Said {
        match &self.client {
            Some(client) => answer_of(client, &witness.url, body).await,
            None => Said::Nothing("nobody is asked".to_owned()),
        }
    }
}

async fn answer_of(client: &reqwest::Client, url: &str, body: String) -> Said {
    let mut answer = match client.post(url).body(body).send().await {
        Ok(answer) => answer,
        Err(error) => return Said::Nothing(error.without_url().to_string()),
    };
    let (status, mut bytes) = (answer.status().as_u16(), Vec::new());
    while let Ok(Some(more)) = answer.chunk().await {
        bytes.extend_from_slice(&more);
        if bytes.len() > LONGEST_ANSWER {
            return Said::Nothing("its answer is too long".to_owned());
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match (status, text.trim_end().parse()) {
        (200, _) => Said::Cosigned(text),
        (409, Ok(size)) => Said::Holds(size),
        (422, _) => Said::Complains,
        _ => Said::Nothing(format!("status {status}")),
    }
}

/// What our own log says of itself.
enum Checked {
    Right,
    Wrong(String),
    /// A server that cannot be reached says nothing about the log.
    Unread,
}

/// A file as an auditor would check it, who shares nothing with its writer; on a server the tree over the leaves. Blocks.
fn own_log(place: &audit::Place) -> Checked {
    if place.server.is_none() {
        return audit::verify(&place.path, None, None)
            .map_or_else(|fault| Checked::Wrong(fault.to_string()), |_| Checked::Right);
    }
    match audit::check_tree(place) {
        Ok(_) => Checked::Right,
        Err(audit::TreeFault::Read(_)) => Checked::Unread,
        Err(fault) => Checked::Wrong(fault.to_string()),
    }
}

/// Before the store is opened: no witness knows more of the log than the store has published.
pub(crate) async fn must_not_be_ahead(config: &Config) -> miette::Result<()> {
    let witnesses = Witnesses::load(config)?;
    if witnesses.asked.is_empty() {
        return Ok(());
    }
    let settings = store_settings(config, super::read_key(config)?)?;
    let before = audit::before_opening(&settings, clock::millis()).into_diagnostic()?;
    for witness in &witnesses.asked {
        match witnesses.ask(witness, request(0, &[], &before.note)).await {
            Said::Holds(size) if size > before.published => {
                return Err(miette::miette!(
                    help = "look for the newest copy of the store; if there is none, two people begin a new log (docs/look-up/audit-log.md)",
                    "witness `{}` has seen {size} entries of the log and the store holds {} that were signed: it was put \
                     back from an earlier day, so nothing is written to it",
                    witness.name,
                    before.published
                ));
            }
            Said::Nothing(why) => {
                tracing::warn!(witness = witness.name, why, "a witness did not say how far it has seen")
            }
            _ => {}
        }
    }
    Ok(())
}

/// Signs and shows the log until told to stop.
pub(crate) async fn watch(program: Arc<Program>, stopped: impl Future<Output = ()>) {
    tokio::pin!(stopped);
    loop {
        program.sign_and_show().await;
        tokio::select! {
            () = &mut stopped => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

impl Program {
    /// One checkpoint, where the log has grown, and every cosignature that is due.
    pub(crate) async fn sign_and_show(&self) {
        let now = clock::millis();
        let published = match self.store.checkpoint(now).await {
            Ok(published) => published,
            Err(fault) => {
                tracing::error!(?fault, "the log could not be signed");
                return;
            }
        };
        for witness in &self.witnesses.asked {
            if self.witnesses.is_due(witness, &published, now) {
                self.show(witness, &published).await;
            }
        }
        match self.store.published().await {
            Ok(Some(published)) => self.witnesses.note(published, now),
            _ => tracing::warn!("the log's checkpoint could not be read"),
        }
    }

    /// Twice at most: the first answer may only tell what the witness holds.
    async fn show(&self, witness: &Witness, published: &Published) {
        let size = published.checkpoint.size;
        for _ in 0..2 {
            let old = self.witnesses.known().sizes.get(&witness.name).copied().unwrap_or(0);
            let Ok(path) = self.store.consistency(old, size).await else { return };
            match self.witnesses.ask(witness, request(old, &path, &published.note)).await {
                Said::Cosigned(lines) => {
                    for line in lines.split_inclusive('\n') {
                        // Lines of keys that are not this witness's are left alone.
                        let _ = self.store.cosigned(size, &witness.verifier, line.to_owned()).await;
                    }
                    self.witnesses.known().sizes.insert(witness.name.clone(), size);
                    return;
                }
                Said::Holds(held) if held <= size => {
                    self.witnesses.known().sizes.insert(witness.name.clone(), held);
                }
                Said::Holds(_) | Said::Complains => return self.look_into(witness, size).await,
                Said::Nothing(why) => {
                    tracing::warn!(witness = witness.name, why, "a witness did not cosign");
                    return;
                }
            }
        }
    }

    /// A complaint is evidence, not a command: our own log is checked at once. Wrong, it is frozen; right, somebody is told
    /// and care goes on, so that one faulty witness cannot stop it.
    async fn look_into(&self, witness: &Witness, size: u64) {
        let now = clock::millis().seconds();
        let last = self.witnesses.known().complaints.get(&witness.name).copied();
        if last.is_some_and(|last| now < last + LOOKED_INTO_S) {
            return;
        }
        self.witnesses.known().complaints.insert(witness.name.clone(), now);
        let place = self.config.audit.place();
        let checked = tokio::task::spawn_blocking(move || place.map(|place| own_log(&place))).await;
        let (name, what) = (
            &witness.name,
            match checked {
                Ok(Ok(Checked::Right)) => {
                    "a witness says the log is not one log; our own tree is right".to_owned()
                }
                Ok(Ok(Checked::Wrong(fault))) => {
                    let words =
                        format!("witness `{}` complained, and the log is wrong at {fault}", witness.name);
                    if let Err(error) = audit::freeze(&self.config.audit.store, &words) {
                        tracing::error!(%error, "the log could not be frozen");
                    }
                    return;
                }
                _ => "a witness says the log is not one log; it could not be checked".to_owned(),
            },
        );
        tracing::error!(witness = name, "{what}");
        let entry = entries::raised("PO-29", &format!("{name}-{size}"), &what, clock::millis());
        if self.store.append(vec![entry], clock::millis()).await.is_err() {
            tracing::error!("PO-29 could not be recorded");
        }
    }

    /// A part of this log or of an earlier one; the shard is the last part of its name.
    pub(super) async fn log_part(&self, shard: &str, path: &str) -> Option<LogPart> {
        let mut logs = std::iter::once(&self.store).chain(&self.earlier);
        let log = logs.find(|log| earlier::shard(log.origin()) == shard)?;
        match log.part(path).await {
            Ok(Some(audit::Part::Checkpoint(note))) => Some(LogPart::Checkpoint(note)),
            Ok(Some(audit::Part::Tile(bytes))) => Some(LogPart::Tile(bytes)),
            Ok(None) => None,
            Err(_) => Some(LogPart::Unavailable),
        }
    }
}
