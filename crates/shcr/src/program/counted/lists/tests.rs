//! A file is taken whole or refused by its line, and nobody on it is named.

use super::*;

fn taken(sort: Sort, text: &str) -> Result<Lists, String> {
    let mut lists = Lists::default();
    let organisation = OdsCode::parse("ZZ910").unwrap();
    let file = (Path::new("list.csv"), text);
    add(&mut lists, (sort, &organisation), file).map_err(|fault| fault.to_string())?;
    Ok(lists)
}

fn refused(sort: Sort, text: &str, says: &str) {
    let said = taken(sort, text).unwrap_err();
    assert!(said.contains(says) && !said.contains("5559") && !said.contains("Reed"), "{said}");
}

#[test]
fn a_list_of_leavers_is_taken_whole_or_refused_by_its_line() {
    let mut listed = Lists::default();
    listed.leavers.add("ZZ910", "555900000001", day_of("2026-11-01").unwrap());
    listed.leavers.add("ZZ910", "demo-host/u-7", day_of("2026-10-01").unwrap());
    let text = "\u{feff}user,since\r\n555900000001,2026-11-01\r\n\r\ndemo-host/u-7,2026-10-01\r\n";
    assert_eq!(taken(Sort::Leavers, text), Ok(listed));
    assert_eq!(taken(Sort::Leavers, "user,since\n"), Ok(Lists::default()));
    for (text, says) in [
        ("", "line 1"),
        ("555900000001,2026-11-01\n", "line 1"),
        ("user,since\n555900000001\n", "line 2"),
        ("user,since\n\n555900000001,1.11.2026\n", "line 3"),
        ("user,since\n,2026-11-01\n", "line 2"),
        ("user,since\nSam Reed,2026-11-01\n", "line 2"),
        ("user,since\n\u{0}5559,2026-11-01\n", "line 2"),
        ("user,since\n5559,2026-11-01,more\n", "line 2"),
    ] {
        refused(Sort::Leavers, text, says);
    }
}

#[test]
fn a_roster_is_taken_whole_in_the_clock_of_london() {
    let mut listed = Lists::default();
    let at = |text: &str| Millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
    // The clocks go back that night.
    let night = (at("2026-10-24T19:00:00Z"), at("2026-10-25T08:00:00Z"));
    listed.rosters.add("ZZ910", "5559", night);
    let text = "user,from,until\n5559,2026-10-24T20:00,2026-10-25T08:00\n";
    assert_eq!(taken(Sort::Rosters, text), Ok(listed));
    for (text, says) in [
        ("user,since\n", "line 1"),
        ("user,from,until\n5559,2026-10-24T20:00\n", "line 2"),
        ("user,from,until\n5559,2026-10-24T20:00,2026-10-24T20:00\n", "line 2"),
        ("user,from,until\n5559,2026-10-25T20:00,2026-10-24T20:00\n", "line 2"),
        ("user,from,until\n5559,2026-10-24T20:00Z,2026-10-25T08:00Z\n", "line 2"),
        ("user,from,until\n5559,tonight,tomorrow\n", "line 2"),
    ] {
        refused(Sort::Rosters, text, says);
    }
}

#[test]
fn files_are_read_again_only_where_one_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ZZ910.csv");
    std::fs::write(&path, "user,since\n").unwrap();
    let organisation = OdsCode::parse("ZZ910").unwrap();
    let alerts = Alerts { leavers: [(organisation, path.clone())].into(), ..Alerts::default() };
    let mut files = Files::unread();
    assert!(files.renewed(&alerts).unwrap().is_ok());
    assert!(files.renewed(&alerts).is_none());
    std::fs::write(&path, "user,since\n5559,2026-11-01\n").unwrap();
    assert_ne!(files.renewed(&alerts).unwrap().unwrap(), Lists::default());
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(files.renewed(&alerts), Some(Err(ListFault::Read { .. }))));
}
