//! A key is 32 bytes from a place only its owner reads; two keys have nothing in common.

use super::*;
use std::os::unix::fs::PermissionsExt;

fn key(byte: u8) -> PartnerKey {
    PartnerKey::of(&[byte; 32]).unwrap()
}

#[test]
fn every_person_and_purpose_has_a_key_of_its_own() {
    let purposes = [
        Purpose::Person("9990000018"),
        Purpose::Person("9990000026"),
        Purpose::Unfiled,
        Purpose::Node,
        Purpose::File,
        Purpose::Backup,
    ];
    let mut seen = std::collections::HashSet::new();
    for key in [key(1), key(2)] {
        for purpose in purposes {
            assert!(seen.insert(key.bytes(purpose).unwrap()));
        }
    }
    assert_ne!(key(1).id, key(2).id);
    assert_eq!(key(1).id, key(1).id);
}

#[test]
fn a_key_is_64_hexadecimal_digits_and_nothing_else() {
    let digits = "0a".repeat(32);
    assert_eq!(PartnerKey::from_hex(&format!("{digits}\n")).unwrap().id, key(10).id);
    for wrong in
        ["", "0a", digits.get(..62).unwrap(), &format!("{digits}00"), &"zz".repeat(32), &"+a".repeat(32)]
    {
        assert!(matches!(PartnerKey::from_hex(wrong), Err(KeyFault::Form)), "{}", wrong.len());
    }
}

#[test]
fn a_key_file_that_others_may_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("edge.key");
    std::fs::write(&path, "0a".repeat(32)).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    assert!(matches!(PartnerKey::from_file(&path), Err(KeyFault::Open(_))));
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    assert_eq!(PartnerKey::from_file(&path).unwrap().id, key(10).id);
    assert!(matches!(PartnerKey::from_file(&folder.path().join("none")), Err(KeyFault::File(..))));
}

#[test]
fn a_key_service_is_a_command_that_prints_the_key() {
    let command = |text: &str| ["sh", "-c", text].map(str::to_owned);
    let good = format!("printf %s {}", "0a".repeat(32));
    assert_eq!(PartnerKey::from_command(&command(&good)).unwrap().id, key(10).id);
    assert!(matches!(PartnerKey::from_command(&command("exit 3")), Err(KeyFault::Status(_))));
    assert!(matches!(PartnerKey::from_command(&command("echo no")), Err(KeyFault::Form)));
    assert!(matches!(PartnerKey::from_command(&["/nowhere/at/all".to_owned()]), Err(KeyFault::Command(_))));
    assert!(matches!(PartnerKey::from_command(&[]), Err(KeyFault::Form)));
}

// shows: A46
#[test]
fn nothing_of_a_key_is_printed() {
    assert_eq!(format!("{:?}", key(1)), "PartnerKey(…)");
}
