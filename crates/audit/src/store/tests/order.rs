//! Open, disclose, close; and the sweep when nobody closes.

use super::{conform::verified, *};
use crate::manifest::Manifest;

pub(in crate::store) async fn an_opening_is_recorded_from_open_to_close_and_what_was_shown_can_be_named_later(
    dir: &Path,
) {
    let store = sample::store(dir);
    let opened = store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    assert_eq!((opened.opening(), opened.receipt().index), (&sample::opening(1), 1));
    store.append(vec![sample::ask(1, "acute", 2)], NOW).await.unwrap();
    let manifest = sample::manifest(1, "gp", 1);
    let bytes = manifest.to_bytes().unwrap();
    let disclose = || store.disclose(&opened, sample::disclosure(1, "gp", 1), bytes.clone(), NOW);
    let disclosed = disclose().await.unwrap();
    assert_eq!((disclosed.source(), disclosed.part()), ("gp", 1));
    disclose().await.expect("the same again is settled");
    store.close(&opened, sample::close(1), NOW).await.unwrap();
    store.close(&opened, sample::close(1), NOW).await.expect("the same again is settled");
    disclose().await.expect("what was recorded before the close is settled after it");

    assert_eq!(kinds(dir), ["replica", "open", "ask", "disclosure", "close"]);
    let filter =
        Filter { kind: Some(Kind::Disclosure), opening: Some(sample::opening(1)), ..Filter::default() };
    let views = inspect(&sample::settings(dir).place, KEY, &filter).unwrap();
    let kept: Manifest = serde_json::from_value(views[0].manifest.clone().unwrap()).unwrap();
    assert_eq!(kept, manifest, "HAZ-025");
    assert_eq!(kept.to_bytes().unwrap(), bytes, "HAZ-025");
    let verified = verified(dir);
    assert_eq!((verified.openings, verified.unclosed, verified.manifests), (1, 0, 1));
}

pub(in crate::store) async fn nothing_is_asked_or_disclosed_after_the_close(dir: &Path) {
    let store = sample::store(dir);
    let opened = store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    store.close(&opened, sample::close(1), NOW).await.unwrap();
    let late = store.disclose(&opened, sample::disclosure(1, "gp", 1), Vec::new(), NOW).await;
    assert_eq!(late.unwrap_err(), Fault::Rejected(Why::Closed));
    let ask = store.append(vec![sample::ask(1, "gp", 2)], NOW).await;
    assert_eq!(ask, Err(Fault::Rejected(Why::Closed)));
    let never = store.append(vec![sample::ask(2, "gp", 2)], NOW).await;
    assert_eq!(never, Err(Fault::Rejected(Why::Unknown)));
    let again = store.open_opening(sample::opening(1), sample::open(1), NOW).await;
    assert_eq!(again.unwrap_err(), Fault::Rejected(Why::Closed), "an opening id is used once");
}

pub(in crate::store) async fn an_entry_about_another_opening_source_or_part_is_malformed(dir: &Path) {
    let store = sample::store(dir);
    let malformed = Fault::Rejected(Why::Malformed);
    assert_eq!(store.open_opening(sample::opening(2), sample::open(1), NOW).await.unwrap_err(), malformed);
    let opened = store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    let mut two = sample::disclosure(1, "gp", 1);
    two.sources.push(sample::line("acute", Some(1), None));
    let mut whole = sample::disclosure(1, "gp", 1);
    whole.sources[0].part = None;
    let mut other = sample::disclosure(1, "gp", 1);
    other.sources[0].source = "acute".to_owned();
    for wrong in [two, whole, other, sample::disclosure(2, "gp", 1)] {
        assert_eq!(store.disclose(&opened, wrong, Vec::new(), NOW).await.unwrap_err(), malformed);
    }
    assert_eq!(store.close(&opened, sample::close(2), NOW).await, Err(malformed));
    assert_eq!(kinds(dir), ["replica", "open"]);
}

pub(in crate::store) async fn a_disclosure_with_another_manifest_is_a_conflict(dir: &Path) {
    let store = sample::store(dir);
    let opened = store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    store.disclose(&opened, sample::disclosure(1, "gp", 1), b"{}".to_vec(), NOW).await.unwrap();
    let other = store.disclose(&opened, sample::disclosure(1, "gp", 1), b"[]".to_vec(), NOW).await;
    assert_eq!(other.unwrap_err(), Fault::Rejected(Why::Conflict));
}

pub(in crate::store) async fn an_opening_nobody_closed_is_swept_as_possibly_shown(dir: &Path) {
    let store = sample::store(dir);
    let opened = store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    store.disclose(&opened, sample::disclosure(1, "gp", 1), b"{}".to_vec(), NOW).await.unwrap();
    store.append(vec![sample::ask(1, "gp", 2)], NOW).await.unwrap();
    drop((opened, store));

    let store = sample::store(dir);
    let later = NOW.plus_ms(900_000);
    store.open_opening(sample::opening(2), sample::open(2), later).await.unwrap();
    assert_eq!(store.sweep(NOW, later).await, Ok(0), "none began before it");
    assert_eq!(store.sweep(NOW.plus_ms(1), later).await, Ok(1), "HAZ-031: the one of the process that died");
    assert_eq!(store.sweep(NOW.plus_ms(1), later).await, Ok(0));

    let filter = Filter { kind: Some(Kind::Sweep), ..Filter::default() };
    let views = inspect(&sample::settings(dir).place, KEY, &filter).unwrap();
    let [view] = views.as_slice() else { panic!("one sweep") };
    assert_eq!(view.entry["whom"]["nhs_number"], sample::NHS_NUMBER);
    let lines: Vec<_> = view.entry["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            (line["source"].as_str().unwrap(), line["part"].as_u64(), line["state"].as_str().unwrap())
        })
        .collect();
    let expected =
        [("gp", Some(1), "answered"), ("acute", None, "possibly-shown"), ("gp", Some(2), "possibly-shown")];
    assert_eq!(lines, expected, "HAZ-031: every source planned or asked is reported, and none as not shown");
    assert!(view.entry["sources"].as_array().unwrap().iter().all(|line| line["reason"] == "possibly-shown"));
    let verified = verified(dir);
    assert_eq!((verified.openings, verified.unclosed), (2, 1));
}

pub(in crate::store) async fn many_unclosed_openings_are_swept_in_one_call(dir: &Path) {
    let store = sample::store(dir);
    for n in 0..70 {
        store.open_opening(sample::opening(n), sample::open(n), NOW).await.unwrap();
    }
    assert_eq!(store.sweep(NOW.plus_ms(1), NOW).await, Ok(70), "HAZ-031");
    assert_eq!(verified(dir).unclosed, 0);
}

pub(in crate::store) async fn an_opening_with_more_parts_than_one_entry_can_hold_is_swept_all_the_same(
    dir: &Path,
) {
    let store = sample::store(dir);
    store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    for part in 0..6 {
        let mut ask = sample::ask(1, "acute", part);
        ask.sources = (0..200).map(|n| sample::line("acute", Some(part * 1_000 + n), None)).collect();
        store.append(vec![ask], NOW).await.unwrap();
    }
    assert_eq!(store.sweep(NOW.plus_ms(1), NOW).await, Ok(1), "HAZ-031");
    let filter = Filter { kind: Some(Kind::Sweep), ..Filter::default() };
    let views = inspect(&sample::settings(dir).place, KEY, &filter).unwrap();
    assert_eq!(
        views[0].entry["detail"]["possibly-shown"], "acute gp",
        "HAZ-031: every source is still named"
    );
}

pub(in crate::store) async fn a_close_after_the_sweep_is_refused(dir: &Path) {
    let store = sample::store(dir);
    let opened = store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    store.sweep(NOW.plus_ms(1), NOW).await.unwrap();
    assert_eq!(store.close(&opened, sample::close(1), NOW).await, Err(Fault::Rejected(Why::Closed)));
}
