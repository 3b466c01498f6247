//! A partner at its feed: its own certificate, another's, and what is recorded of both. HAZ-028.

use super::super::*;
use super::doors::Host;
use access::{Certificate, certificate::Certificates};
use audit::{
    Kind, Query,
    feed::{Line, Row, Text},
};
use web::gateway::Feed;

fn certificate(name: &str) -> Certificate {
    Certificate::new(name.as_bytes())
}

async fn gateway() -> (Arc<Program>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Host::start().await.config(folder.path(), 20);
    let feed = |ods: &str, name: &str| {
        let shown = format!("sha256:{}", certificate(name).thumbprint());
        let certificates = Certificates::parse(&[shown]).unwrap();
        crate::config::AuditFeed { ods: fhir::OdsCode::parse(ods).unwrap(), certificates }
    };
    config.audit.feeds = vec![feed("ZZ910", "acute"), feed("ZZ917", "council")];
    (Program::new(config).unwrap(), folder)
}

async fn read(program: &Program, partner: &str, after: Option<u64>, by: &str) -> Feed {
    program.audit_feed(partner, after, (certificate(by), "192.0.2.7".to_owned())).await
}

fn rows(feed: &Feed) -> Vec<Row> {
    let Feed::Lines(lines) = feed else { panic!("{feed:?}") };
    let read = lines.lines().filter_map(|line| match Line::read(line).unwrap() {
        Line::Row(row) => Some(*row),
        Line::End(_) => None,
    });
    read.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_reads_its_own_feed_once_that_is_recorded_and_nobody_elses() {
    let (program, _folder) = gateway().await;
    program.store.checkpoint(clock::millis()).await.unwrap();
    assert!(rows(&read(&program, "ZZ910", None, "acute").await).is_empty(), "nobody has looked yet");
    for (partner, by) in
        [("ZZ910", "council"), ("ZZ917", "acute"), ("ZZ911", "acute"), ("", "acute"), ("zz910", "acute")]
    {
        assert_eq!(read(&program, partner, None, by).await, Feed::NotYours, "{partner} by {by}");
    }
    let query = Query { kinds: vec![Kind::AuditRead], ..Query::default() };
    let recorded = program.store.watched(query).await.unwrap().entries;
    let causes: Vec<_> = recorded.iter().filter_map(|found| found.entry.cause.as_deref()).collect();
    let mut expected = vec!["partner feed refused"; 6];
    expected[0] = "partner feed";
    assert_eq!(causes, expected, "refused readings are recorded like those that were given");
    let told = &recorded[1].entry.detail;
    assert_eq!(told["partner"], "ZZ910");
    assert_eq!(told["certificate"], certificate("council").thumbprint());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_stated_once_to_each_partner_and_stands_in_its_feed_alone() {
    let (program, _folder) = gateway().await;
    program.state_feeds().await;
    program.store.checkpoint(clock::millis()).await.unwrap();
    assert!(rows(&read(&program, "ZZ910", None, "acute").await).is_empty(), "of nothing nothing is stated");
    program.state_feeds().await;
    program.state_feeds().await;
    program.store.checkpoint(clock::millis()).await.unwrap();
    for (partner, by) in [("ZZ910", "acute"), ("ZZ917", "council")] {
        let rows = rows(&read(&program, partner, None, by).await);
        let [Row { text: Text::Whole { entry, .. }, .. }] = rows.as_slice() else { panic!("{rows:?}") };
        assert!(entry.contains(&format!("\"partner\":\"{partner}\"")), "{entry}");
    }
}
