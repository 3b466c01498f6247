//! Role maps: approvals, dates, and roles that disagree.

use super::{Claimed, Role, RoleMap, Smartcard};
use fhir::OdsCode;
use jiff::civil::{Date, date};

const COLUMNS: &str =
    "host_role,organisation,area,to,emergency_access,from,until,approved_by_1,approved_by_2";

fn map(row: &str) -> Option<RoleMap> {
    RoleMap::read(&format!("{COLUMNS}\n{row}\n")).ok()
}

fn find(row: &str, on: Date) -> Option<Role> {
    let (claims, smartcard) = (["DOCTOR".to_owned()], Smartcard::default());
    let claimed = Claimed { claims: &claims, job_role: None, smartcard: &smartcard };
    map(row)?.find(&claimed, &OdsCode::parse("ZZ910").unwrap(), on).map(|mapped| mapped.role)
}

const TODAY: Date = date(2026, 11, 22);

// shows: T57
#[test]
fn a_row_counts_in_its_time_and_place_only() {
    assert_eq!(find("DOCTOR,ZZ910,,R1,no,2026-01-01,,A,B", TODAY), Some(Role::R1));
    assert_eq!(find("DOCTOR,ZZ910,,R1,no,2026-11-22,2026-11-22,A,B", TODAY), Some(Role::R1));
    for row in [
        "DOCTOR,ZZ910,,R1,no,2026-11-23,,A,B",
        "DOCTOR,ZZ910,,R1,no,2026-01-01,2026-11-21,A,B",
        "DOCTOR,ZZ911,,R1,no,2026-01-01,,A,B",
        "doctor,ZZ910,,R1,no,2026-01-01,,A,B",
        "DOCTOR,ZZ910,ED,R1,no,2026-01-01,,A,B",
    ] {
        assert_eq!(find(row, TODAY), None, "HAZ-047: `{row}`");
    }
}

#[test]
fn a_map_with_one_approver_or_a_slip_is_refused_whole() {
    for row in [
        "DOCTOR,ZZ910,,R1,no,2026-01-01,,A,",
        "DOCTOR,ZZ910,,R1,no,2026-01-01,,A,A",
        "DOCTOR,ZZ910,,R12,no,2026-01-01,,A,B",
        "DOCTOR,ZZ910,,R1,maybe,2026-01-01,,A,B",
        "DOCTOR,ZZ910,,R1,no,01/01/2026,,A,B",
        "DOCTOR,*,,R1,no,2026-01-01,,A,B",
        "DOCTOR,ZZ910,,R8:allergies,no,2026-01-01,,A,B",
        "DOCTOR,zz910,,R1,no,2026-01-01,,A,B",
        ",ZZ910,,R1,no,2026-01-01,,A,B",
        "DOCTOR,ZZ910,,R1,no,2026-01-01,,A,B,C",
        "\"DOCTOR\",ZZ910,,R1,no,2026-01-01,,A,B",
    ] {
        assert!(map(row).is_none(), "HAZ-047: `{row}`");
    }
    assert!(RoleMap::read("").is_err());
    assert!(RoleMap::read("role,organisation\n").is_err());
}

#[test]
fn two_rows_that_disagree_give_no_role() {
    let rows = "DOCTOR,ZZ910,,R1,no,2026-01-01,,A,B\nDOCTOR,ZZ910,,R8,no,2026-01-01,,A,B";
    assert_eq!(find(rows, TODAY), None, "HAZ-047: nobody guesses which was meant");
}
