//! Takes one file of a release, line by line, gives its rows; refuses another head, another number of columns, an id that fails its
//! check digit, and text that is not UTF-8. A file that is not as released is never read in part.
//! Source: SNOMED CT Release Format 2: Simple Reference Set and Description snapshots.

use super::file::is_sctid;
use std::io::BufRead;

/// A line longer than this is in no release.
const LINE_MAX_BYTES: u64 = 64 * 1024;

const SIMPLE: [&str; 6] = ["id", "effectiveTime", "active", "moduleId", "refsetId", "referencedComponentId"];
const DESCRIPTION: [&str; 9] = [
    "id",
    "effectiveTime",
    "active",
    "moduleId",
    "conceptId",
    "languageCode",
    "typeId",
    "term",
    "caseSignificanceId",
];
/// "Fully specified name".
pub(super) const FULL_NAME: &str = "900000000000003001";

/// Why a file is refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("it cannot be read to its end")]
    Read(#[source] std::io::Error),
    #[error("line 1 is not the head of this kind of file")]
    Head,
    #[error("line {0} is too long, or not UTF-8")]
    Line(usize),
    #[error("line {line} has {columns} columns")]
    Columns { line: usize, columns: usize },
    #[error("line {line}: `{value}` is not {what}")]
    Value { line: usize, value: String, what: &'static str },
}

/// One row of a Simple Reference Set.
pub(super) struct Member {
    pub(super) active: bool,
    pub(super) refset: String,
    pub(super) component: String,
}

/// One row of a Description file.
pub(super) struct Description {
    pub(super) active: bool,
    pub(super) concept: String,
    pub(super) kind: String,
    pub(super) term: String,
}

pub(super) fn members(file: &mut dyn BufRead, each: &mut dyn FnMut(Member)) -> Result<(), Fault> {
    rows(file, &SIMPLE, &mut |line, row| {
        let [id, time, active, module, refset, component] = row else { return Ok(()) };
        if id.len() != 36 || !id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') {
            return Err(wrong(line, id, "an id of a member"));
        }
        for id in [module, refset, component] {
            sctid(line, id)?;
        }
        date(line, time)?;
        let active = flag(line, active)?;
        each(Member { active, refset: (*refset).to_owned(), component: (*component).to_owned() });
        Ok(())
    })
}

pub(super) fn descriptions(file: &mut dyn BufRead, each: &mut dyn FnMut(Description)) -> Result<(), Fault> {
    rows(file, &DESCRIPTION, &mut |line, row| {
        let [id, time, active, module, concept, _, kind, term, _] = row else { return Ok(()) };
        for id in [id, module, concept, kind] {
            sctid(line, id)?;
        }
        date(line, time)?;
        if term.trim().is_empty() {
            return Err(wrong(line, term, "a term"));
        }
        let active = flag(line, active)?;
        let [concept, kind, term] = [concept, kind, term].map(|text| (*text).to_owned());
        each(Description { active, concept, kind, term });
        Ok(())
    })
}

type Each<'e> = &'e mut dyn FnMut(usize, &[&str]) -> Result<(), Fault>;

fn rows(file: &mut dyn BufRead, head: &[&str], each: Each<'_>) -> Result<(), Fault> {
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let mut limited = std::io::Read::take(&mut *file, LINE_MAX_BYTES);
        if limited.read_until(b'\n', &mut bytes).map_err(Fault::Read)? == 0 {
            return if line == 1 { Err(Fault::Head) } else { Ok(()) };
        }
        if bytes.len() as u64 == LINE_MAX_BYTES {
            return Err(Fault::Line(line));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| Fault::Line(line))?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if line == 1 {
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            if text.split('\t').ne(head.iter().copied()) {
                return Err(Fault::Head);
            }
            continue;
        }
        let row: Vec<&str> = text.split('\t').collect();
        if row.len() != head.len() {
            return Err(Fault::Columns { line, columns: row.len() });
        }
        each(line, &row)?;
    }
    Ok(())
}

fn wrong(line: usize, value: &str, what: &'static str) -> Fault {
    Fault::Value { line, value: value.chars().take(40).collect(), what }
}

fn sctid(line: usize, text: &str) -> Result<(), Fault> {
    if is_sctid(text) { Ok(()) } else { Err(wrong(line, text, "an id of SNOMED CT")) }
}

fn flag(line: usize, text: &str) -> Result<bool, Fault> {
    match text {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(wrong(line, text, "`0` or `1`")),
    }
}

fn date(line: usize, text: &str) -> Result<(), Fault> {
    match super::import::date(text) {
        Some(_) => Ok(()),
        None => Err(wrong(line, text, "a date")),
    }
}
