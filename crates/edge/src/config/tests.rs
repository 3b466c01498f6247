//! shows: R25, R38
//! Every mistake is named with its key, all of them at once, and nothing is opened before all of it is right (HAZ-055).

use super::*;
use crate::testing::Fixture;

/// What is said of the fixture's configuration with `from` written as `to`.
fn said(from: &str, to: &str) -> String {
    let fixture = Fixture::new();
    fixture.reconfigure(from, to);
    match Config::load(&fixture.config_path()) {
        Ok(_) => panic!("taken: {to}"),
        Err(fault) => fault.to_string(),
    }
}

#[test]
fn the_fixtures_own_is_right_and_its_paths_are_whole() {
    let fixture = Fixture::new();
    let config = Config::load(&fixture.config_path()).unwrap();
    assert_eq!(config.feeds.len(), 7);
    let state = fixture.state();
    assert_eq!((config.audit.store, config.key.file), (state.join("audit.db"), Some(state.join("key.hex"))));
    assert_eq!(config.feeds[0].folder, Some(state.join("inbox")));
    assert_eq!(config.serve.tls.identity_file, state.join("server.pem"));
    assert_eq!((config.feeds[0].refused_at_most_percent, config.feeds[0].shrinks_at_most_percent), (5, 20));
    assert_eq!(config.feeds[6].keep, Some(Duration::from_secs(30 * 86_400)));
}

/// What is written, what instead, and what is said of it.
const MISTAKES: [(&str, &str, &str); 23] = [
    ("partner = \"ZZ917\"", "partner = \"not one\"", "partner: not an ODS code"),
    ("training = true", "trainning = true", "unknown field `trainning`"),
    ("file = \"key.hex\"", "", "key: give `file` or `command`, one of them"),
    (
        "file = \"key.hex\"",
        "file = \"key.hex\"\ncommand = [\"x\"]",
        "key: give `file` or `command`, one of them",
    ),
    ("file = \"key.hex\"", "file = \"key.hex\"\nrenew = \"1h\"", "key.renew: only a key `command`"),
    ("kind = \"sqlite\"", "kind = \"paper\"", "unknown variant `paper`"),
    ("listen = \"127.0.0.1:0\"", "listen = \"here\"", "invalid socket address"),
    ("id = \"changes\"", "id = \"asc\"", "feeds `asc`: stands twice"),
    ("id = \"asc\"", "id = \"Adult Care\"", "feeds `Adult Care`: id: lower-case letters"),
    (
        "format = \"client-level-data\"",
        "format = \"paper\"",
        "feeds `asc`: format: `paper` is none of `client-level-data`, `hl7-v2`",
    ),
    (
        "format = \"hl7-v2\"\nmode = \"messages\"",
        "format = \"hl7-v2\"\nmode = \"snapshot\"",
        "feeds `pas`: mode: `hl7-v2` does not come as `snapshot`",
    ),
    ("mode = \"snapshot\"", "mode = \"sometimes\"", "`sometimes` is not `snapshot`, `delta` or `messages`"),
    ("every = \"24h\"", "every = \"24\"", "`24` is not a duration"),
    ("every = \"24h\"", "every = \"27h\"", "feeds `asc`: `every`, `overdue_after` and `withhold_after`"),
    (
        "withhold_after = \"14d\"",
        "withhold_after = \"1h\"",
        "feeds `asc`: `every`, `overdue_after` and `withhold_after`",
    ),
    ("manifest = \"plain\"", "manifest = \"none\"", "feeds `changes`: manifest: an extract needs one"),
    ("manifest_key_file = \"sender.pub.pem\"", "", "feeds `asc`: manifest_key_file: a signed manifest needs"),
    ("folder = \"inbox\"", "keep = \"30d\"", "feeds `asc`: keep: only messages grow old"),
    (
        "folder = \"inbox\"",
        "mllp = { listen = \"127.0.0.1:0\" }",
        "feeds `asc`: mllp: only `hl7-v2` comes over MLLP",
    ),
    (
        "mllp = { listen = \"127.0.0.1:0\" }",
        "mllp = { listen = \"0.0.0.0:0\" }",
        "feeds `pas`: mllp.tls: without it only this machine",
    ),
    (
        "settings = { numbers = \"traced\", descriptions = true, la_codes = [\"099\"] }",
        "",
        "feeds `asc`: settings: missing field `numbers`",
    ),
    (
        "settings = { version = \"r4\" }",
        "settings = { version = \"r9\" }",
        "feeds `bulk`: settings: unknown variant `r9`",
    ),
    (
        "format = \"bars\"",
        "format = \"bars\"\nsettings = { x = 1 }",
        "feeds `ambulance`: settings: unknown field `x`",
    ),
];

#[test]
fn haz_055_every_mistake_is_named_with_its_key() {
    for (from, to, words) in MISTAKES {
        let said = said(from, to);
        assert!(said.contains(words), "{to}: {said}");
        assert!(said.contains("edge.toml"), "the file is named: {said}");
    }
}

#[test]
fn several_mistakes_are_told_together() {
    let fixture = Fixture::new();
    fixture.reconfigure("partner = \"ZZ917\"", "partner = \"?\"");
    fixture.reconfigure("manifest = \"plain\"", "manifest = \"none\"");
    let fault = Config::load(&fixture.config_path()).unwrap_err();
    assert_eq!(fault.reasons.len(), 2, "{fault}");
}

#[test]
fn what_is_no_configuration_is_refused_by_name() {
    let fixture = Fixture::new();
    let path = fixture.dir.path().join("none.toml");
    assert!(Config::load(&path).unwrap_err().to_string().contains("it cannot be read"));
    std::fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(Config::load(&path).is_err());
    std::fs::write(&path, vec![b'#'; usize::try_from(SIZE_MAX_BYTES).unwrap() + 1]).unwrap();
    assert!(Config::load(&path).unwrap_err().to_string().contains("larger than"));
    let whole = std::fs::read_to_string(fixture.config_path()).unwrap();
    for cut in (0..whole.len()).step_by(7) {
        fixture.configure(whole.get(..cut).unwrap());
        // A file cut between two feeds is a smaller node's, and right.
        let _ = Config::load(&fixture.config_path());
    }
    fixture.configure("partner = \"ZZ917\"");
    assert!(Config::load(&fixture.config_path()).unwrap_err().to_string().contains("missing field"));
}

#[test]
fn files_that_are_not_what_they_should_be_are_named_before_anything_listens() {
    let name = |file: &str, text: &str, words: &str| {
        let fixture = Fixture::new();
        fixture.put(file, text);
        let said = match fixture.try_open() {
            Err(fault) => fault.to_string(),
            Ok(node) => match fixture.runtime.block_on(node.start()) {
                Ok(_) => panic!("it started: {file}"),
                Err(fault) => fault.to_string(),
            },
        };
        assert!(said.contains(words), "{file}: {said}");
    };
    name("sender.pub.pem", "no key", "manifest_key_file: not a public key");
    name("audit.hex", "zz", "64 hexadecimal digits");
    name("server.pem", "no certificate", "server.pem` holds no private key in PEM");
    name("ca.pem", "nobody", "ca.pem` holds no authority");
}

#[test]
fn durations_carry_their_unit() {
    let s = |text| parse_duration(text).map(|duration| duration.as_secs());
    assert_eq!(
        [s("90s"), s("15m"), s("24h"), s("14d")],
        [Some(90), Some(900), Some(86_400), Some(1_209_600)]
    );
    for wrong in
        ["", "s", "1", "1w", "-1h", "0d", "1.5h", "99999999999999999999d", "18446744073709551615d", "ä"]
    {
        assert_eq!(s(wrong), None, "{wrong}");
    }
}
