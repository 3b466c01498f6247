//! Takes a command, gives its output as it comes and the time it took; a failure names the exact command to run again.

#[cfg(test)]
mod tests;

use crate::say;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One command of a chore.
pub(crate) struct Step<'a> {
    pub(crate) name: &'a str,
    pub(crate) folder: &'a Path,
    pub(crate) command: &'a [&'a str],
    pub(crate) environment: &'a [(&'a str, &'a str)],
}

/// What its output said of tests, summed over every suite it ran.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Runs it in the foreground. Standard output is read line by line, so that tests can be counted as they pass by.
pub(crate) fn run(step: &Step<'_>) -> Result<Counts, String> {
    say::line(&format!("── {}: {}", step.name, shown(step)));
    let began = Instant::now();
    let (program, arguments) = step.command.split_first().ok_or("a step without a command")?;
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(step.folder)
        .envs(step.environment.iter().copied())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: `{program}` cannot be started: {error}", step.name))?;
    let counts = child.stdout.take().map(|out| tee(BufReader::new(out))).unwrap_or_default();
    let status = child.wait().map_err(|error| format!("{}: {error}", step.name))?;
    let took = seconds(began.elapsed());
    if !status.success() {
        return Err(format!("── {} FAILED after {took}. Run it again with:\n   {}", step.name, shown(step)));
    }
    say::line(&format!("── {}: done in {took}", step.name));
    Ok(counts)
}

/// What a program says, without the end of its line.
pub(crate) fn told(folder: &Path, program: &str, arguments: &[&str]) -> Result<String, String> {
    let ran = Command::new(program).args(arguments).current_dir(folder).output();
    let ran = ran.map_err(|error| format!("`{program}` cannot be started: {error}"))?;
    if !ran.status.success() {
        return Err(format!("`{program} {}`: {}", arguments.join(" "), String::from_utf8_lossy(&ran.stderr)));
    }
    Ok(String::from_utf8_lossy(&ran.stdout).trim().to_owned())
}

/// The command as a person would type it from anywhere.
fn shown(step: &Step<'_>) -> String {
    let environment: String =
        step.environment.iter().map(|(name, value)| format!("{name}={value} ")).collect();
    let command: Vec<String> = step.command.iter().map(|word| quoted(word)).collect();
    format!("(cd {} && {environment}{})", quoted(&step.folder.display().to_string()), command.join(" "))
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{word}'") }
}

pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn tee(lines: impl BufRead) -> Counts {
    let mut counts = Counts::default();
    for line in lines.lines().map_while(Result::ok) {
        counts.add(counted(&line));
        say::line(&line);
    }
    counts
}

/// Reads the two runners' own summaries: `test result: ok. 3 passed; 0 failed; 1 ignored; …` and `  12 passed (9.1s)`.
fn counted(line: &str) -> Counts {
    let words: Vec<&str> = line.split_whitespace().collect();
    let browser = matches!(words.as_slice(), [n, "passed" | "failed" | "skipped" | "flaky", ..] if n.parse::<u64>().is_ok());
    let summary = line.starts_with("test result:") || browser && line.starts_with("  ");
    if !summary {
        return Counts::default();
    }
    let before = |what: &[&str]| {
        let here = |pair: &&[&str]| matches!(pair, [_, word] if what.contains(&word.trim_end_matches(';')));
        words.windows(2).find(here).and_then(|pair| pair.first()?.parse().ok()).unwrap_or(0)
    };
    Counts {
        passed: before(&["passed"]),
        failed: before(&["failed"]),
        skipped: before(&["ignored", "skipped"]),
    }
}
