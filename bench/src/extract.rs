//! A council's extract as a file: written by the region, or written again with a mark in every row; and what an independent
//! pass over its bytes counts. The region's extracts put no field into quotation marks, and this relies on it.
//! Source: Adult Social Care Client Level Data, release 1; NHS Data Dictionary, NHS number (check digit).

use crate::{Outcome, dice::Dice};
use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::Path,
};

/// Writes it. Rows.
pub(crate) fn write(path: &Path, people: u64, seed: u64) -> Outcome<u64> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let rows = region::feeds::council_extract(people, seed, &mut out)?;
    out.into_inner().map_err(|error| error.into_error())?.sync_all()?;
    Ok(rows)
}

/// What stands in a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) rows: u64,
    /// Rows whose NHS number passes its check digit and is no row of one digit.
    pub(crate) sure: u64,
    /// Some of those numbers, each once, chosen evenly.
    pub(crate) some: Vec<String>,
}

/// Counts, and chooses so many people.
pub(crate) fn count(path: &Path, choose: usize, dice: &mut Dice) -> Outcome<Counted> {
    let mut lines = BufReader::with_capacity(1 << 20, File::open(path)?).lines();
    let heading = lines.next().ok_or("an empty extract")??;
    let place = column(&heading, "NHS Number")?;
    let mut counted = Counted::default();
    let (mut people, mut before) = (0u64, String::new());
    for line in lines {
        let line = line?;
        counted.rows += 1;
        let number = line.split(',').nth(place).unwrap_or_default();
        if !passes(number) {
            continue;
        }
        counted.sure += 1;
        // The rows of one person stand together.
        if number == before {
            continue;
        }
        before = number.to_owned();
        people += 1;
        if counted.some.len() < choose {
            counted.some.push(before.clone());
        } else if let Some(slot) =
            usize::try_from(dice.below(people)).ok().and_then(|at| counted.some.get_mut(at))
        {
            slot.clone_from(&before);
        }
    }
    Ok(counted)
}

/// The number of one person of an extract.
pub(crate) fn some_number(seed: u64) -> Outcome<String> {
    let mut text = Vec::new();
    region::feeds::council_extract(50, seed, &mut text)?;
    let text = String::from_utf8(text)?;
    let place = column(text.lines().next().unwrap_or_default(), "NHS Number")?;
    let mut numbers = text.lines().filter_map(|line| line.split(',').nth(place));
    Ok(numbers.find(|number| passes(number)).ok_or("an extract without anybody")?.to_owned())
}

/// Marks are told from everything else by this sign, before and behind.
pub(crate) const SIGN: char = '~';

/// The same extract with a mark in the name and in the description of every row.
pub(crate) fn mark(from: &Path, to: &Path, mark: u64) -> Outcome<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(to)?);
    let mut lines = BufReader::with_capacity(1 << 20, File::open(from)?).lines();
    let heading = lines.next().ok_or("an empty extract")??;
    let marked = [column(&heading, "First Name")?, column(&heading, "Event Description")?];
    write!(out, "{heading}\r\n")?;
    for line in lines {
        let line = line?;
        for (place, field) in line.trim_end().split(',').enumerate() {
            let comma = if place == 0 { "" } else { "," };
            match marked.contains(&place) {
                true => write!(out, "{comma}{field} {SIGN}{mark}{SIGN}")?,
                false => write!(out, "{comma}{field}")?,
            }
        }
        out.write_all(b"\r\n")?;
    }
    out.flush()?;
    Ok(())
}

fn column(heading: &str, name: &str) -> Outcome<usize> {
    let found = heading.trim_end().split(',').position(|one| one == name);
    found.ok_or_else(|| format!("the extract has no column `{name}`").into())
}

/// Modulus 11: weights 10 to 2, and what is left to 11 is the last digit; 10 is none. Ten nines pass, and stand for nobody.
fn passes(number: &str) -> bool {
    let digits: Option<Vec<u32>> = number.chars().map(|digit| digit.to_digit(10)).collect();
    let Some([first @ .., check]) = digits.as_deref() else { return false };
    let sum: u32 = first.iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    first.len() == 9 && first.iter().any(|digit| digit != check) && (11 - sum % 11) % 11 == *check
}

#[cfg(test)]
mod tests;
