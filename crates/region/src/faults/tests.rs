//! What faults are called and which of them a source meets.

use super::{Fault, Faults};

#[test]
fn every_fault_reads_back_from_its_own_name() {
    let faults = [
        Fault::None,
        Fault::Hang,
        Fault::Slow { ms: 2000 },
        Fault::Status(503),
        Fault::Drop,
        Fault::WrongPerson,
        Fault::Malformed,
        Fault::Empty,
    ];
    for fault in faults {
        assert_eq!(fault.to_string().parse(), Ok(fault));
    }
}

#[test]
fn text_that_names_no_fault_is_refused() {
    for text in ["slow", "slow:", "slow:-1", "slow:2s", "99", "600", "5O3", "HANG", "drop ", "1000000"] {
        assert!(text.parse::<Fault>().is_err(), "{text}");
    }
}

#[test]
fn gp_stands_for_every_practice_without_a_fault_of_its_own() {
    let faults = Faults::new(["gp", "gp:ZZ901", "gp:ZZ902", "acute"].map(str::to_owned).into());
    faults.set("gp", Fault::Drop).unwrap();
    faults.set("gp:ZZ902", Fault::Empty).unwrap();
    assert_eq!(faults.of("gp:ZZ901"), Fault::Drop);
    assert_eq!(faults.of("gp:ZZ902"), Fault::Empty);
    assert_eq!(faults.of("acute"), Fault::None);
    assert!(faults.set("acuet", Fault::Drop).is_err());
}
