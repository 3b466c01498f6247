//! What faults are called and which of them a source meets.

use super::{Code, Fault, Faults, WORDS};

#[test]
fn every_fault_reads_back_from_its_own_name() {
    let words = WORDS.iter().map(|(_, fault)| *fault);
    let more = [
        Fault::Slow { ms: 2000 },
        Fault::RetryAfter { s: 7 },
        Fault::Status(503),
        Fault::Outcome(Code::known("NO_PATIENT_CONSENT").unwrap()),
        Fault::Outcome(Code::known("ACCESS DENIED").unwrap()),
    ];
    for fault in words.chain(more) {
        assert_eq!(fault.to_string().parse(), Ok(fault));
    }
    assert_eq!(Fault::Outcome(Code::known("ACCESS DENIED").unwrap()).to_string(), "outcome:ACCESS DENIED");
}

#[test]
fn text_that_names_no_fault_is_refused_with_the_list() {
    for text in [
        "slow",
        "slow:",
        "slow:-1",
        "slow:+1",
        "slow:2s",
        "99",
        "600",
        "+503",
        "5O3",
        "HANG",
        "drop ",
        "1000000",
        "outcome",
        "outcome:",
        "outcome:NO_SUCH_CODE",
        "retry-after",
        "retry-after:soon",
        "hang:5",
    ] {
        let refusal = text.parse::<Fault>().unwrap_err().to_string();
        for word in ["wrong-person", "duplicate-key", "outcome:<code>", "PATIENT_NOT_FOUND", "slow:<ms>"] {
            assert!(refusal.contains(word), "`{text}` is refused without `{word}`");
        }
    }
}

#[test]
fn gp_stands_for_every_practice_and_a_practice_for_every_service_without_a_fault_of_its_own() {
    let names = ["gp", "gp:ZZ901", "gp:ZZ901:html", "gp:ZZ902", "acute"];
    let faults = Faults::new(names.map(str::to_owned).into());
    faults.set("gp", Fault::Drop).unwrap();
    faults.set("gp:ZZ902", Fault::Empty).unwrap();
    assert_eq!(faults.of("gp:ZZ901"), Fault::Drop);
    assert_eq!(faults.of("gp:ZZ901:html"), Fault::Drop);
    assert_eq!(faults.of("gp:ZZ902:structured"), Fault::Empty);
    assert_eq!(faults.of("acute"), Fault::None);
    faults.set("gp:ZZ901:html", Fault::Deep).unwrap();
    assert_eq!((faults.of("gp:ZZ901:html"), faults.of("gp:ZZ901:documents")), (Fault::Deep, Fault::Drop));
    assert!(faults.set("acuet", Fault::Drop).is_err());
}
