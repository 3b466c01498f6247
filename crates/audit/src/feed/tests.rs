//! AU31, AU35: a partner's feed gives what is the partner's and nothing else, and a copy rebuilt from it is checked by the partner
//! alone. HAZ-028, HAZ-030.
//!
//! shows: R49

/// Lines that no honest gateway sends.
mod hostile;

use super::{copy::*, *};
use crate::{
    Entry, Key, Kind, Millis, Place, SourceLine, Store,
    export::log_keys,
    held::{
        self, About,
        tests::{own_key, partners_key},
    },
    manifest::{Held, HeldFor},
    sample::{self, NOW},
    signed::Verifier,
};
use std::path::Path;

/// The professionals' organisation, and two partners with a source each.
const OWN: &str = "Z99";
const GP: &str = "ZG1";
const ACUTE: &str = "ZA1";

pub(super) fn partner(ods: &str) -> Partner {
    let source = match ods {
        GP => "gp",
        ACUTE => "acute",
        _ => "own",
    };
    Partner { ods: ods.to_owned(), sources: BTreeSet::from([source.to_owned()]) }
}

fn line(source: &str, categories: &[&str]) -> SourceLine {
    let ods = if source == "gp" { GP } else { ACUTE };
    let categories = categories.iter().map(|name| ((*name).to_owned(), "full".to_owned())).collect();
    SourceLine {
        partner: Some(ods.to_owned()),
        categories,
        ..sample::line(source, Some(1), Some("answered"))
    }
}

fn with(entry: Entry, sources: &[SourceLine]) -> Entry {
    Entry { sources: sources.to_vec(), ..entry }
}

pub(super) fn read(partner: &str, n: u32) -> Entry {
    let mut read = Entry::new(Kind::AuditRead, Key::edge(Kind::AuditRead, &[partner, &n.to_string()]), NOW);
    read.detail.insert("feed".to_owned(), partner.to_owned());
    read
}

/// Openings of `count` persons by professionals of `OWN`: each shown by the practice, the trust asked too.
pub(crate) async fn openings(store: &Store, range: std::ops::Range<u8>) {
    let (gp, acute) = (line("gp", &["allergies"]), line("acute", &["medications"]));
    for n in range {
        let both = [gp.clone(), acute.clone()];
        let opened = store.open_opening(sample::opening(n), with(sample::open(n), &both), NOW).await.unwrap();
        let (resource, id) = ("Condition".to_owned(), "held-canary".to_owned());
        let held = [Held { resource, id, version: None, reason: HeldFor::Label }];
        let about = About { opening: &sample::opening(n), source: "gp", part: 1 };
        let held = partners_key().seal(about, &held[..usize::from(n % 2)]).unwrap();
        let mut disclosure = with(sample::disclosure(n, "gp", 1), &both[..1]);
        disclosure.detail.insert(held::DETAIL.to_owned(), held::commitment(&held));
        let mut manifest = sample::manifest(n, "gp", 1);
        manifest.held = held;
        store.disclose(&opened, disclosure, manifest.to_bytes().unwrap(), NOW).await.unwrap();
        store.close(&opened, with(sample::close(n), &both), NOW).await.unwrap();
    }
    store.checkpoint(NOW).await.unwrap();
}

pub(super) fn place(dir: &Path) -> Place {
    sample::settings(dir).place
}

pub(super) fn keys(dir: &Path) -> Vec<Verifier> {
    let keys = log_keys(&place(dir)).unwrap();
    keys.iter().map(|(_, key)| Verifier::parse(key).unwrap()).collect()
}

/// Every line of the feed, batch by batch.
pub(super) async fn lines(store: &Store, ods: &str) -> Vec<String> {
    let (mut lines, mut after, mut more, mut n) = (Vec::new(), None, true, 0);
    while more {
        let reading = read(ods, u32::try_from(lines.len() * 7 + n).unwrap());
        let batch = store.feed(partner(ods), after, reading, NOW).await.unwrap();
        assert!(batch.rows.len() <= 500);
        lines.extend(batch.rows.iter().map(|row| row.line().unwrap()));
        lines.push(batch.end.line().unwrap());
        (after, more, n) = (batch.end.next, batch.end.more, n + 1);
    }
    lines
}

pub(super) fn copied(dir: &Path, ods: &str, lines: &[String]) -> Result<Copy, CopyFault> {
    let mut copy = Copy::new(ods, keys(dir));
    for line in lines {
        copy.take(line.trim_end())?;
    }
    Ok(copy)
}

fn rows(lines: &[String]) -> Vec<Row> {
    let read = lines.iter().filter_map(|line| match Line::read(line.trim_end()).unwrap() {
        Line::Row(row) => Some(*row),
        Line::End(_) => None,
    });
    read.collect()
}

fn entry(row: &Row) -> Entry {
    let (Text::Whole { entry: text, .. } | Text::Slice { slice: text }) = &row.text;
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn au35_a_copy_rebuilt_from_the_feed_is_the_partners_slice_and_agrees_with_every_statement() {
    rebuilt(tempfile::tempdir().unwrap().path()).await;
}

/// On a file or on a server.
pub(crate) async fn rebuilt(dir: &Path) {
    let store = sample::store(dir);
    openings(&store, 1..4).await;
    let first = store.state_feed(&partner(GP), "2026-11-28", NOW).await.unwrap().unwrap();
    assert_eq!((first.from, first.count), (0, 3), "three disclosures");
    assert_eq!(store.state_feed(&partner(GP), "2026-11-28", NOW).await.unwrap(), None, "once a day");
    openings(&store, 4..6).await;
    let second = store.state_feed(&partner(GP), "2026-11-29", NOW).await.unwrap().unwrap();
    assert_eq!((second.from, second.count), (first.to, 2));
    store.checkpoint(NOW).await.unwrap();
    let lines = lines(&store, GP).await;
    let seen = copied(dir, GP, &lines).unwrap().seen();
    assert_eq!((seen.rows, seen.stated, seen.short.len()), (7, second.to, 0));
    // The slice as an officer of the partner would have searched for it.
    let all = store.watched(crate::Query::default()).await.unwrap().entries;
    let own = all
        .iter()
        .filter(|found| found.entry.kind == Kind::Disclosure || found.entry.kind == Kind::FeedStatement);
    let own: Vec<(u64, Entry)> = own.map(|found| (found.index, found.entry.clone())).collect();
    let copy: Vec<(u64, Entry)> = rows(&lines).iter().map(|row| (row.index, entry(row))).collect();
    assert_eq!(copy, own);
    assert_eq!(all.iter().filter(|found| found.entry.kind == Kind::AuditRead).count(), 1, "read is recorded");
}

#[tokio::test]
async fn au35_one_entry_dropped_from_the_feed_is_named_by_its_statement() {
    dropped(tempfile::tempdir().unwrap().path()).await;
}

/// On a file or on a server.
pub(crate) async fn dropped(dir: &Path) {
    let store = sample::store(dir);
    openings(&store, 1..6).await;
    let stated = store.state_feed(&partner(GP), "2026-11-28", NOW).await.unwrap().unwrap();
    store.checkpoint(NOW).await.unwrap();
    let lines = lines(&store, GP).await;
    for dropped in 0..5 {
        let kept: Vec<String> =
            lines.iter().enumerate().filter(|(at, _)| *at != dropped).map(|(_, line)| line.clone()).collect();
        let seen = copied(dir, GP, &kept).unwrap().seen();
        let missing: Vec<&Short> = seen.missing().collect();
        assert_eq!(missing.len(), 1);
        assert_eq!(
            (missing[0].from, missing[0].to, missing[0].stated, missing[0].found),
            (0, stated.to, 5, 4)
        );
        assert!(missing[0].words().contains("5 stated"), "{}", missing[0].words());
    }
    // A statement dropped is found at the next one.
    openings(&store, 6..7).await;
    store.state_feed(&partner(GP), "2026-11-29", NOW).await.unwrap().unwrap();
    store.checkpoint(NOW).await.unwrap();
    let lines = self::lines(&store, GP).await;
    let is_first = |line: &String| line.contains("2026-11-28");
    let kept: Vec<String> = lines.into_iter().filter(|line| !is_first(line)).collect();
    assert_eq!(copied(dir, GP, &kept).unwrap_err(), CopyFault::Statement);
}

#[tokio::test]
async fn a_feed_is_resumed_behind_any_row_and_gives_each_once() {
    resumed(tempfile::tempdir().unwrap().path()).await;
}

/// On a file or on a server.
pub(crate) async fn resumed(dir: &Path) {
    let store = sample::store(dir);
    openings(&store, 1..5).await;
    let whole = rows(&lines(&store, OWN).await);
    assert_eq!(whole.len(), 12, "what the organisation's own professionals did");
    for (at, row) in whole.iter().enumerate() {
        let reading = read("resumed", u32::try_from(at).unwrap());
        let batch = store.feed(partner(OWN), Some(row.index), reading, NOW).await.unwrap();
        assert_eq!(batch.rows, whole[at + 1..]);
    }
    let unrecorded = Entry::new(Kind::AuditRead, Key::edge(Kind::AuditRead, &["x"]), NOW);
    assert!(store.feed(partner(OWN), None, unrecorded, NOW).await.is_err(), "who reads is said");
    let batch = store.feed(partner(OWN), Some(u64::MAX), read("end", 0), NOW).await.unwrap();
    assert!(batch.rows.is_empty() && !batch.end.more);
}

#[test]
fn a_partner_has_no_row_of_another_partners_source_and_no_line_of_one() {
    let (gp, acute) = (line("gp", &["allergies"]), line("acute", &["restricted", "medications"]));
    let both = [gp.clone(), acute.clone()];
    let of = |entry: Entry, ods: &str| share(&entry, &partner(ods));
    for entry in [sample::open(1), sample::close(1), sample::ask(1, "gp", 2)] {
        assert_eq!(
            of(with(entry, &both), GP),
            None,
            "what another's professional planned or asked is not the partner's"
        );
    }
    assert_eq!(of(with(sample::disclosure(1, "acute", 1), &both[1..]), GP), None);
    assert_eq!(of(with(sample::disclosure(1, "gp", 1), &both[..1]), ACUTE), None);
    assert_eq!(of(sample::refused(1), GP), None);
    // Of a sweep the partner's own lines alone.
    let mut sweep = with(sample::close(1), &both);
    (sweep.kind, sweep.key) = (Kind::Sweep, Key::sweep(&sample::opening(1)));
    sweep.detail.insert(crate::cause::POSSIBLY_SHOWN.to_owned(), "acute gp".to_owned());
    let Some(Share::Slice(slice)) = of(sweep, GP) else { panic!("a sweep is over two sources") };
    assert!(slice.sources.iter().all(|line| line.source == "gp") && slice.sources.len() == 2);
    assert!(slice.decision.unwrap().slices.keys().all(|source| source == "gp") && slice.detail.is_empty());
}

/// HAZ-031: as the store itself writes it.
#[tokio::test]
async fn a_sweep_too_long_to_list_its_parts_still_tells_the_partner_what_was_possibly_shown() {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
    store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    for part in 0..6 {
        let mut ask = sample::ask(1, "acute", part);
        ask.sources = (0..200).map(|n| sample::line("acute", Some(part * 1_000 + n), None)).collect();
        store.append(vec![ask], NOW).await.unwrap();
    }
    assert_eq!(store.sweep(NOW.plus_ms(1), NOW).await, Ok(1));
    let wanted = crate::Query { kinds: vec![Kind::Sweep], ..crate::Query::default() };
    let sweep = store.watched(wanted).await.unwrap().entries.remove(0).entry;
    assert!(sweep.sources.is_empty(), "it lists nothing");
    let Some(Share::Slice(slice)) = share(&sweep, &partner(GP)) else { panic!("it is the partner's") };
    let told: Vec<_> =
        slice.sources.iter().map(|line| (line.source.as_str(), line.state.as_deref())).collect();
    assert_eq!(told, [("gp", Some("possibly-shown"))]);
}

#[test]
fn what_may_not_be_told_reads_other_information_to_the_professionals_own_organisation() {
    let lines = [line("gp", &["allergies"]), line("acute", &["restricted", "safeguarding", "medications"])];
    let Some(Share::Slice(slice)) = share(&with(sample::open(1), &lines), &partner(OWN)) else {
        panic!("a row that may not be told whole is a slice")
    };
    let told: Vec<&str> = slice.sources[1].categories.keys().map(String::as_str).collect();
    assert_eq!(told, ["medications", OTHER]);
    let text = format!("{:?}", slice.sources);
    assert!(!text.contains("restricted") && !text.contains("safeguarding"), "HAZ-028");
    let plain = with(sample::open(1), &[line("gp", &["allergies"])]);
    assert_eq!(share(&plain, &partner(OWN)), Some(Share::Whole));
    let mut own = with(sample::disclosure(1, "acute", 1), &lines[1..]);
    own.decision.as_mut().unwrap().slices.clear();
    assert_eq!(
        share(&own, &partner(ACUTE)),
        Some(Share::Whole),
        "its own source's categories are its own to know"
    );
}

#[tokio::test]
async fn au31_what_was_held_back_is_in_the_feed_of_the_partner_alone_and_sealed_to_it() {
    sealed(tempfile::tempdir().unwrap().path()).await;
}

/// On a file or on a server.
pub(crate) async fn sealed(dir: &Path) {
    let store = sample::store(dir);
    // Of the first something was held back, of the second nothing.
    openings(&store, 1..3).await;
    for ods in [OWN, GP, ACUTE] {
        let lines = lines(&store, ods).await;
        let text = lines.concat();
        assert!(!text.contains("held-canary") && !text.contains("manifest-item-canary"), "{ods}");
        let rows = rows(&lines);
        let sealed = rows.iter().filter_map(|row| Some((row, row.held.as_ref()?)));
        let opened: Vec<usize> = sealed
            .map(|(row, sealed)| {
                let opening = entry(row).opening.unwrap();
                let about = About { opening: &opening, source: "gp", part: 1 };
                own_key().open(about, sealed).unwrap().rows.len()
            })
            .collect();
        assert_eq!(opened, if ods == GP { vec![1, 0] } else { vec![] }, "{ods}");
        // What every reader has is as long with it as without.
        let lengths: Vec<usize> =
            lines.iter().filter(|line| line.contains("disclosure")).map(String::len).collect();
        assert!(lengths.windows(2).all(|two| two[0].abs_diff(two[1]) < 3), "{ods}: {lengths:?}");
    }
    let lines = lines(&store, GP).await;
    let held = |line: &str| line.split("\"held\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let exchanged = lines[0].replace(&held(&lines[0]), &held(&lines[1]));
    assert_eq!(copied(dir, GP, &[exchanged]).unwrap_err(), CopyFault::Held);
}

#[tokio::test]
async fn rows_that_an_order_deleted_are_told_by_their_rule_and_not_as_missing() {
    use crate::retention::{Order, Scope, dry_run, record, tally};
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
    openings(&store, 1..4).await;
    store.state_feed(&partner(GP), "2026-11-28", NOW).await.unwrap();
    let order = Order::erasure(Scope::Opening(sample::opening(2))).ordered("Court order 7/26", "A", "B");
    let counts = || tally(&place(dir.path()), &sample::KEY, &order).unwrap();
    dry_run(&store, &order, &counts(), NOW).await.unwrap();
    let recorded = record(&store, order.clone(), &counts(), NOW).await.unwrap();
    store.checkpoint(NOW).await.unwrap();
    let later = Millis(NOW.0 + 1);
    store.stop(later).await.unwrap();
    drop(store);
    recorded.carry_out(&place(dir.path()), &sample::KEY).unwrap();
    let store = sample::store(dir.path());
    let seen = copied(dir.path(), GP, &lines(&store, GP).await).unwrap().seen();
    assert_eq!((seen.short.len(), seen.missing().count()), (1, 0));
    assert_eq!((seen.short[0].stated, seen.short[0].found), (3, 2));
    assert!(seen.short[0].words().contains("deleted under rule erasure"), "{}", seen.short[0].words());
}
