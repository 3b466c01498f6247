//! Headings are matched by name; a file that lacks one it must have is refused whole.

use super::*;
use crate::intake::client_level_data::{Misconfigured, columns::Taking};

fn headings(names: &[String]) -> String {
    file(&[row(&[])]).replacen(&file(&[]), &format!("{}\n", names.join(",")), 1)
}

fn standard() -> Vec<String> {
    STANDARD.iter().map(|(_, name, _)| (*name).to_owned()).collect()
}

fn whole(format: &ClientLevelData, text: &str) -> String {
    read(format, text.as_bytes()).0.unwrap_err().to_string()
}

#[test]
fn every_column_stands_in_the_table_where_its_name_says() {
    for (column, name, taking) in STANDARD {
        assert_eq!((column.name(), Column::named(name)), (name, Some(column)));
        assert_eq!(
            (column.is_left(), column.is_needed()),
            (taking == Taking::Left, taking == Taking::Needed)
        );
    }
}

#[test]
fn headings_match_without_case_blanks_dashes_underscores_dots_and_colons() {
    let plain = units(&format(PLAIN), &file(&[row(&[])]));
    let spellings: [fn(&str) -> String; 4] = [
        |name| name.to_uppercase().replace(' ', "_"),
        |name| name.to_lowercase().replace(' ', "-").replace(':', ""),
        |name| name.replace(' ', " – ").replace('_', "."),
        |name| format!("\u{a0}{}: ", name.replace(' ', "")),
    ];
    for spell in spellings {
        let names: Vec<String> = standard().iter().map(|name| spell(name)).collect();
        let (seen, taken) = read(&format(PLAIN), headings(&names).as_bytes());
        assert!(seen.unwrap().unknown.is_empty());
        assert!(taken[0].1.as_ref().unwrap().body == plain[0].body);
    }
}

#[test]
fn a_file_without_mandatory_columns_is_refused_and_all_are_named() {
    // HAZ-042
    let names = ["LA Code", "NHS Number", "Event Type", "Event Start Date", "Service Type"];
    let refusal = whole(&format(PLAIN), &table(&names, &[row(&[])]));
    for (_, name, taking) in STANDARD {
        let is_missing = taking == Taking::Needed && !names.contains(&name);
        assert_eq!(refusal.contains(&format!("`{name}`")), is_missing, "{name}: {refusal}");
    }
    let needed: Vec<&str> = STANDARD.iter().filter(|s| s.2 == Taking::Needed).map(|s| s.1).collect();
    assert_eq!(units(&format(PLAIN), &table(&needed, &[row(&[])])).len(), 1);
    assert_eq!(whole(&format(PLAIN), ""), "the file is empty");
}

#[test]
fn two_headings_that_mean_one_column_refuse_the_file() {
    let mut names = standard();
    names[1] = "nhs_number".into();
    let refusal = whole(&format(PLAIN), &headings(&names));
    assert_eq!(refusal, "line 1: two headings mean the same column: `nhs_number` and `NHS Number`");
    let own = format("numbers = \"traced\"\n[columns]\n\"NHS Number\" = \"NHS ID\"");
    names[1] = "NHS ID".into();
    assert!(whole(&own, &headings(&names)).contains("`NHS ID` and `NHS Number`"));
}

#[test]
fn unknown_columns_are_kept_with_their_row_and_counted_and_never_shown() {
    let rows = [("walks far", "x"), ("", ""), ("NULL", "y")];
    let mut text = file(&rows.map(|_| row(&[]))).lines().map(str::to_owned).collect::<Vec<_>>();
    text[0].push_str(",Walking,Walking");
    for (line, (first, second)) in text.iter_mut().skip(1).zip(rows) {
        line.push_str(&format!(",{first},{second}"));
    }
    let format = format(PLAIN);
    let (seen, taken) = read(&format, text.join("\n").as_bytes());
    let counted = [("Walking".to_owned(), 1), ("Walking (column 53)".to_owned(), 2)];
    assert_eq!(seen.unwrap().unknown, counted);
    let units: Vec<Unit> = taken.into_iter().map(|(_, unit)| unit.unwrap()).collect();
    assert!(String::from_utf8_lossy(&units[0].body).contains("walks far"));
    assert!(show(&format, &units).iter().all(|one| !one.json.contains("walks far")));
}

#[test]
fn columns_of_money_and_columns_left_out_are_not_kept() {
    let left = format("numbers = \"traced\"\nleave_out = [\"next of kin\", \"Gender\"]");
    let mut text = file(&[row(&[("Unit Cost", "17.40"), ("Client Funding Status", "Self-funder")])]);
    text = text.replacen("Team\n", "Team,Weekly_Cost,Next-of-kin\n", 1);
    text = format!("{},512.10,Zoe Other\n", text.trim_end());
    let (seen, taken) = read(&left, text.as_bytes());
    let seen = seen.unwrap();
    assert!(seen.unknown.is_empty());
    assert!(seen.remarks.contains(&"columns not taken: Gender, Weekly_Cost, Next-of-kin".to_owned()));
    let body = String::from_utf8(taken[0].1.as_ref().unwrap().body.clone()).unwrap();
    for never in ["17.40", "Self-funder", "512.10", "Zoe", "Female"] {
        assert!(!body.contains(never), "{never}");
    }
}

/// The file as a system with other headings exports it, its values in that system's words.
fn exported(preset: &str, words: &[(&'static str, &str)]) -> (ClientLevelData, String) {
    let settings: Settings =
        toml::from_str("numbers = \"traced\"\ncolumns_file = \"columns/preset.toml\"").unwrap();
    let format = ClientLevelData::new(&settings, Some(preset)).unwrap();
    let map: toml::Table = toml::from_str(preset).unwrap();
    let columns = map["columns"].as_table().unwrap();
    let names: Vec<String> =
        STANDARD.iter().map(|(_, name, _)| columns[*name].as_str().unwrap().to_owned()).collect();
    let text = file(&[row(words)]).replacen(&file(&[]), &format!("{}\n", names.join(",")), 1);
    (format, text)
}

#[test]
fn both_presets_name_every_column_and_read_as_the_standard_does() {
    let mosaic = include_str!("../../../../../../config/edge/columns/mosaic.toml");
    let liquidlogic = include_str!("../../../../../../config/edge/columns/liquidlogic.toml");
    let mosaic = exported(mosaic, &[("Event Type", "Service provision"), ("Client Type", "ADULT")]);
    let words = [("Event Type", "Provision"), ("Client Type", "Client"), ("Gender", "F")];
    let plain = &units(&format(PLAIN), &file(&[row(&[])]))[0];
    for (format, text) in [mosaic, exported(liquidlogic, &words)] {
        let (seen, taken) = read(&format, text.as_bytes());
        assert!(seen.unwrap().unknown.is_empty());
        let unit = taken[0].1.as_ref().unwrap();
        assert!(unit.body == plain.body && unit.key == plain.key && unit.order == plain.order);
    }
}

#[test]
fn the_column_map_is_read_from_where_the_configuration_lies() {
    let folder = tempfile::tempdir().unwrap();
    let settings: Settings = toml::from_str("numbers = \"traced\"\ncolumns_file = \"map.toml\"").unwrap();
    let missing = ClientLevelData::load(&settings, folder.path()).unwrap_err();
    assert!(matches!(missing, Misconfigured::File(_)));
    std::fs::write(folder.path().join("map.toml"), "[columns]\n\"NHS Number\" = \"N\"").unwrap();
    let format = ClientLevelData::load(&settings, folder.path()).unwrap();
    assert_eq!(units(&format, &file(&[row(&[])]).replacen("NHS Number", "N", 1)).len(), 1);
    std::fs::write(folder.path().join("map.toml"), "[colums]").unwrap();
    assert!(ClientLevelData::load(&settings, folder.path()).is_err());
}

#[test]
fn what_the_feed_says_goes_before_the_preset() {
    let preset = "[columns]\n\"NHS Number\" = \"A\"\n[values.Gender]\nW = \"Other\"";
    let own = "numbers = \"traced\"\ncolumns_file = \"x\"\ncolumns = { \"NHS Number\" = \"B\" }\nvalues = { Gender = { W = \"Female\" } }";
    let settings: Settings = toml::from_str(own).unwrap();
    let format = ClientLevelData::new(&settings, Some(preset)).unwrap();
    let text = file(&[row(&[("Gender", "w")])]).replacen("NHS Number", "B", 1);
    assert_eq!(kept(&units(&format, &text)[0], Column::Gender).as_deref(), Some("Female"));
}

#[test]
fn a_map_that_says_two_things_is_refused_before_any_file() {
    let refusal = |toml: &str| {
        let settings: Settings = toml::from_str(&format!("numbers = \"traced\"\n{toml}")).unwrap();
        ClientLevelData::new(&settings, None).unwrap_err()
    };
    let name = |name: &str| name.to_owned();
    assert_eq!(refusal("columns = { \"Shoe Size\" = \"S\" }"), Misconfigured::NoColumn(name("Shoe Size")));
    assert_eq!(refusal("values = { \"Shoe Size\" = {} }"), Misconfigured::NoColumn(name("Shoe Size")));
    let twice = "columns = { \"NHS Number\" = \"N\", \"LA Code\" = \"n\" }";
    assert!(matches!(refusal(twice), Misconfigured::Twice(_)));
    let spelt = "columns = { \"NHS Number\" = \"N\", \"nhs_number\" = \"M\" }";
    assert!(matches!(refusal(spelt), Misconfigured::Heading(_)));
    assert!(matches!(refusal("columns = { \"NHS Number\" = \" \" }"), Misconfigured::Heading(_)));
    assert_eq!(refusal("flags_as = { Gender = \"alert\" }"), Misconfigured::NoFlag(name("Gender")));
    assert_eq!(refusal("dates = []"), Misconfigured::NoDates);
    assert_eq!(refusal("columns_file = \"x\""), Misconfigured::NoFile);
    for delimiter in ["\\\"", "\\n", "é"] {
        assert_eq!(refusal(&format!("delimiter = \"{delimiter}\"")), Misconfigured::Delimiter);
    }
    let unsure = "numbers = { status-column = { heading = \"S\", verified = [] } }";
    let settings: Settings = toml::from_str(unsure).unwrap();
    assert_eq!(ClientLevelData::new(&settings, None).unwrap_err(), Misconfigured::NoVerified);
}

#[test]
fn settings_refuse_what_they_do_not_know_and_never_assume_that_numbers_are_traced() {
    assert!(toml::from_str::<Settings>("numbers = \"traced\"\nnumber = 1").is_err());
    assert!(toml::from_str::<Settings>("").is_err());
    assert!(toml::from_str::<Settings>("numbers = \"traced\"\ndates = [\"mm/dd/yyyy\"]").is_err());
}

#[test]
fn another_delimiter_is_declared() {
    let format = format("numbers = \"traced\"\ndelimiter = \"\\t\"");
    let text = file(&[row(&[])]).replace(',', "\t");
    assert_eq!(units(&format, &text).len(), 1);
}
