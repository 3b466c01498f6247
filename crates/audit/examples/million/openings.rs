//! Takes a number of openings, records each as a gateway does (its beginning, what eleven sources showed, its end), and says how long
//! the beginning took and what all of it cost. The hashes of what was shown are reckoned apart.

use crate::{AT_ONCE, Done, Figures, NOW, person, processor_s, who, whom};
use audit::{
    Decision, Entry, How, Key, Kind, OpeningId, Reason, SourceLine, Store,
    manifest::{Head, ItemHash, ItemKey, Manifest, Shown, hash, item_key},
};
use std::{error::Error, time::Instant};

/// An opening has its beginning, these, and its end.
pub(crate) const SOURCES: u32 = 11;
/// How many of their replies are there when the gateway looks: what has come is recorded together.
const TOGETHER: [usize; 4] = [5, 3, 2, 1];
const ITEMS: u32 = 100;
/// With the others of eleven sources, 1.6 MB.
const ITEM_BYTES: usize = 1_450;

type Failed = Box<dyn Error + Send + Sync>;

pub(crate) async fn measure(store: &Store, count: u32, figures: &mut Figures) -> Done {
    let (before_s, mut began_ms) = (processor_s()?, Vec::new());
    for group in 0..count.div_ceil(AT_ONCE) {
        let first = group * AT_ONCE;
        let openings = (first..(first + AT_ONCE).min(count)).map(|n| {
            let store = store.clone();
            tokio::spawn(async move { open(&store, n).await.map_err(|fault| fault.to_string()) })
        });
        for opening in openings.collect::<Vec<_>>() {
            began_ms.push(opening.await??);
        }
    }
    let each = (processor_s()? - before_s) / f64::from(count) * 1_000.0;
    figures.spread(["beginning of an opening, p50", "beginning of an opening, p99"], began_ms, 99);
    figures.tell("processor time of an opening, all threads", each, "ms");
    let (key, bytes) = (item_key()?, vec![b'x'; ITEM_BYTES]);
    let begun = Instant::now();
    let hashes: Vec<[u8; 16]> = (0..SOURCES * ITEMS).map(|_| hash(&key, &bytes)).collect();
    let took_ms = begun.elapsed().as_secs_f64() * 1_000.0;
    figures.tell("hashes of what an opening shows", took_ms, "ms");
    if hashes.len() as u32 == SOURCES * ITEMS { Ok(()) } else { Err("a hash is missing".into()) }
}

/// How many milliseconds its beginning took.
async fn open(store: &Store, n: u32) -> Result<f64, Failed> {
    let opening = id(n);
    let begun = Instant::now();
    let opened = store.open_opening(opening.clone(), whole(Kind::Open, Key::open(&opening), n), NOW).await?;
    let began_ms = begun.elapsed().as_secs_f64() * 1_000.0;
    let key = item_key()?;
    let mut sources = (0..SOURCES).map(|source| format!("source-{source}"));
    for together in TOGETHER {
        let mut parts = Vec::new();
        for source in sources.by_ref().take(together) {
            let mut entry = whole(Kind::Disclosure, Key::disclosure(&opening, &source, 1), n);
            entry.sources = vec![line(&source, Some(1))];
            parts.push((entry, manifest(&opening, &source, &key).to_bytes()?));
        }
        for disclosed in store.disclose_all(&opened, parts, NOW).await {
            disclosed?;
        }
    }
    store.close(&opened, whole(Kind::Close, Key::close(&opening), n), NOW).await?;
    Ok(began_ms)
}

fn id(n: u32) -> OpeningId {
    let mut bytes = [0x11; 16];
    bytes.iter_mut().skip(12).zip(n.to_be_bytes()).for_each(|(into, from)| *into = from);
    OpeningId::from_bytes(bytes)
}

fn whole(kind: Kind, key: Key, n: u32) -> Entry {
    let mut entry = Entry::new(kind, key, NOW);
    entry.opening = Some(id(n));
    (entry.who, entry.whom) = (Some(who(n)), Some(whom(n)));
    entry.how = Some(How {
        route: "signed".to_owned(),
        host: "host".to_owned(),
        assurance: 2,
        host_session: None,
        auth_time: None,
        jti_hash: None,
        device: None,
        address: None,
    });
    entry.why = Some(Reason {
        purpose: "TREAT".to_owned(),
        relationship: Vec::new(),
        reason_code: None,
        reason_text: None,
        overridden: None,
    });
    let (outcome, permit) = ("permit".to_owned(), "permit".to_owned());
    let (policies, slices, reasons) = Default::default();
    entry.decision = Some(Decision { outcome, permit, policies, slices, reasons });
    entry.sources = (0..SOURCES).map(|source| line(&format!("source-{source}"), None)).collect();
    entry
}

fn line(source: &str, part: Option<u32>) -> SourceLine {
    SourceLine {
        source: source.to_owned(),
        partner: Some("ZZ910".to_owned()),
        part,
        state: Some("answered".to_owned()),
        ..SourceLine::default()
    }
}

fn manifest(opening: &OpeningId, source: &str, key: &ItemKey) -> Manifest {
    let head = Head {
        opening: opening.clone(),
        source: source.to_owned(),
        part: 1,
        as_at: None,
        state: "answered".to_owned(),
        permit: "permit".to_owned(),
        configuration: "configuration".to_owned(),
        caveats: Vec::new(),
    };
    let mut manifest = Manifest::new(key.clone(), head, "x".repeat(4_096));
    manifest.shown = (0..ITEMS)
        .map(|n| Shown {
            resource: "Observation".to_owned(),
            id: person(n),
            version: Some("1".to_owned()),
            last_updated: None,
            category: "results".to_owned(),
            level: "full".to_owned(),
            hash: Some(ItemHash([7; 16])),
        })
        .collect();
    manifest
}
