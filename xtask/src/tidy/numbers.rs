//! Takes a file, refuses a number that could be a living person's: ten digits that pass the NHS check digit outside 999….
//! Source: NHS Data Dictionary, NHS NUMBER; modulus 11, weights 10 to 2.

#[cfg(test)]
mod tests;

use super::Finding;
use super::tree::File;

/// Files read for everything but this, each with its reason.
const EXCEPTED: [(&str, &str); 0] = [];

/// What may stand between the parts of a number written 3-3-4.
const GAPS: [char; 4] = [' ', '-', '_', '\u{a0}'];

pub(crate) fn check(file: &File) -> Vec<Finding> {
    if file.is_lock() || EXCEPTED.iter().any(|(path, _)| *path == file.path) {
        return Vec::new();
    }
    let message = "a ten-digit number outside 999… passes the NHS check digit: it could be somebody's";
    let lines = file.lines().filter(|(_, line)| candidates(line).iter().any(|digits| is_somebodys(digits)));
    lines.map(|(number, _)| Finding::new(&file.path, number, message)).collect()
}

/// Runs of ten digits, and runs of 3, 3 and 4 with one gap between. A long hexadecimal text is a hash, not a number.
fn candidates(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut runs: Vec<String> = Vec::new();
    let mut joined = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_ascii_digit() {
            match runs.last_mut() {
                Some(run) if joined => run.push(c),
                _ => runs.push(c.to_string()),
            }
            joined = true;
        } else {
            joined = false;
            let single = GAPS.contains(&c) && chars.peek().is_some_and(char::is_ascii_digit);
            if !single {
                found.extend(numbers(&runs));
                runs.clear();
            }
        }
    }
    found.extend(numbers(&runs));
    let hashes = || line.split(|c: char| !c.is_ascii_hexdigit()).filter(|word| word.len() >= 32);
    found.retain(|digits| !hashes().any(|hash| hash.contains(digits)));
    found
}

fn numbers(runs: &[String]) -> Vec<String> {
    let whole = runs.iter().filter(|run| run.len() == 10).cloned();
    let parted =
        runs.windows(3).filter(|parts| parts.iter().map(String::len).eq([3, 3, 4])).map(<[String]>::concat);
    whole.chain(parted).collect()
}

fn is_somebodys(digits: &str) -> bool {
    !digits.starts_with("999") && passes(digits)
}

fn passes(digits: &str) -> bool {
    let values: Vec<u32> = digits.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = values.iter().zip((2..=10).rev()).map(|(value, weight)| value * weight).sum();
    let check = match 11 - sum % 11 {
        11 => 0,
        check => check,
    };
    values.last() == Some(&check)
}
