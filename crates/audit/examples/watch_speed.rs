//! Says how fast the alert rules read a log: takes how many entries, gives entries a second, alerts by rule and the memory
//! held at the end. The entries are synthetic: 3,000 professionals, 40 days, several entries for each opening.

#![expect(clippy::print_stdout, reason = "a program whose output is the point")]

use audit::{
    Entry, How, Key, Kind, Millis, Name, OpeningId, Reason, Relationship, SourceLine, Who, Whom,
    watch::{Thresholds, Watch},
};
use std::{collections::BTreeMap, time::Instant};

const DAY_MS: u64 = 86_400_000;
const DAYS: u64 = 40;
const PROFESSIONALS: u64 = 3_000;
/// Made before the clock runs, and read before the next are made.
const AT_ONCE: u64 = 10_000;

fn main() {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let mut watch = Watch::new(Thresholds::default());
    let (mut took, mut alerts) = (std::time::Duration::ZERO, BTreeMap::<&str, u64>::new());
    for first in (0..count).step_by(usize::try_from(AT_ONCE).unwrap_or(1)) {
        let some: Vec<Entry> = (first..count.min(first + AT_ONCE)).map(|index| entry(index, count)).collect();
        let began = Instant::now();
        for (index, entry) in (first..).zip(&some) {
            for raised in watch.take(index, entry) {
                *alerts.entry(raised.rule.id()).or_default() += 1;
            }
        }
        took += began.elapsed();
    }
    let a_second = count as f64 / took.as_secs_f64();
    println!("{count} entries in {:.2} s: {a_second:.0} a second", took.as_secs_f64());
    println!("alerts: {alerts:?}");
    println!("memory: {}", resident().unwrap_or_else(|| "unknown".to_owned()));
}

/// Of one opening in six entries: the opening, four disclosures, the close; now and then a search or an interruption passed.
fn entry(index: u64, count: u64) -> Entry {
    let opening_number = index / 6;
    let mixed = mix(opening_number);
    let opening = OpeningId::from_bytes(
        u128::from(mixed).wrapping_shl(64).wrapping_add(u128::from(opening_number)).to_be_bytes(),
    );
    let kind = match (index % 6, mixed % 50) {
        (0, 0) => Kind::Find,
        (0, 1) => Kind::Override,
        (0, _) => Kind::Open,
        (5, _) => Kind::Close,
        _ => Kind::Disclosure,
    };
    let at = i64::try_from(index * (DAYS * DAY_MS / count.max(1))).unwrap_or_default();
    let mut entry = Entry::new(kind, Key::edge(kind, &[opening.as_str()]), Millis(at));
    entry.opening = (kind != Kind::Find).then_some(opening);
    entry.cause = match kind {
        Kind::Find => Some(if mixed.is_multiple_of(3) { "found" } else { "nobody" }.to_owned()),
        Kind::Override => Some("identity differs: continued".to_owned()),
        _ => None,
    };
    let route = if mixed.is_multiple_of(20) { "direct" } else { "signed" };
    entry.who = Some(who(mixed % PROFESSIONALS));
    entry.how = Some(how(route));
    entry.whom = Some(whom(mix(mixed) % 1_000_000));
    entry.why = Some(why());
    if kind == Kind::Disclosure {
        entry.sources = vec![line(index % 6)];
    }
    entry
}

fn who(professional: u64) -> Who {
    Who {
        host: "host-a".to_owned(),
        subject: format!("professional-{professional}"),
        name: Name { family: "Quillfeather".to_owned(), given: Vec::new(), title: None },
        role: format!("R{}", 1 + professional % 9),
        claims: Vec::new(),
        organisation: format!("Z{:02}", professional % 11),
        organisation_name: None,
        sds_user_id: Some(format!("5559{professional:08}")),
        sds_role_profile_id: None,
        registration: None,
        map: None,
    }
}

fn how(route: &str) -> How {
    How {
        route: route.to_owned(),
        host: "host-a".to_owned(),
        assurance: 2,
        host_session: None,
        auth_time: None,
        jti_hash: None,
        device: None,
        address: None,
    }
}

fn whom(person: u64) -> Whom {
    let number = format!("{:09}0", 999_000_000 + person % 1_000_000);
    Whom {
        nhs_number: number.clone(),
        sent: number,
        superseded: Vec::new(),
        trace: "found".to_owned(),
        differed: Vec::new(),
    }
}

fn why() -> Reason {
    let evidence = Relationship { code: "host-open".to_owned(), service: None, reference: None };
    Reason {
        purpose: "TREAT".to_owned(),
        relationship: vec![evidence],
        reason_code: None,
        reason_text: None,
        overridden: None,
    }
}

fn line(n: u64) -> SourceLine {
    let levels = [("medications", "full"), ("mental-health", if n == 1 { "full" } else { "summary" })];
    SourceLine {
        source: format!("source-{n}"),
        partner: Some(format!("ZZ90{n}")),
        state: Some("answered".to_owned()),
        categories: levels.map(|(category, level)| (category.to_owned(), level.to_owned())).into(),
        ..SourceLine::default()
    }
}

/// Spreads numbers evenly, the same every time.
fn mix(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

/// Where the operating system says it.
fn resident() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_once(':').map(|(_, size)| size.trim().to_owned())
}
