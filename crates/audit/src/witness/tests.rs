//! AU19 and AU20: what a witness answers to whom, and that nothing it has not kept is cosigned.

use super::*;
use crate::tree::{leaf_hash, proof, root_of as tree_root};
use std::convert::Infallible;

const ORIGIN: &str = "log.example/audit/Z99/2026";

fn log() -> Signer {
    Signer::new(ORIGIN, Signs::Notes, &[1; 32]).unwrap()
}

fn witness(dir: &Path, seed: u8) -> Witness {
    let signer = Signer::new("w.example", Signs::Cosignatures, &[seed; 32]).unwrap();
    Witness::open(signer, vec![log().verifier().clone()], &dir.join(format!("w{seed}.json"))).unwrap()
}

/// The leaves of a log; after `fork` leaves another history begins.
fn leaves(count: u64, fork: Option<u64>) -> Vec<Hash> {
    let leaf =
        |n| if fork.is_some_and(|fork| n >= fork) { format!("other {n}") } else { format!("leaf {n}") };
    (0..count).map(|n| leaf_hash(leaf(n).as_bytes())).collect()
}

fn note(leaves: &[Hash], by: &Signer) -> String {
    let checkpoint = Checkpoint {
        origin: by.verifier().name().to_owned(),
        size: leaves.len() as u64,
        root: tree_root(leaves),
    };
    format!("{}\n{}", checkpoint.text(), by.line(&checkpoint.text(), 0))
}

fn path(leaves: &[Hash], old: u64) -> Vec<Hash> {
    let mut read = |level: u8, from: u64, count: usize| {
        assert_eq!(level, 0, "small trees only");
        Ok::<_, Infallible>(leaves[from as usize..from as usize + count].to_vec())
    };
    proof::consistency(&mut read, old, leaves.len() as u64).unwrap()
}

/// Asks for a cosignature of a tree of `new` leaves over one of `old`.
fn ask(witness: &Witness, old: u64, new: u64, fork: Option<u64>) -> Answer {
    let leaves = leaves(new, fork);
    let body = request(old, &path(&leaves, old), &note(&leaves, &log()));
    witness.add_checkpoint(body.as_bytes(), 1_795_000_000)
}

#[test]
fn au20_a_log_that_only_grows_is_cosigned_and_the_size_held_is_told_to_whoever_asks_wrongly() {
    let dir = tempfile::tempdir().unwrap();
    let witness = witness(dir.path(), 7);
    let first = ask(&witness, 0, 5, None);
    assert_eq!(first.status, 200, "{}", first.body);
    let leaves = leaves(5, None);
    let cosigned = Note::parse(&(note(&leaves, &log()) + &first.body)).unwrap();
    assert_eq!(witness.verifier().check(&cosigned), Some(Ok(1_795_000_000)));
    assert_eq!(ask(&witness, 5, 9, None).status, 200);
    for old in [0, 5] {
        let held = ask(&witness, old, 12, None);
        assert_eq!((held.status, held.content_type, held.body.as_str()), (409, "text/x.tlog.size", "9\n"));
    }
    assert_eq!(ask(&witness, 9, 9, None).status, 200, "the same again, as it is every minute");
    let smaller = ask(&witness, 5, 7, None);
    assert_eq!((smaller.status, smaller.body.as_str()), (409, "9\n"));
}

#[test]
fn au20_every_other_status_of_the_specification() {
    let dir = tempfile::tempdir().unwrap();
    let witness = witness(dir.path(), 7);
    let status = |body: &str| witness.add_checkpoint(body.as_bytes(), 1).status;
    let five = leaves(5, None);
    let good = request(0, &[], &note(&five, &log()));
    assert_eq!(status(&request(6, &[], &note(&five, &log()))), 400, "an old size larger than the new");
    let stranger = Signer::new("stranger.example", Signs::Notes, &[1; 32]).unwrap();
    assert_eq!(status(&request(0, &[], &note(&five, &stranger))), 404);
    let other_key = Signer::new(ORIGIN, Signs::Notes, &[2; 32]).unwrap();
    assert_eq!(status(&request(0, &[], &note(&five, &other_key))), 403, "AU24: a key that is not the log's");
    let text = note(&five, &log());
    let borrowed = format!(
        "{}\n{}",
        text.split_once("\n\n").unwrap().0.replace("\n5\n", "\n6\n") + "\n",
        text.split_once("\n\n").unwrap().1
    );
    assert_eq!(status(&request(0, &[], &borrowed)), 403, "another checkpoint's signature");
    assert_eq!(status(&request(0, &[[0; 32]], &note(&five, &log()))), 422, "at old 0 the proof is empty");
    assert_eq!(status(&good), 200);
    assert_eq!(status(&request(5, &[[0; 32]], &note(&five, &log()))), 422, "at equal sizes too");
    assert_eq!(ask(&witness, 5, 5, Some(2)).status, 422, "another root of the same size");
    assert_eq!(ask(&witness, 5, 9, Some(2)).status, 422, "another history");
    let nine = leaves(9, None);
    assert_eq!(status(&request(5, &[], &note(&nine, &log()))), 422, "no proof");
    assert_eq!(ask(&witness, 5, 9, None).status, 200, "and none of it was kept");
}

#[test]
fn au20_the_empty_tree_is_cosigned_at_size_0_and_tells_the_size_of_any_other() {
    let dir = tempfile::tempdir().unwrap();
    let witness = witness(dir.path(), 7);
    assert_eq!(ask(&witness, 0, 0, None).status, 200);
    let forged = Checkpoint { origin: ORIGIN.to_owned(), size: 0, root: [3; 32] };
    let forged = format!("{}\n{}", forged.text(), log().line(&forged.text(), 0));
    assert_eq!(witness.add_checkpoint(request(0, &[], &forged).as_bytes(), 1).status, 422);
    assert_eq!(ask(&witness, 0, 4, None).status, 200);
    let asked = ask(&witness, 0, 0, None);
    assert_eq!((asked.status, asked.body.as_str()), (409, "4\n"), "how a log asks for the size at its start");
}

#[test]
fn hostile_requests_are_refused_with_400() {
    let dir = tempfile::tempdir().unwrap();
    let witness = witness(dir.path(), 7);
    let good = request(0, &[], &note(&leaves(5, None), &log()));
    for hostile in [
        String::new(),
        "\n\n".to_owned(),
        good.replace("old 0", "old 00"),
        good.replace("old 0", "old -0"),
        good.replace("old 0", "old +0"),
        good.replace("old 0", "old 9223372036854775808"),
        good.replace("old 0", "0"),
        good.replace("old 0\n", "old 0\r\n"),
        good.replace("old 0\n", "old 0\nAAAA\n"),
        good.replace("old 0\n", &format!("old 0\n{}", "A".repeat(LONGEST_BODY))),
        request(0, &[[0; 32]; 64], &note(&leaves(5, None), &log())),
        good.replace("\n5\n", "\n05\n"),
        good.trim_end().to_owned(),
        good.split_once("\u{2014}").unwrap().0.to_owned(),
    ] {
        assert_eq!(witness.add_checkpoint(hostile.as_bytes(), 1).status, 400, "{:?}", hostile.get(..60));
    }
    assert_eq!(witness.add_checkpoint(b"old 0\n\n\xff", 1).status, 400);
}

/// AU20: a kill between comparing and answering leaves what was written, and nothing is cosigned that was not.
#[test]
fn au20_what_is_cosigned_is_on_disk_first_and_a_restart_knows_it() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("w7.json");
    let first = witness(dir.path(), 7);
    assert_eq!(ask(&first, 0, 5, None).status, 200);
    // Killed after writing and before answering: the log asks again from its old size and is told.
    drop(first);
    let again = witness(dir.path(), 7);
    assert_eq!(ask(&again, 0, 5, None).body, "5\n");
    assert_eq!(ask(&again, 5, 5, None).status, 200, "and is cosigned at the size held");
    // Killed while writing: the part beside is not read.
    fs::write(state.with_extension("part"), b"{\"half").unwrap();
    assert_eq!(ask(&witness(dir.path(), 7), 5, 8, None).status, 200);
    // It cannot be written: no cosignature, and nothing is remembered that is not on disk.
    let unwritable = witness(dir.path(), 7);
    fs::create_dir(state.with_extension("part")).unwrap();
    let refused = ask(&unwritable, 8, 9, None);
    assert_eq!((refused.status, refused.body.contains('\u{2014}')), (500, false));
    fs::remove_dir(state.with_extension("part")).unwrap();
    assert_eq!(ask(&unwritable, 9, 10, None).body, "8\n");
    fs::write(&state, b"{\"x\":{\"size\":1,\"root\":\"00\"}}").unwrap();
    let signer = Signer::new("w.example", Signs::Cosignatures, &[7; 32]).unwrap();
    assert!(matches!(Witness::open(signer, Vec::new(), &state), Err(WitnessFault::Read(_))));
    let signer = Signer::new("w.example", Signs::Notes, &[7; 32]).unwrap();
    assert!(matches!(Witness::open(signer, Vec::new(), &state), Err(WitnessFault::Keys)));
}

/// AU19: the race of the specification, with many at once. Whatever order they come in, the log never goes back.
#[test]
fn au19_of_requests_at_the_same_moment_none_takes_the_log_back() {
    let dir = tempfile::tempdir().unwrap();
    let witness = witness(dir.path(), 7);
    assert_eq!(ask(&witness, 0, 4, None).status, 200);
    let cosigned: Vec<u64> = std::thread::scope(|scope| {
        let racers: Vec<_> = (5..21)
            .map(|new| {
                scope.spawn({
                    let witness = &witness;
                    move || (new, ask(witness, 4, new, None).status)
                })
            })
            .collect();
        racers
            .into_iter()
            .map(|racer| racer.join().unwrap())
            .filter(|(_, status)| *status == 200)
            .map(|(new, _)| new)
            .collect()
    });
    assert_eq!(cosigned.len(), 1, "one of them was compared with what another had not yet changed");
    assert_eq!(ask(&witness, 0, 30, None).body, format!("{}\n", cosigned[0]));
}

// shows: A43
/// AU19: a fork is shown to two witnesses. Each cosigns one side, so neither side has both.
#[test]
fn au19_of_two_histories_at_most_one_is_cosigned_by_both_of_two_witnesses() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (witness(dir.path(), 7), witness(dir.path(), 8));
    for witness in [&one, &other] {
        assert_eq!(ask(witness, 0, 6, None).status, 200);
    }
    assert_eq!((ask(&one, 6, 9, None).status, ask(&other, 6, 9, Some(7)).status), (200, 200));
    assert_eq!((ask(&one, 9, 9, Some(7)).status, ask(&other, 9, 9, None).status), (422, 422), "HAZ-030");
    assert_eq!((ask(&one, 9, 12, Some(7)).status, ask(&other, 9, 12, None).status), (422, 422), "HAZ-030");
}
