//! Takes HL7 v3's times, gives FHIR's at the same precision: `20210511095328+0100`, `201701011945+00`, `19890101`. What is no
//! such time stays as it was written. Source: HL7 v3 data types, TS; FHIR R4, dateTime.

/// A dateTime; seconds are filled with zero, since FHIR has no time without them.
pub(in crate::intake::cda) fn date_time(sent: &str) -> String {
    read(sent).unwrap_or_else(|| sent.to_owned())
}

/// The day alone.
pub(in crate::intake::cda) fn day(sent: &str) -> Option<String> {
    let read = read(sent)?;
    Some(read.split_once('T').map_or(read.clone(), |(day, _)| day.to_owned()))
}

fn read(sent: &str) -> Option<String> {
    let sent = sent.trim();
    let zone_at = sent.find(['+', '-', 'Z']).unwrap_or(sent.len());
    let (stamp, zone) = sent.split_at_checked(zone_at)?;
    let (digits, fraction) =
        stamp.split_once('.').map_or((stamp, ""), |(digits, fraction)| (digits, fraction));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(digits) || !all_digits(fraction) {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to);
    let (year, month, day) = (part(0, 4)?, part(4, 6), part(6, 8));
    let date = match (month, day, digits.len()) {
        (None, _, 4) => return Some(year.to_owned()),
        (Some(month), None, 6) => return Some(format!("{year}-{month}")),
        (Some(month), Some(day), _) => format!("{year}-{month}-{day}"),
        _ => return None,
    };
    match digits.len() {
        8 => return Some(date),
        12 | 14 => {}
        _ => return None,
    }
    let second = part(12, 14).unwrap_or("00");
    let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
    Some(format!("{date}T{}:{}:{second}{fraction}{}", part(8, 10)?, part(10, 12)?, offset(zone)?))
}

/// `+01`, `+0100`, `+01:00` and `Z`; none where none was sent.
fn offset(zone: &str) -> Option<String> {
    if zone.is_empty() || zone == "Z" {
        return Some(zone.to_owned());
    }
    let (sign, rest) = zone.split_at_checked(1)?;
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    let (hours, minutes) =
        (digits.get(..2)?, digits.get(2..).filter(|minutes| !minutes.is_empty()).unwrap_or("00"));
    let fits = digits.bytes().all(|byte| byte.is_ascii_digit()) && minutes.len() == 2;
    fits.then(|| format!("{sign}{hours}:{minutes}"))
}

#[cfg(test)]
mod tests {
    use super::{date_time, day};

    #[test]
    fn times_keep_their_precision_and_zone() {
        let cases = [
            ("20210511095328+0100", "2021-05-11T09:53:28+01:00"),
            ("201701011945+00", "2017-01-01T19:45:00+00:00"),
            ("20210511095328.123-0130", "2021-05-11T09:53:28.123-01:30"),
            ("202105110953", "2021-05-11T09:53:00"),
            ("19890101", "1989-01-01"),
            ("198901", "1989-01"),
            ("1989", "1989"),
            ("about 1989", "about 1989"),
            ("2021051109+01", "2021051109+01"),
            ("20210511095328+1", "20210511095328+1"),
            ("198", "198"),
            ("", ""),
            ("é+", "é+"),
        ];
        for (sent, expected) in cases {
            assert_eq!(date_time(sent), expected);
        }
        assert_eq!(day("201701011945+00").as_deref(), Some("2017-01-01"));
        assert_eq!(day("unknown"), None);
    }
}
