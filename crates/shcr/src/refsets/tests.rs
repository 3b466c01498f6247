//! A list that is missing, old, spoilt or only for show stops what would rest on it; a release becomes lists or nothing.

use super::*;
use std::fs;

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/policy")
}

/// A copy of the shipped folder, changed.
fn changed(change: impl Fn(&Path)) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let folder = copy.path().join(FOLDER);
    fs::create_dir(&folder).unwrap();
    for entry in fs::read_dir(shipped().join(FOLDER)).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
    }
    change(&folder);
    copy
}

fn replaced(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no `{from}`");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

const STD: &str = "999004381000000103.json";

#[test]
fn the_shipped_lists_are_whole_marked_as_starter_lists_and_refused_live() {
    let lists = load(&shipped(), true).unwrap();
    assert!(lists.starter && lists.sets == 6 && lists.concepts >= 12 && lists.services >= 5, "HAZ-023");
    let refused = load(&shipped(), false).unwrap_err().to_string();
    assert!(refused.contains("starter list, which is not for live use"), "HAZ-023: {refused}");
    assert!(refused.contains("shcr refset import --release FOLDER --out"), "says what to do: {refused}");
}

// shows: R43
#[test]
fn haz_023_a_list_that_is_missing_old_or_spoilt_is_refused_by_name() {
    type Change = fn(&Path);
    let cases: [(Change, &str); 14] = [
        (
            |f| fs::remove_file(f.join(STD)).unwrap(),
            "reference set 999004381000000103 (sexually transmitted disease) is missing",
        ),
        (
            |f| replaced(f, STD, "2025-01-01", "2024-12-31"),
            "is of 2024-12-31, older than the 2025-01-01 agreed",
        ),
        (|f| replaced(f, "agreed.toml", "2025-01-01", "2026-04-01"), "older than the 2026-04-01 agreed"),
        (
            |f| {
                replaced(
                    f,
                    "agreed.toml",
                    "[[refset]]\nid = \"999004381000000103\"",
                    "[[refset]]\nid = \"999004371000000100\"",
                )
            },
            "reference set 999004381000000103 is not agreed",
        ),
        (|f| replaced(f, "agreed.toml", "2025-01-01", "1 January 2025"), "is not a date"),
        (
            |f| replaced(f, "agreed.toml", "not_older_than =", "not_older_then ="),
            "unknown field `not_older_then`",
        ),
        (
            |f| replaced(f, STD, "\"id\": \"999004381000000103\"", "\"id\": \"999004361000000107\""),
            "it is not the list of reference set 999004381000000103",
        ),
        (|f| replaced(f, STD, "76272004", "76272005"), "`76272005` is not an id of SNOMED CT"),
        (|f| replaced(f, STD, "76272004", "86406008"), "86406008 stands twice"),
        (
            |f| replaced(f, STD, "http://snomed.info/sct\", \"concept", "http://loinc.org\", \"concept"),
            "`http://loinc.org` is not `http://snomed.info/sct`",
        ),
        (|f| fs::write(f.join(STD), "{").unwrap(), "is refused"),
        (|f| replaced(f, "services.toml", "\"sexual health\",", "\"s h\","), "too short to tell a service"),
        (|f| replaced(f, "services.toml", "system = \"specialty\"", "system = \"\""), "names no system"),
        (|f| fs::remove_file(f.join("documents.toml")).unwrap(), "cannot be read"),
    ];
    for (change, expected) in cases {
        let folder = changed(change);
        let said = load(folder.path(), true).unwrap_err().to_string();
        assert!(said.contains(expected), "HAZ-023: `{expected}` not in `{said}`");
    }
    let empty = changed(|f| {
        let text = fs::read_to_string(f.join(STD)).unwrap();
        let (head, _) = text.split_once("\"concept\": [").unwrap();
        fs::write(f.join(STD), format!("{head}\"concept\": []}}]}}}}")).unwrap();
    });
    assert!(load(empty.path(), true).unwrap_err().to_string().contains("holds no concept"), "HAZ-023");
}

#[test]
fn ids_of_snomed_ct_are_told_by_their_check_digit() {
    for id in REFSETS.into_iter().chain(["76272004", "86406008", "900000000000003001"]) {
        assert!(file::is_sctid(id), "{id}");
    }
    for id in ["76272005", "67272004", "76272", "", "7627200a", "076272004", "9990043810000001030"] {
        assert!(!file::is_sctid(id), "{id}");
    }
}

const SIMPLE_HEAD: &str = "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId";
const DESCRIPTION_HEAD: &str =
    "id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId";

/// One row of a set: `n` makes the member's id.
fn member(n: u8, active: &str, refset: &str, component: &str) -> String {
    format!(
        "8b{n:02}1c5a-0000-4000-8000-000000000000\t20250401\t{active}\t999000011000000103\t{refset}\t{component}"
    )
}

fn description(active: &str, concept: &str, kind: &str, term: &str) -> String {
    format!(
        "900000000000013009\t20250401\t{active}\t900000000000207008\t{concept}\ten\t{kind}\t{term}\t900000000000448009"
    )
}

/// A release unpacked: the six sets, one of them with a member taken out, and words for some.
fn release(simple: impl Fn(Vec<String>) -> Vec<String>, newline: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let content = folder.path().join("SnomedCT_UKClinicalRF2/Snapshot/Refset/Content");
    let terminology = folder.path().join("SnomedCT_UKClinicalRF2/Snapshot/Terminology");
    fs::create_dir_all(&content).unwrap();
    fs::create_dir_all(&terminology).unwrap();
    let mut rows = vec![SIMPLE_HEAD.to_owned()];
    for (n, id) in (0u8..).zip(REFSETS) {
        rows.push(member(n, "1", id, "76272004"));
    }
    rows.push(member(50, "0", REFSETS[0], "86406008"));
    rows.push(member(51, "1", REFSETS[1], "86406008"));
    rows.push(member(52, "1", "999000011000000103", "15628003"));
    let text = simple(rows).join(newline) + newline;
    fs::write(content.join("der2_Refset_SimpleUKCLSnapshot_GB1000000_20260401.txt"), text).unwrap();
    // Another kind of file with other columns, and the full history: neither is read.
    fs::write(content.join("der2_sRefset_SimpleMapUKCLSnapshot_GB1000000_20260401.txt"), "x\ty").unwrap();
    fs::write(content.join("der2_Refset_SimpleUKCLFull_GB1000000_20260401.txt"), "x\ty").unwrap();
    let rows = [
        DESCRIPTION_HEAD.to_owned(),
        description("1", "76272004", "900000000000003001", "Syphilis (disorder)"),
        description("0", "76272004", "900000000000003001", "Lues (disorder)"),
        description("1", "76272004", "900000000000013009", "Lues venerea"),
    ];
    let path = terminology.join("sct2_Description_UKCLSnapshot-en_GB1000000_20260401.txt");
    fs::write(path, rows.join(newline) + newline).unwrap();
    folder
}

#[test]
fn a_release_becomes_lists_that_a_live_gateway_takes() {
    for newline in ["\n", "\r\n"] {
        let folder = release(|rows| rows, newline);
        let live = changed(|_| {});
        let said = import::lists(folder.path(), &live.path().join(FOLDER)).unwrap();
        assert!(said.contains("999004351000000109: 1 concepts of 2026-04-01, 0 without words"), "{said}");
        assert!(said.contains("999004371000000100: 2 concepts of 2026-04-01, 1 without words"), "{said}");
        let lists = load(live.path(), false).unwrap();
        assert!(!lists.starter && lists.concepts == 7, "HAZ-023: {lists:?}");
        let text = fs::read_to_string(live.path().join(FOLDER).join(STD)).unwrap();
        assert!(text.contains("\"Syphilis\"") && text.contains("2026-04-01"), "{text}");
        assert!(!text.contains("86406008"), "a member taken out is no member");
    }
}

#[test]
fn a_release_that_is_not_as_released_writes_nothing_and_says_where() {
    type Change = fn(Vec<String>) -> Vec<String>;
    fn last(mut rows: Vec<String>, row: &str) -> Vec<String> {
        rows.push(row.to_owned());
        rows
    }
    let cases: [(Change, &str); 11] = [
        (
            |rows| rows.into_iter().filter(|row| !row.contains(REFSETS[3])).collect(),
            "no member of reference set 999004381000000103",
        ),
        (
            |rows| rows.into_iter().map(|row| row.replace("\t1\t", "\t0\t")).collect(),
            "no member of reference set",
        ),
        (
            |mut rows| {
                rows[0] = rows[0].replace("refsetId", "refSetId");
                rows
            },
            "line 1 is not the head",
        ),
        (
            |mut rows| {
                rows.remove(0);
                rows
            },
            "line 1 is not the head",
        ),
        (|rows| last(rows, "a\tb"), "line 11 has 2 columns"),
        (|rows| last(rows, &(member(60, "1", REFSETS[0], "76272004") + "\t")), "line 11 has 7 columns"),
        (|rows| last(rows, &member(60, "1", REFSETS[0], "76272005")), "`76272005` is not an id of SNOMED CT"),
        (|rows| last(rows, &member(60, "yes", REFSETS[0], "76272004")), "`yes` is not `0` or `1`"),
        (
            |rows| last(rows, &member(60, "1", REFSETS[0], "76272004").replace("20250401", "20251341")),
            "`20251341` is not a date",
        ),
        (|rows| last(rows, &member(60, "1", REFSETS[0], "76272004")), "76272004 stands twice in one set"),
        (|rows| last(rows, &"x".repeat(70_000)), "line 11 is too long"),
    ];
    for (change, expected) in cases {
        let folder = release(change, "\n");
        let out = tempfile::tempdir().unwrap();
        let said = format!("{:?}", import::lists(folder.path(), &out.path().join("new")).unwrap_err());
        let said = said.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(said.contains(expected), "`{expected}` not in `{said}`");
        assert!(!out.path().join("new").exists(), "all or nothing");
    }
}

#[test]
fn a_member_put_in_again_is_a_member() {
    let folder = release(
        |mut rows| {
            rows.push(member(60, "1", REFSETS[0], "86406008"));
            rows
        },
        "\n",
    );
    let out = tempfile::tempdir().unwrap();
    let said = import::lists(folder.path(), out.path()).unwrap();
    assert!(said.contains("999004351000000109: 2 concepts"), "{said}");
}

#[test]
fn text_that_is_not_utf_8_and_a_folder_without_a_release_are_refused() {
    let out = tempfile::tempdir().unwrap();
    let nothing = tempfile::tempdir().unwrap();
    let said = format!("{:?}", import::lists(nothing.path(), out.path()).unwrap_err());
    assert!(said.contains("holds no snapshot"), "{said}");
    let folder = release(|rows| rows, "\n");
    let path = folder.path().join("SnomedCT_UKClinicalRF2/Snapshot/Refset/Content/der2_Refset_SimpleUKCLSnapshot_GB1000000_20260401.txt");
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(b"\xff\xfe");
    fs::write(&path, bytes).unwrap();
    assert!(format!("{:?}", import::lists(folder.path(), out.path()).unwrap_err()).contains("not UTF-8"));
}
