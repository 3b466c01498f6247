//! Takes a number and how many, gives a hospital's messages about that person, one after another: stays from admission to
//! discharge, and results in between. Source: HL7 v2.4, chapters 3 (ADT) and 7 (ORU).

/// Tests of one report.
const TESTS: u32 = 8;

pub(crate) fn of(number: &str, count: u32) -> String {
    (0..count).map(|nth| message(number, nth)).collect()
}

/// Five to a stay: admitted, two reports, moved, discharged.
fn message(number: &str, nth: u32) -> String {
    let (stay, step) = (nth / 5, nth % 5);
    let at = format!("2026{:02}{:02}{:02}00", 1 + stay / 3 % 10, 1 + stay % 3 * 9 + step, 8 + step);
    let (kind, ward) = match step {
        0 => ("ADT^A01", "ASH"),
        1 | 2 => ("ORU^R01", "ASH"),
        3 => ("ADT^A02", "BEECH"),
        _ => ("ADT^A03", "BEECH"),
    };
    // So many fields on.
    let on = |fields: usize| "|".repeat(fields);
    let mut text = format!(
        "MSH|^~\\&|PAS|ZZ910|NODE|ZZ930|{at}||{kind}|M{nth:05}|P|2.4\r\
         EVN||{at}\r\
         PID|1||H100200^^^ZZ910^MR~{number}^^^NHS^NH||ALDERTON^ADA||19400214|F{}01\r\
         PV1|1|I|{ward}^4^2{}MED{}V{stay:04}{}{at}\r",
        on(24),
        on(7),
        on(9),
        on(25)
    );
    if kind == "ORU^R01" {
        let report =
            format!("OBR|1||R{nth:05}^LAB|FBC^Full blood count^LOCAL{}{at}{}{at}||HM|F\r", on(3), on(15));
        text.push_str(&report);
        for test in 1..=TESTS {
            text.push_str(&format!(
                "OBX|{test}|NM|T{test}^Test {test}^LOCAL||{nth}.{test}|g/L|1-200|N|||F\r"
            ));
        }
    }
    text
}
