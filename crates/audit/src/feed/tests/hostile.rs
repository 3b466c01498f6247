//! What a feed that is forged, cut or exchanged is told.

use super::*;

async fn written(dir: &Path) -> Vec<String> {
    let store = sample::store(dir);
    openings(&store, 1..4).await;
    store.state_feed(&partner(GP), "2026-11-28", NOW).await.unwrap();
    store.checkpoint(NOW).await.unwrap();
    lines(&store, GP).await
}

fn fault(dir: &Path, lines: &[String]) -> CopyFault {
    copied(dir, GP, lines).unwrap_err()
}

#[tokio::test]
async fn hostile_lines_are_refused_and_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let lines = written(dir.path()).await;
    let row = &rows(&lines)[0];
    let mut copy = Copy::new(GP, keys(dir.path()));
    let whole = |change: &dyn Fn(&mut Row)| {
        let mut row = row.clone();
        change(&mut row);
        row.line().unwrap()
    };
    let other = &rows(&lines)[1];
    let slice = |text: &str| whole(&|row: &mut Row| row.text = Text::Slice { slice: text.to_owned() });
    for (line, expected) in [
        (String::new(), CopyFault::Line(NotALine)),
        ("{}".to_owned(), CopyFault::Line(NotALine)),
        ("[1]".to_owned(), CopyFault::Line(NotALine)),
        ("{\"next\":-1,\"more\":false}".to_owned(), CopyFault::Line(NotALine)),
        (lines[0].replacen("\"index\"", "\"also\":1,\"index\"", 1), CopyFault::Line(NotALine)),
        (lines[0].replacen("\"salt\"", "\"slice\":\"{}\",\"salt\"", 1), CopyFault::Line(NotALine)),
        (lines[0].chars().take(900).collect(), CopyFault::Line(NotALine)),
        (format!("{{\"index\":0,\"leaf\":\"{}\"}}", "x".repeat(600_000)), CopyFault::Line(NotALine)),
        (whole(&|row| row.leaf = "{}".to_owned()), CopyFault::Leaf),
        (whole(&|row| row.leaf = other.leaf.clone()), CopyFault::Body),
        (whole(&|row| row.text = other.text.clone()), CopyFault::Body),
        (lines[0].replacen("9990000018", "9990000026", 1), CopyFault::Body),
        (slice("{}"), CopyFault::Slice),
        (slice(&serde_json::to_string(&sample::open(1)).unwrap()), CopyFault::Slice),
        (whole(&|row| row.index += 1), CopyFault::Proof),
        (whole(&|row| row.proof = other.proof.clone()), CopyFault::Proof),
        (whole(&|row| row.proof = String::new()), CopyFault::Proof),
        (whole(&|row| row.proof = row.proof.replace("log.example", "log.evil")), CopyFault::Proof),
    ] {
        assert_eq!(copy.take(line.trim_end()).unwrap_err(), expected);
    }
    assert_eq!((copy.seen().rows, copy.after()), (0, None));
    copy.take(lines[0].trim_end()).unwrap();
    assert_eq!(copy.take(lines[0].trim_end()).unwrap_err(), CopyFault::Order, "exactly once");
    copy.take(lines[2].trim_end()).unwrap();
    assert_eq!(copy.take(lines[1].trim_end()).unwrap_err(), CopyFault::Order, "in the order of record");
    assert_eq!(copy.take("{\"next\":0,\"more\":false}").unwrap_err(), CopyFault::End);
}

#[tokio::test]
async fn a_feed_signed_by_nobody_we_were_given_or_of_another_log_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let lines = written(dir.path()).await;
    let mut unknown = Copy::new(GP, Vec::new());
    assert_eq!(unknown.take(lines[0].trim_end()).unwrap_err(), CopyFault::Proof);
    let other = tempfile::tempdir().unwrap();
    let others = written(other.path()).await;
    // The same key signs both, as both stores have it; the log's own name in its leaves is another.
    let mixed = [lines[0].clone(), others[1].clone()];
    assert_eq!(fault(dir.path(), &mixed), CopyFault::Leaf);
}

#[tokio::test]
async fn another_partners_statement_is_not_taken_for_ones_own() {
    let dir = tempfile::tempdir().unwrap();
    let lines = written(dir.path()).await;
    let statement = rows(&lines).pop().unwrap().line().unwrap();
    let mut copy = Copy::new(ACUTE, keys(dir.path()));
    assert_eq!(copy.take(statement.trim_end()).unwrap_err(), CopyFault::Statement);
}
