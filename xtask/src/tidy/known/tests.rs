//! Lock files as they are, and as somebody would have them who hopes that a name is not read to its end.

use super::*;
use std::path::Path;

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

fn ours(path: &str) -> File {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it stands in its workspace");
    file(path, &std::fs::read_to_string(root.join(path)).expect("it can be read"))
}

fn found(list: &File, lock: &File) -> Vec<String> {
    let fuzz = ours("fuzz/Cargo.lock");
    held(list, &[lock, &fuzz]).into_iter().map(|finding| finding.message).collect()
}

#[test]
fn a45_a_crate_nobody_put_on_the_list_is_refused_and_one_with_almost_the_name_of_another_is_told() {
    let (list, lock) = (ours(LIST), ours("Cargo.lock"));
    assert_eq!(found(&list, &lock), [] as [&str; 0]);
    let hash = "0".repeat(64);
    let source = "registry+https://github.com/rust-lang/crates".to_owned() + ".io-index";
    for (name, like) in [
        ("a-new-crate-of-somebody", None),
        ("serde-json", Some("serde_json")),
        ("tokoi", Some("tokio")),
        ("rustl", Some("rustls")),
        ("reqwestt", Some("reqwest")),
        ("hyper-utll", Some("hyper-util")),
    ] {
        let more = format!(
            "{}\n[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\nsource = \"{source}\"\nchecksum = \"{hash}\"\n",
            lock.text
        );
        let like = like.map(|like| format!(", and has almost the name of `{like}`")).unwrap_or_default();
        let expected = format!("`{name}` is not on `{LIST}`{like}");
        assert_eq!(found(&list, &file("Cargo.lock", &more)), [expected]);
    }
}

#[test]
fn a45_a_name_that_no_lock_file_has_any_more_or_out_of_order_is_told() {
    let (list, lock) = (ours(LIST), ours("Cargo.lock"));
    let more = file(LIST, &format!("{}zzz-gone\nzzz-before\n", list.text));
    let told = found(&more, &lock);
    assert_eq!(
        told,
        ["no lock file has `zzz-gone`", "no lock file has `zzz-before`", "`zzz-before` is out of order"]
    );
}
