//! Numbers as they are kept, and as they are read out; what is no number is left alone.

use super::*;

#[test]
fn cui_phone_tid_0001_0005_0006_0007_0009_area_code_apart_without_country_or_brackets() {
    for (rule, kept, read) in [
        ("TID-0001", "+441632960001", "01632 960001"),
        ("TID-0001", "0044 (0)20 7946 0123", "020 7946 0123"),
        ("TID-0005", "(01632) 960001", "01632 960001"),
        ("TID-0006", "01632960001", "01632 960001"),
        ("TID-0006", "07700900123", "07700 900123"),
        ("TID-0007", "0118 496 0123 ext. 45", "0118 496 0123 x45"),
        ("TID-0007", "01184960123x45", "0118 496 0123 x45"),
        ("TID-0009", "01614960123", "0161 496 0123"),
        ("TID-0009", "03000200123", "0300 020 0123"),
        ("TID-0009", "02079460123", "020 7946 0123"),
    ] {
        assert_eq!(shown(kept), read, "{rule}");
    }
}

#[test]
fn what_is_no_number_of_ours_stays_as_it_is() {
    for kept in [
        "Not recorded",
        "+353 1 496 0123",
        "999",
        "01632 960001 / 01632 960002",
        "01632 96000l",
        "ask her daughter",
        "01632 960001 evenings 7",
        "x",
        "ext",
        "0118 496 0123 x",
        "0118 496 0123 ext <b>",
        "٠١٦٣٢٩٦٠٠٠١",
        "+44",
        "",
    ] {
        assert_eq!(shown(kept), kept, "HAZ-052");
    }
}
