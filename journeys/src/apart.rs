//! A test in namespaces of its own: takes its name, runs it again where it is root over a network, or over mounts, that nobody else has
//! (unshare(1)); says loudly where the system forbids that, and fails where nothing may be left out (`SHCR_NOTHING_LEFT_OUT`).

use std::{io::Write, process::Command};

/// Set for the test that runs inside.
const INSIDE: &str = "SHCR_TEST_APART";

/// Whether this is the run inside. Outside it runs the test of that whole name, such as `packets::f34_…`, inside, and fails with it.
/// `namespaces` as `unshare` writes them, such as `-mn`.
pub fn is_inside(namespaces: &str, test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    if !allows(namespaces) {
        left_out(&format!("{test}: this system allows no namespaces ({namespaces}) without rights"));
        return false;
    }
    let this = std::env::current_exe().expect("a test knows its own program");
    let run = Command::new("unshare")
        .args(["-r", namespaces, "--"])
        .arg(this)
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .expect("it could be started before");
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "inside: {said}");
    assert!(said.contains("1 passed"), "no test is called `{test}`: {said}");
    // What it found, without what a runner of tests says of itself: that is counted outside.
    let runners = |line: &str| line.is_empty() || line.starts_with("test ") || line.starts_with("running ");
    said.lines()
        .filter(|line| !runners(line))
        .for_each(|line| drop(writeln!(std::io::stderr().lock(), "{line}")));
    false
}

/// Whether somebody without rights may be root in such namespaces here, and do there what they are for.
pub fn allows(namespaces: &str) -> bool {
    let works = |letter: char, words: &[&str]| {
        let tried = || Command::new("unshare").args(["-r", namespaces, "--"]).args(words).output();
        !namespaces.contains(letter) || tried().is_ok_and(|tried| tried.status.success())
    };
    works('n', &["ip", "link", "set", "lo", "up"]) && works('m', &["mount", "--bind", "/tmp", "/tmp"])
}

/// Inside a network of its own: has `lo` carry packets.
pub fn raise_loopback() {
    run("ip", &["link", "set", "lo", "up"]);
}

/// Inside: a command that must go well.
pub fn run(program: &str, arguments: &[&str]) {
    let ran = Command::new(program).args(arguments).output().expect("the program is there");
    assert!(ran.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// Says past whoever gathers a test's output that something was not looked at. Fails where nothing may be left out.
pub fn left_out(why: &str) {
    assert!(std::env::var_os("SHCR_NOTHING_LEFT_OUT").is_none(), "left out: {why}");
    say_left_out(why);
}

/// The same of what only root over the whole machine can look at.
pub fn say_left_out(why: &str) {
    // A terminal that is gone hears nothing.
    let _ = writeln!(std::io::stderr().lock(), "LEFT OUT: {why}");
}
