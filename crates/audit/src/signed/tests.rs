//! Published notes, and notes that somebody has tampered with.

use super::{checkpoint::Checkpoint, proof::TlogProof, *};
use crate::{hash::unhex, tree};

const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_SEED: &str = "810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173";
const NOTE: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
    \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
    \u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

fn signer(name: &str, signs: Signs, seed: u8) -> Signer {
    Signer::new(name, signs, &[seed; 32]).unwrap()
}

/// AU25: the vector of another implementation, in both directions.
#[test]
fn au25_a_published_note_is_verified_and_written_again_byte_for_byte() {
    let peter = Verifier::parse(PETER).unwrap();
    assert_eq!(peter.to_string(), PETER);
    let note = Note::parse(NOTE).unwrap();
    assert_eq!(peter.check(&note), Some(Ok(0)));
    let own = Signer::new("PeterNeumann", Signs::Notes, &unhex(PETER_SEED).unwrap()).unwrap();
    assert_eq!(own.verifier(), &peter);
    assert_eq!(format!("{}\n{}", note.text, own.line(&note.text, 0)), NOTE);
    let other = Note::parse(&NOTE.replace("cryptography", "cryptographY")).unwrap();
    assert_eq!(peter.check(&other), Some(Err(FalseSignature)));
}

#[test]
fn the_specifications_checkpoint_is_read_with_its_cosignature() {
    let note = Note::parse(EXAMPLE).unwrap();
    let checkpoint = Checkpoint::parse(&note.text).unwrap();
    assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!(checkpoint.text(), note.text);
    let witness = note.lines.last().unwrap();
    assert_eq!(u64::from_be_bytes(witness.signature[..8].try_into().unwrap()), 1_679_315_147);
    assert_eq!(
        cosigned(&note.text, 1_679_315_147),
        format!("cosignature/v1\ntime 1679315147\n{}", note.text).into_bytes()
    );
}

#[test]
fn au24_lines_of_unknown_keys_are_left_alone_and_false_ones_of_known_keys_are_not() {
    let (log, old, witness) = (
        signer("log.example/a", Signs::Notes, 1),
        signer("log.example/a", Signs::Notes, 2),
        signer("w.example", Signs::Cosignatures, 3),
    );
    let text = "log.example/a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    let note = |lines: &[String]| Note::parse(&format!("{text}\n{}", lines.concat())).unwrap();
    let both = note(&[
        old.line(text, 0),
        log.line(text, 0),
        witness.line(text, 77),
        "\u{2014} x AAAAAAA=\n".to_owned(),
    ]);
    assert_eq!(log.verifier().check(&both), Some(Ok(0)));
    assert_eq!(old.verifier().check(&both), Some(Ok(0)), "the same name under another key is another id");
    assert_eq!(witness.verifier().check(&both), Some(Ok(77)));
    assert_eq!(
        signer("w.example", Signs::Notes, 3).verifier().check(&both),
        None,
        "the same key for another use"
    );
    assert_eq!(log.verifier().check(&note(&[old.line(text, 0)])), None);
    let false_line = log.line("log.example/a\n2\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", 0);
    assert_eq!(log.verifier().check(&note(std::slice::from_ref(&false_line))), Some(Err(FalseSignature)));
    let hidden = note(&[log.line(text, 0), false_line]);
    assert_eq!(
        log.verifier().check(&hidden),
        Some(Err(FalseSignature)),
        "a true line does not excuse a false one"
    );
    let line = witness.line(text, u64::MAX);
    assert_eq!(witness.verifier().check(&note(&[line])), Some(Err(FalseSignature)), "a time that cannot be");
}

#[test]
fn hostile_notes_keys_and_checkpoints_are_refused() {
    let good = "\u{2014} a AAAAAAA=\n";
    for hostile in [
        "".to_owned(),
        "\n".to_owned(),
        "\n\n".to_owned(),
        "text\n".to_owned(),
        "text\n\n".to_owned(),
        format!("text\n{good}"),
        format!("text\n\n{}", good.trim_end()),
        format!("te\rxt\n\n{good}"),
        format!("te\0xt\n\n{good}"),
        format!("text\n\n{good}\n"),
        "text\n\n- a AAAAAAA=\n".to_owned(),
        "text\n\n\u{2014} a\n".to_owned(),
        "text\n\n\u{2014} a AAAAAA==\n".to_owned(),
        "text\n\n\u{2014} a AAAAAAA\n".to_owned(),
        "text\n\n\u{2014}  AAAAAAA=\n".to_owned(),
        "text\n\n\u{2014} a+b AAAAAAA=\n".to_owned(),
        "text\n\n\u{2014} a\u{a0}b AAAAAAA=\n".to_owned(),
        format!("text\n\n{}", good.repeat(65)),
        format!("{}\n\n{good}", "x".repeat(LONGEST)),
    ] {
        assert!(Note::parse(&hostile).is_err(), "{:?}", hostile.get(..40.min(hostile.len())));
    }
    assert!(Note::parse(&format!("text\n\n{}", good.repeat(64))).is_ok());
    assert_eq!(Note::parse(&format!("a\n\nb\n\n{good}")).unwrap().text, "a\n\nb\n");
    for hostile in [
        "",
        "a",
        "a+b",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+",
        "PeterNeumann+c74f20a3+AQ==",
        "PeterNeumann+c74f20a3+AhpcBQcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
    ] {
        assert_eq!(Verifier::parse(hostile), Err(NotAVerifier), "{hostile}");
    }
    assert!(
        Signer::new("a b", Signs::Notes, &[1; 32]).is_none()
            && Signer::new("", Signs::Notes, &[1; 32]).is_none()
    );
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    for hostile in [
        String::new(),
        "a\n1\n".to_owned(),
        format!("a\n1\n{root}"),
        format!("\n1\n{root}\n"),
        format!("a\n01\n{root}\n"),
        format!("a\n+1\n{root}\n"),
        format!("a\n-1\n{root}\n"),
        format!("a\n\n{root}\n"),
        format!("a\n9223372036854775808\n{root}\n"),
        format!("a\n1\n{root}\nmore\n"),
        format!("a\n1\n{root}\n\n"),
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n".to_owned(),
        "a\n1\nAAAA\n".to_owned(),
        format!("a\n1\n {root}\n"),
    ] {
        assert_eq!(Checkpoint::parse(&hostile), None, "{hostile:?}");
    }
}

#[test]
fn a_proof_of_one_leaf_is_read_back_and_holds_for_that_leaf_alone() {
    let log = signer("log.example/a", Signs::Notes, 1);
    let leaves: Vec<_> = (0..5_u8).map(|n| tree::leaf_hash(&[n])).collect();
    let checkpoint = Checkpoint { origin: "log.example/a".to_owned(), size: 5, root: tree::root_of(&leaves) };
    let mut read =
        |_: u8, from: u64, count: usize| Ok::<_, ()>(leaves[from as usize..from as usize + count].to_vec());
    let path = tree::proof::inclusion(&mut read, 3, 5).unwrap();
    let note = format!("{}\n{}", checkpoint.text(), log.line(&checkpoint.text(), 0));
    let proof = TlogProof { index: 3, path, note };
    let text = proof.text();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 3\n"));
    assert_eq!(TlogProof::parse(&text).unwrap(), proof);
    assert_eq!(TlogProof::parse(&text.replace("@v1\n", "@v1\nextra AAAA\n")).unwrap(), proof);
    let (note, seen) = proof.holds(&leaves[3]).unwrap();
    assert_eq!((seen, log.verifier().check(&note)), (checkpoint, Some(Ok(0))));
    assert!(proof.holds(&leaves[2]).is_none());
    for (from, to) in [
        ("index 3", "index 03"),
        ("index 3", "index -1"),
        ("@v1", "@v2"),
        ("@v1\n", "@v1\nextra *\n"),
        ("\nindex", "\n\nindex"),
        ("index 3\n", "index 3\nAAAA\n"),
    ] {
        assert_eq!(TlogProof::parse(&text.replace(from, to)), None, "{to:?}");
    }
    let one = Checkpoint { origin: "log.example/a".to_owned(), size: 1, root: leaves[0] };
    let alone = TlogProof {
        index: 0,
        path: Vec::new(),
        note: format!("{}\n{}", one.text(), log.line(&one.text(), 0)),
    };
    assert_eq!(TlogProof::parse(&alone.text()).unwrap(), alone, "a path of nothing");
    assert!(alone.holds(&leaves[0]).is_some());
}
