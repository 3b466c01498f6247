//! An index as Cargo keeps it, and one that is none.

use super::*;

fn index(versions: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = vec![FORMAT, 2, 0, 0, 0];
    bytes.extend_from_slice(b"Unknown\0");
    for (version, yanked) in versions {
        bytes.extend_from_slice(version.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(
            format!(r#"{{"name": "tokoi", "vers": "{version}", "yanked": {yanked}}}"#).as_bytes(),
        );
        bytes.push(0);
    }
    bytes
}

// shows: A45
#[test]
fn a45_a_version_that_was_taken_back_is_refused_and_what_is_not_kept_is_not_called_good() {
    let folder = std::env::temp_dir().join(format!("yanked-{}", std::process::id()));
    let file = folder.join("to/ko/tokoi");
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    std::fs::write(&file, index(&[("1.0.0", "false"), ("1.0.1", "true"), ("1.0.10", "false")]))
        .expect("written");
    let looked = |version: &str| {
        let lock = format!(
            "[[package]]\nname = \"tokoi\"\nversion = \"{version}\"\nsource = \"registry\"\n\n[[package]]\nname = \"ours\"\nversion = \"1.0.1\"\n\n"
        );
        look(&lock, std::slice::from_ref(&folder)).expect("an index")
    };
    assert_eq!(looked("1.0.0"), Looked { all: 1, ..Looked::default() });
    assert_eq!(looked("1.0.1"), Looked { yanked: vec!["tokoi 1.0.1".to_owned()], all: 1, unknown: 0 });
    assert_eq!(looked("1.0.10"), Looked { all: 1, ..Looked::default() });
    assert_eq!(looked("1.0"), Looked { all: 1, unknown: 1, ..Looked::default() }, "none of these");
    std::fs::remove_dir_all(&folder).expect("taken away");
    assert_eq!(looked("1.0.0"), Looked { all: 1, unknown: 1, ..Looked::default() }, "nothing is kept");
}

#[test]
fn another_format_is_said_and_not_guessed() {
    assert_eq!(is_yanked(&index(&[("1.0.0", "false")]), "1.0.0"), Ok(Some(false)));
    let mut newer = index(&[("1.0.0", "false")]);
    newer[0] = 4;
    assert!(is_yanked(&newer, "1.0.0").is_err());
    assert!(is_yanked(&[], "1.0.0").is_err());
    assert!(is_yanked(&index(&[("1.0.0", "null")]), "1.0.0").is_err());
}

#[test]
fn a_crate_lies_where_the_index_has_it() {
    for (name, path) in [("a", "1/a"), ("ab", "2/ab"), ("Abc", "3/a/abc"), ("serde_json", "se/rd/serde_json")]
    {
        assert_eq!(place(name), PathBuf::from(path));
    }
}
