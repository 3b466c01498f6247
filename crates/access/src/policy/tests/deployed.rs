//! As a deployment has it: role maps in force, the partners' switches, two signatures, and the agreement of another day.

use super::*;
use crate::{
    role::{Claimed, Smartcard},
    signed_note::SigningKey,
};

/// As the shipped switches name them.
fn sources() -> Vec<SourceFacts> {
    vec![
        source("gp", "ZZ900", PartnerKind::Gp),
        source("acute", "ZZ910", PartnerKind::Live),
        source("essex", "ZZ917", PartnerKind::Edge),
    ]
}

fn host_map(roles: &str, national: bool) -> HostMap {
    HostMap { host: "demo-host".to_owned(), roles: roles.to_owned(), national }
}

fn training() -> Deployment {
    Deployment { training: true, hosts: vec![host_map("roles/demo-host.csv", false)], signers: Vec::new() }
}

fn deployed(copied: &Copied) -> Policy {
    Policy::deployed(&copied.0, &sources(), &training()).unwrap()
}

fn refusal(copied: &Copied) -> String {
    Policy::deployed(&copied.0, &sources(), &training()).unwrap_err().to_string()
}

const HEAD: &str = "source,category,switch,level,named\n";

// shows: R25
#[test]
fn a_partner_switches_each_category_for_nobody_testers_a_pilot_or_everybody() {
    let copied = Copied::new();
    let shown = |line: &str, launch: &Launch| {
        copied.edit("releases/ZZ910.csv", |_| format!("{HEAD}{line}\n"));
        let permit = deployed(&copied).decide(launch, &Circumstances::default()).unwrap();
        let acute = SourceId::new("acute");
        (permit.level(&acute, Category::Problems), permit.is_shared(&acute, Category::Problems))
    };
    let (doctor, nurse) = (by("DOCTOR", "ZZ910"), by("NURSE", "ZZ920"));
    let (none, all) = ((Level::Nothing, false), (Level::Full, true));
    for (line, of_doctor, of_nurse) in [
        ("acute,problems,off,F,", none, none),
        ("acute,allergies,open,F,", none, none),
        ("acute,problems,open,F,", all, all),
        ("acute,problems,open,S,", (Level::Summary, true), (Level::Summary, true)),
        ("*,problems,open,F,", all, all),
        ("acute,problems,pilot,F,ZZ920 ZZ921", none, all),
        ("acute,problems,safety-only,F,user:demo-host/u-1", all, all),
        ("acute,problems,safety-only,F,user:other-host/u-1", none, none),
        ("acute,problems,safety-only,F,role:demo-host/NURSE", none, all),
    ] {
        assert_eq!(shown(line, &doctor), of_doctor, "HAZ-055: {line}");
        assert_eq!(shown(line, &nurse), of_nurse, "HAZ-055: {line}");
    }
    fs::write(copied.0.join("releases/ZZ910.csv"), format!("{HEAD}acute,problems,open,F,\n")).unwrap();
    fs::write(copied.0.join("releases/ZZ910.off"), "").unwrap();
    let permit = deployed(&copied).decide(&doctor, &Circumstances::default()).unwrap();
    assert_eq!(
        permit.asked(&SourceId::new("acute")),
        [],
        "HAZ-055: a partner closes at once, without a signature"
    );
    assert_eq!(
        permit.grant(&SourceId::new("acute"), Category::Problems).limited_by,
        Some(ReasonCode::NotShared)
    );
}

#[test]
fn a_source_without_a_line_lets_out_nothing_and_a_wrong_line_is_refused() {
    let copied = Copied::new();
    fs::remove_file(copied.0.join("releases/ZZ910.csv")).unwrap();
    let permit = deployed(&copied).decide(&by("DOCTOR", "ZZ910"), &Circumstances::default()).unwrap();
    assert_eq!(permit.asked(&SourceId::new("acute")), [], "HAZ-047: default deny");
    for line in [
        "essex,alerts,open,F,",
        "acute,alergies,open,F,",
        "acute,allergies,open,S,",
        "acute,problems,on,F,",
        "acute,problems,pilot,F,",
        "acute,problems,open,F,ZZ910",
        "acute,problems,safety-only,F,u-1",
        "acute,problems,open,F,\nacute,problems,off,F,",
    ] {
        copied.edit("releases/ZZ910.csv", |_| format!("{HEAD}{line}\n"));
        assert!(refusal(&copied).contains("ZZ910.csv"), "HAZ-055: {line}");
    }
}

// shows: R38
#[test]
fn t43_a_role_that_the_map_no_longer_gives_is_not_kept_by_a_launch_of_before() {
    let copied = Copied::new();
    let doctor = by("DOCTOR", "ZZ910");
    let role = |copied: &Copied| {
        deployed(copied).decide(&doctor, &Circumstances::default()).map(|permit| permit.role())
    };
    assert_eq!(role(&copied), Ok(Role::R1));
    copied.edit("roles/demo-host.csv", |text| text.replace("DOCTOR,ZZ910,,R1", "DOCTOR,ZZ910,,R8"));
    assert_eq!(role(&copied), Ok(Role::R8), "HAZ-047: narrowed at the next decision");
    copied.edit("roles/demo-host.csv", |text| text.replace("DOCTOR,ZZ910,,R8", "PORTER,ZZ910,,R8"));
    assert_eq!(role(&copied), Err(Refusal::NoRole), "HAZ-047");
    copied.edit("organisations.csv", |text| text.replace("(demonstration),acute", "(demonstration),icb"));
    copied.edit("roles/demo-host.csv", |text| text.replace("PORTER,ZZ910", "DOCTOR,ZZ910"));
    assert_eq!(role(&copied), Err(Refusal::NoRole), "HAZ-047: the organisation's kind is of now, too");
}

// shows: R34
#[test]
fn t57_a_role_unmapped_expired_early_singly_approved_or_unsigned_is_refused() {
    let copied = Copied::new();
    let doctor = by("DOCTOR", "ZZ910");
    let with = |from: &str, to: &str| {
        let copied = Copied::new();
        copied.edit("roles/demo-host.csv", |text| {
            assert!(text.contains(from));
            text.replacen(from, to, 1)
        });
        Policy::deployed(&copied.0, &sources(), &training())
            .map(|policy| policy.decide(&doctor, &Circumstances::default()).map(|permit| permit.role()))
    };
    for (from, to) in [
        ("DOCTOR,ZZ910", "PORTER,ZZ910"),
        ("R1,yes,2026-01-01,", "R1,yes,2026-01-01,2026-11-21"),
        ("R1,yes,2026-01-01", "R1,yes,2026-11-23"),
    ] {
        assert_eq!(with(from, to).unwrap(), Err(Refusal::NoRole), "HAZ-047: {to}");
    }
    for (from, to) in [("A. Marsh,B. Reed", "A. Marsh,"), ("A. Marsh,B. Reed", "A. Marsh,A. Marsh")] {
        assert!(with(from, to).is_err(), "HAZ-047: {to}");
    }
    let live = Deployment { training: false, ..training() };
    let unsigned = Policy::deployed(&copied.0, &sources(), &live).unwrap_err();
    assert!(matches!(unsigned, PolicyFault::Signatures { .. }), "HAZ-047: {unsigned}");
}

/// Everything signed by these, as `shcr policy sign` does it.
fn sign(copied: &Copied, name: &str, keys: &[&SigningKey]) {
    let text = text_to_sign(&copied.0, name).unwrap();
    let path = copied.0.join(format!("{name}.sig"));
    let note = fs::read_to_string(&path).unwrap_or_default();
    fs::write(path, keys.iter().fold(note, |note, key| key.sign(&note, &text))).unwrap();
}

#[test]
fn t68_an_agreement_is_signed_by_two_of_those_who_may_or_refused() {
    let copied = Copied::new();
    let key = |name| SigningKey::generate(name).unwrap().0;
    let (one, two, stranger) = (key("guardian.example"), key("safety.example"), key("stranger.example"));
    let mut names: Vec<String> = vec!["agreement".to_owned()];
    for folder in ["roles", "releases"] {
        let files = fs::read_dir(copied.0.join(folder)).unwrap().map(|entry| entry.unwrap().file_name());
        names.extend(files.map(|file| format!("{folder}/{}", file.to_string_lossy())));
    }
    let signer = |key: &SigningKey| Signer { key: key.verifier().to_string(), signs: names.clone() };
    let live =
        Deployment { training: false, hosts: training().hosts, signers: vec![signer(&one), signer(&two)] };
    let load = || Policy::deployed(&copied.0, &sources(), &live);
    for name in &names {
        sign(&copied, name, &[&one, &stranger]);
    }
    assert!(matches!(load(), Err(PolicyFault::Signatures { valid: 1, .. })), "HAZ-055: half-signed");
    for name in &names {
        sign(&copied, name, &[&two]);
    }
    let id = load().unwrap().id().to_owned();
    copied.edit("ceilings.csv", |text| {
        text.replace("route,direct,safeguarding,E", "route,direct,safeguarding,F")
    });
    assert!(load().unwrap_err().to_string().contains("`agreement`"), "HAZ-055: changed since it was signed");
    sign(&copied, "agreement", &[&one, &two]);
    assert_ne!(load().unwrap().id(), id, "HAZ-055");
    copied.edit("releases/ZZ910.csv", |text| text.replace("open", "off"));
    assert!(load().unwrap_err().to_string().contains("releases/ZZ910.csv"), "HAZ-055");
    fs::write(copied.0.join("releases/ZZ911.off"), "").unwrap();
    sign(&copied, "releases/ZZ910.csv", &[&one, &two]);
    assert!(load().is_ok(), "HAZ-055: to close needs nobody's signature");
    fs::remove_file(copied.0.join("roles/national.csv")).unwrap();
    assert!(load().is_ok(), "no host rests on it");
    fs::remove_file(copied.0.join("roles/demo-host.csv")).unwrap();
    assert!(load().is_err(), "HAZ-055: partial");
}

#[test]
fn the_demo_hosts_and_the_national_codes_are_mapped_as_agreed() {
    let copied = Copied::new();
    let find =
        |roles: &str, national, claims: &[&str], job: Option<&str>, smartcard: Smartcard, ods: &str| {
            let hosts = vec![host_map(roles, national)];
            let policy =
                Policy::deployed(&copied.0, &sources(), &Deployment { hosts, ..training() }).unwrap();
            let claims: Vec<String> = claims.iter().map(|claim| (*claim).to_owned()).collect();
            let claimed = Claimed { claims: &claims, job_role: job, smartcard: &smartcard };
            let on = jiff::civil::date(2026, 11, 22);
            let found = policy.maps("demo-host").unwrap().find(&claimed, &OdsCode::parse(ods).unwrap(), on);
            found.map(|mapped| (mapped.role, mapped.emergency_access, mapped.demographics_only))
        };
    let plain = Smartcard::default;
    let area = |name: &str| Smartcard { workgroups: vec![name.to_owned()], ..plain() };
    let activity = |code: &str| Smartcard { activity_codes: vec![code.to_owned()], ..plain() };
    let acute = "roles/acute-epr.csv";
    for (claim, card, expected) in [
        ("DOCTOR", plain(), Some((Role::R1, true, false))),
        ("DOCTOR", area("ED"), Some((Role::R3, true, false))),
        ("DOCTOR", area("WARD-7"), Some((Role::R1, true, false))),
        ("AHP", plain(), Some((Role::R2, false, false))),
        ("CODER", plain(), None),
    ] {
        assert_eq!(find(acute, false, &[claim], None, card, "ZZ910"), expected, "HAZ-047: {claim}");
    }
    let council = "roles/council-case-system.csv";
    let assistant = find(council, false, &["TECHNICAL-ASSISTANT"], None, plain(), "ZZ917");
    assert_eq!(assistant, Some((Role::R8, false, true)), "HAZ-047: who the person is, and no more");
    let psychiatrist = find("roles/mental-health-epr.csv", false, &["PSYCHIATRIST"], None, plain(), "ZZ911");
    assert_eq!(psychiatrist, Some((Role::R5, true, false)));
    let gp = "roles/gp-system.csv";
    let by_code = |card| find(gp, false, &["GP"], Some("S8000:G8000:R8000"), card, "ZZ901");
    assert_eq!(by_code(plain()), Some((Role::R1, false, false)), "HAZ-047: no activity, no emergency access");
    for code in ["B0168", "B0082", "B0083"] {
        assert_eq!(by_code(activity(code)), Some((Role::R1, true, false)));
    }
    assert_eq!(by_code(activity("B0999")), Some((Role::R1, false, false)), "HAZ-047");
    let national =
        |on: bool, claim: &str, job: &str, card| find(acute, on, &[claim], Some(job), card, "ZZ910");
    assert_eq!(
        national(false, "LOCUM", "S8000:G8000:R8001", plain()),
        None,
        "HAZ-047: only where registered"
    );
    assert_eq!(national(true, "LOCUM", "S8000:G8000:R8001", plain()), Some((Role::R2, false, false)));
    assert_eq!(national(true, "LOCUM", "S8000:G8000:R8001", area("111")), Some((Role::R3, false, false)));
    assert_eq!(
        national(true, "WARD-CLERK", "S8000:G8000:R8000", plain()),
        Some((Role::R8, false, false)),
        "HAZ-047: the partner's own row stands"
    );
    assert_eq!(national(true, "LOCUM", "S8000:G8000:R9999", plain()), None, "HAZ-047");
    assert_eq!(national(true, "LOCUM", "UNK", plain()), None, "HAZ-047");
}

#[test]
fn training_has_a_purpose_of_its_own() {
    let copied = Copied::new();
    let launch = launch(|c| c["extensions"]["ihe_iua"]["purpose_of_use"] = json!(["HTEST"]));
    assert!(deployed(&copied).decide(&launch, &Circumstances::default()).is_ok());
    assert_eq!(decide(&launch).unwrap_err(), Refusal::Purpose, "HAZ-054: not among real people");
}

#[test]
fn t67_the_agreement_of_another_day_decides_as_it_did_then() {
    let copied = Copied::new();
    let then = deployed(&copied);
    let permit = then.decide(&by("DOCTOR", "ZZ910"), &Circumstances::default()).unwrap();
    let kept = Copied::new();
    for (name, text) in then.to_keep() {
        let path = kept.0.join("kept").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    copied.edit("matrix.csv", |text| text.replace("problems,F", "problems,S"));
    let now = deployed(&copied);
    let dir = kept.0.join("kept");
    let again = Policy::of_then(&dir, then.id()).unwrap();
    let decided = |policy: &Policy| policy.decide_as_recorded(permit.facts()).unwrap().unwrap().digest();
    assert_eq!(decided(&again), permit.digest(), "HAZ-055");
    assert_ne!(decided(&now), permit.digest());
    assert!(matches!(Policy::of_then(&dir, now.id()), Err(KeptFault::Altered(_))), "HAZ-055");
    fs::write(dir.join("agreement/matrix.csv"), fs::read_to_string(copied.0.join("matrix.csv")).unwrap())
        .unwrap();
    assert!(matches!(Policy::of_then(&dir, then.id()), Err(KeptFault::Altered(_))), "HAZ-055");
    assert!(matches!(Policy::of_then(&dir.join("x"), "x"), Err(KeptFault::Absent(_))));
    assert!(now.decide_as_recorded("role=R1").is_none(), "a line that is not whole decides nothing");
}

#[test]
fn two_agreements_differ_in_the_cells_that_changed_and_in_no_others() {
    let copied = Copied::new();
    copied.edit("matrix.csv", |text| {
        text.replace("results,F,F,F,F,F,-", "results,F,F,F,F,F,S")
            .replace("results,F,F,F,F,F,S", "results,F,F,F,F,F,F")
    });
    let grid = |policy: &Policy| {
        let of = |assurance| GridOf {
            route: crate::launch::Route::Signed,
            assurance,
            kind: "none".to_owned(),
            organisation: None,
            source: None,
        };
        [2, 0].map(|assurance| policy.grid_text(&of(assurance)).unwrap()).concat()
    };
    let (golden, now) = (grid(&POLICY), Policy::load(&copied.0, &sources()).unwrap());
    let said = differences(&golden, &grid(&now));
    assert!(
        said.contains("route signed, assurance 2, organisation none: R6 results: - -> F"),
        "HAZ-055: {said}"
    );
    assert!(
        said.lines().all(|line| line.contains("R6 results") || line.contains(": as: ")),
        "HAZ-055: {said}"
    );
    assert_eq!(differences(&golden, &golden), "");
    let folded = |block: &str| format!("== one\n R1\nresults F\n\n== two: as one\n{block}");
    let said = differences(&folded(""), &folded("").replace("results F", "results S"));
    assert_eq!(
        said, "one: R1 results: F -> S\ntwo: R1 results: F -> S\n",
        "HAZ-055: also where it is folded"
    );
}
