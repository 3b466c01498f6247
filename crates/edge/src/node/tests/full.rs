//! shows: R53, R62
//! A disk that is full in earnest: takes a small file system, mounted by the test where it may, gives what the node does when
//! nothing more fits on it and when there is room again (HAZ-042, F30).

use super::*;
use crate::{receipt::Outcome, sql::StoreFault, testing::sent::*};
use std::process::Command;

/// Taken off again when the test ends.
struct Mounted(PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

fn mounted(at: &Path, size: &str) -> Option<Mounted> {
    std::fs::create_dir_all(at).unwrap();
    let done =
        Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(at).output();
    if done.is_ok_and(|done| done.status.success()) {
        return Some(Mounted(at.to_owned()));
    }
    println!("NOT TESTED: no file system may be mounted here, so no disk was filled");
    None
}

#[test]
fn on_a_full_disk_what_was_here_is_answered_and_with_room_the_load_goes_on() {
    let fixture = Fixture::with(|config| config.replace("file = \"store.db\"", "file = \"small/store.db\""));
    let small = fixture.state().join("small");
    let Some(_mounted) = mounted(&small, "3m") else { return };
    let live = fixture.start();
    let node = &live.node;
    assert_eq!(fixture.load(node, "asc", 1, &people(5)).outcome, Outcome::Published);
    let before = answered(node, 1);
    let ballast = small.join("ballast");
    std::fs::write(&ballast, vec![1; 1 << 20]).unwrap();
    let services: Vec<Service> = (0..5_000)
        .map(|n| Service {
            person: format!("P{}", n % 40),
            started: format!("{:02}/{:02}/20{:02}", n % 28 + 1, n % 12 + 1, n % 25),
            provider: "Long name ".repeat(4),
            ..service(n % 40)
        })
        .collect();
    let text = csv(&services);
    let manifest = fixture.manifest("asc", 2, &text);
    let fault = fixture.try_load(node, &manifest, &text).unwrap_err();
    assert!(matches!(fault, NodeFault::Store(StoreFault::Full)), "{fault}");
    assert_eq!(answered(node, 1), before, "HAZ-042");
    let mut filled = 0;
    let sent = loop {
        let request = at_intake(&fixture, &live, reqwest::Method::POST, "/feeds/letters/messages");
        let answer = fixture.send(request.body(letter(1, &format!("D{filled}"), &"Rest. ".repeat(20_000))));
        filled += 1;
        if answer.status != 200 || filled > 60 {
            break answer.status;
        }
    };
    assert_eq!(sent, 507, "nothing is acknowledged that is not durable");
    std::fs::remove_file(&ballast).unwrap();
    Command::new("mount").args(["-o", "remount,size=60m"]).arg(&small).output().unwrap();
    let receipt = fixture.load_as(node, &manifest, &text);
    assert_eq!((receipt.outcome, receipt.taken), (Outcome::Published, 5_000), "F30");
    assert!(is_known(node, 39));
    fixture.stop(live);
    fixture.verify_log();
}
