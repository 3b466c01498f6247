//! What refuses a row: the column and the reason, never the value.

use super::*;

fn says(fields: Fields) -> String {
    refused(fields).to_string()
}

#[test]
fn a_value_that_cannot_be_read_refuses_its_row_by_column_and_reason() {
    let cases: [(&'static str, &str, &str); 16] = [
        (
            "Event Start Date",
            "31/02/2025",
            "`Event Start Date`: is not a date in a form declared for this feed",
        ),
        (
            "Event Start Date",
            "06/13/2025",
            "`Event Start Date`: is not a date in a form declared for this feed",
        ),
        ("Event Start Date", "2/6/25", "`Event Start Date`: is not a date in a form declared for this feed"),
        (
            "Event Start Date",
            "2025-06-02 14:30",
            "`Event Start Date`: is not a date in a form declared for this feed",
        ),
        ("Event Start Date", "02/06/0025", "`Event Start Date`: lies in an impossible year"),
        ("Event End Date", "01/01/9999", "`Event End Date`: lies in an impossible year"),
        ("Date of Birth", "14/08/1835", "`Date of Birth`: lies in an impossible year"),
        ("Date of Birth", "03/06/2025", "`Date of Birth`: lies after Event Start Date"),
        ("Date of Death", "13/08/1935", "`Date of Death`: lies before Date of Birth"),
        ("Event Start Date", "", "`Event Start Date`: is empty"),
        ("Event End Date", "01/06/2025", "`Event End Date`: lies before Event Start Date"),
        ("Reporting Period End Date", "", "`Reporting Period End Date`: is empty"),
        ("Event Type", "Chat", "`Event Type`: is not one of the standard's event types"),
        ("Client Type", "", "`Client Type`: is not one of the standard's client types"),
        ("LA Code", "NULL", "`LA Code`: is empty"),
        ("Last Name", "Ex\u{7}ample", "`Last Name`: holds a control character"),
    ];
    for (column, value, reason) in cases {
        assert_eq!(says(row(&[(column, value)])), reason);
    }
}

#[test]
fn only_a_service_may_be_open() {
    for kind in ["Request", "Assessment", "Review"] {
        let reason = says(event(kind, &[("Event End Date", "")]));
        assert!(reason.starts_with("`Event End Date`: is empty: requests"), "{reason}");
    }
    assert_eq!(kept(&unit(row(&[])), Column::End), None);
}

#[test]
fn a_row_that_names_nobody_is_refused_and_one_without_a_local_number_is_keyed_by_the_nhs_number() {
    let nobody = row(&[("NHS Number", ""), ("LA Person Unique Identifier", "")]);
    assert_eq!(refused(nobody).field.as_deref(), Some("LA Person Unique Identifier"));
    let numbered = |number| unit(row(&[("NHS Number", number), ("LA Person Unique Identifier", "")]));
    assert_ne!(numbered(ADA).key, numbered(BEN).key);
    assert!(numbered(ADA).local.is_empty());
}

#[test]
fn another_councils_row_is_refused() {
    // HAZ-042
    let own = format("numbers = \"traced\"\nla_codes = [\"099\"]");
    let (_, taken) = read(&own, file(&[row(&[]), row(&[("LA Code", "98")])]).as_bytes());
    assert!(taken[0].1.is_ok());
    assert_eq!(taken[1].1.as_ref().unwrap_err().to_string(), "`LA Code`: is another council's");
}

#[test]
fn a_row_with_a_field_too_few_or_too_many_is_refused() {
    let text = format!("{}099,31/03/2026\n", file(&[]));
    let (_, taken) = read(&format(PLAIN), text.as_bytes());
    assert_eq!(taken[0].1.as_ref().unwrap_err().to_string(), "the row has 2 fields, the heading row 51");
}

#[test]
fn text_behind_a_closing_quotation_mark_refuses_the_row_and_the_next_is_read() {
    let good = file(&[row(&[]), row(&[])]);
    let bad = good.replacen("Ada", "\"Ada\" B", 1);
    let (seen, taken) = read(&format(PLAIN), bad.as_bytes());
    assert_eq!(seen.unwrap().units, 2);
    let refusal = taken[0].1.as_ref().unwrap_err().to_string();
    assert_eq!(refusal, "`First Name`: has text behind its closing quotation mark");
    assert!(taken[1].1.is_ok());
}

#[test]
fn words_nobody_knows_are_kept_as_written() {
    let odd = [
        ("Primary Support Reason", "Support of another kind"),
        ("Service Component", "Something new"),
        ("Event Outcome", "Progress to somewhere"),
        ("Service Type", "Medium Term Support"),
        ("Delivery Mechanism", "By post"),
    ];
    let unit = unit(row(&odd));
    for (name, value) in odd {
        assert_eq!(kept(&unit, Column::named(name).unwrap()).as_deref(), Some(value));
    }
}

#[test]
fn a_refusal_never_tells_the_value() {
    let secret = "Zyxwv";
    for (column, ..) in STANDARD {
        let (_, taken) = read(&format(PLAIN), file(&[row(&[(column.name(), secret)])]).as_bytes());
        let said = match &taken[0].1 {
            Ok(unit) => format!("{unit:?}"),
            Err(refusal) => format!("{refusal} {refusal:?}"),
        };
        assert!(!said.contains(secret), "{column:?}");
    }
}
