//! Every forbidden word in the shapes it hides in, and the near misses that must pass.

use super::*;

fn count(path: &str, text: &str) -> usize {
    check(&File { path: path.to_owned(), text: text.to_owned() }).len()
}

fn short(shape: &str) -> String {
    let capital = OTHER_RECORD.replacen('s', "S", 1);
    shape.replace('~', OTHER_RECORD).replace('^', &OTHER_RECORD.to_uppercase()).replace('%', &capital)
}

#[test]
fn the_other_records_name_is_found_as_a_word_or_a_part_of_one() {
    for shape in ["~", "the ^.", "~_view", "my_~", "view2~", "/~/", "~View", "view%", "\"~\""] {
        assert_eq!(count("a.md", &short(shape)), 1, "{shape}");
    }
}

#[test]
fn words_that_only_contain_it_pass() {
    for shape in ["sh~", "~ipt", "de~ibe", "SH^", "Sh~View", "%eenView", "sub~ibe"] {
        assert_eq!(count("a.md", &short(shape)), 0, "{shape}");
    }
}

#[test]
fn unfinished_work_is_found() {
    for text in UNFINISHED.iter().chain(&UNFINISHED_CODE) {
        assert_eq!(count("a.rs", &format!("x {text}: y")), 1, "{text}");
    }
    assert_eq!(count("a.md", &UNFINISHED_CODE.join(" ")), 0, "prose may speak of code");
    assert_eq!(count("a.rs", "let todos = MASTODON;"), 0);
}

#[test]
fn folders_of_a_machine_and_registries_are_found() {
    for text in FOLDERS.iter().chain(&REGISTRIES) {
        assert_eq!(count("a.toml", &format!("at {text}x")), 1, "{text}");
    }
    assert_eq!(count("a.md", "network/paths, /roots/"), 0);
}

#[test]
fn a_lock_file_is_read_for_registries_alone() {
    let hosts = REGISTRIES.join(" ");
    assert_eq!(count("Cargo.lock", &hosts), 0, "cargo writes it and offers no other way");
    assert_eq!(count("journeys/browser/package-lock.json", &hosts), REGISTRIES.len());
    assert_eq!(
        count("journeys/browser/package-lock.json", &short("sha512-x/~+y")),
        0,
        "a hash may hold any letters"
    );
}
