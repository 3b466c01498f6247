//! The shipped configuration is whole, and a wrong line is named.

use super::*;

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/demo.toml")
}

fn with(change: impl Fn(String) -> String) -> miette::Result<Config> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("demo.toml");
    std::fs::write(&path, change(std::fs::read_to_string(shipped()).unwrap())).unwrap();
    Config::load(&path)
}

#[test]
fn the_shipped_configuration_names_eleven_partners() {
    let config = Config::load(&shipped()).unwrap();
    assert_eq!(config.sources.len(), 11, "shows: R21");
}

#[test]
fn a_misspelt_key_a_wrong_type_and_a_bare_number_are_each_named() {
    for (from, to, said) in [
        ("training = true", "trainning = true", "unknown field `trainning`"),
        ("training = true", "training = 7", "invalid type"),
        ("wait = \"1500ms\"", "wait = \"1500\"", "is not a duration"),
        ("kind = \"fhir-stu3\"", "kind = \"fhir-stu9\"", "unknown variant"),
        ("default = [\"plans\"", "default = [\"plants\"", "is not a section"),
        ("id = \"eput\"", "id = \"acute\"", "stands twice"),
    ] {
        let report = with(|text| text.replacen(from, to, 1)).err().expect(said);
        assert!(format!("{report:?}").contains(said), "{said}: {report:?}");
    }
}

#[test]
fn training_refuses_a_source_that_is_not_on_this_machine() {
    let report =
        with(|text| text.replacen("http://127.0.0.1/fhir", "https://trust.example/fhir", 1)).err().unwrap();
    assert!(format!("{report:?}").contains("HAZ-054"));
}

#[test]
fn durations_carry_their_unit() {
    assert_eq!(parse_duration("1500ms"), Some(Duration::from_millis(1500)));
    assert_eq!(parse_duration("10m"), Some(Duration::from_secs(600)));
    for wrong in ["", "10", "m", "-1s", "1.5s", "99999999999999999999h", "18446744073709551615h", "10 m"] {
        assert_eq!(parse_duration(wrong), None, "{wrong}");
    }
}
