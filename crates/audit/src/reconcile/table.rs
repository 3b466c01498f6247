//! Takes a table as an information system or a national service exports its log: comma-separated values, names of columns in the first
//! line. Gives a line for each row. Refuses all of it at the first row that is not whole, with the number of its line: nothing that
//! follows a quotation mark without an end can be told from what it hides. What a column is called decides what it is read as.
//! Source: RFC 4180; docs/look-up/reconciliation.md.

use super::{
    HandOverFault,
    lines::{LONGEST_LINE, Line, Subject, bounded, moment},
};
use crate::hash;
use std::fmt;

/// What a request's name may stand under, however it is spaced and written.
const REQUEST: [&str; 4] = ["ssptraceid", "xrequestid", "requestid", "request"];
const TIME: [&str; 5] = ["requestdatetime", "time", "timestamp", "datetime", "recorded"];
const STATUS: [&str; 4] = ["httpstatuscode", "httpstatus", "statuscode", "status"];
const PERSON: [&str; 1] = ["nhsnumber"];
const SUBJECT: [&str; 1] = ["subject"];
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What is wrong with a line of a table. Nothing of the line is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    NotText,
    TooLong,
    Quoted,
    Cells,
    NoTime,
    NoRequest,
    TwoColumns,
    Time,
    Status,
    Person,
    Subject,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Wrong::NotText => "is no UTF-8",
            Wrong::TooLong => "is too long",
            Wrong::Quoted => "has a quotation mark where none may be, or one without its end",
            Wrong::Cells => "has not as many cells as there are columns",
            Wrong::NoTime => "names no column of moments",
            Wrong::NoRequest => "names no column of requests",
            Wrong::TwoColumns => "names two columns for one thing",
            Wrong::Time => "has no moment with its offset, such as 2026-11-28T09:14:03Z",
            Wrong::Status => "has a status that is no number",
            Wrong::Person => "has an NHS number that is not ten digits",
            Wrong::Subject => "has a subject that is not 64 hexadecimal digits",
        })
    }
}

/// Where in a row what stands.
struct Columns {
    count: usize,
    requests: Vec<usize>,
    time: usize,
    status: Option<usize>,
    person: Option<usize>,
    subject: Option<usize>,
}

/// Rows not read yet, and the number of the line they begin with.
struct Rows<'a> {
    rest: &'a str,
    line: u64,
}

/// A row as it stands, and its cells.
struct Row<'a> {
    text: &'a str,
    line: u64,
    cells: Vec<String>,
}

/// Whether the first line names several columns, and one of those that are read. A line of JSON, cut or not, does not.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let first = String::from_utf8_lossy(first);
    let is_known = |name: &str| REQUEST.contains(&name) || TIME.contains(&name);
    let is_name = |cell: &str| !cell.contains(':') && is_known(&plain(cell));
    first.contains(',') && !first.trim_start().starts_with(['{', '[']) && first.split(',').any(is_name)
}

/// As it is compared: letters and digits alone.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Each row as it stands, and what it says.
pub(super) fn rows(
    bytes: &[u8],
) -> Result<impl Iterator<Item = Result<(&str, Line), HandOverFault>>, HandOverFault> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let rest = std::str::from_utf8(bytes).map_err(|fault| {
        let before = bytes.get(..fault.valid_up_to()).unwrap_or_default();
        let lines = before.iter().filter(|byte| **byte == b'\n').count() as u64;
        HandOverFault::Table(lines + 1, Wrong::NotText)
    })?;
    let mut rows = Rows { rest, line: 1 };
    let names = rows.next().ok_or(HandOverFault::NotOne)??;
    let columns = Columns::of(&names.cells).map_err(|wrong| HandOverFault::Table(names.line, wrong))?;
    Ok(rows.map(move |row| {
        let row = row?;
        let read = columns.read(&row.cells).map_err(|wrong| HandOverFault::Table(row.line, wrong))?;
        Ok((row.text, read))
    }))
}

impl Columns {
    fn of(names: &[String]) -> Result<Self, Wrong> {
        let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let all = |of: &[&str]| -> Vec<usize> {
            let places = names.iter().enumerate().filter(|(_, name)| of.contains(&name.as_str()));
            places.map(|(place, _)| place).collect()
        };
        let one = |of: &[&str]| match all(of).as_slice() {
            [] => Ok(None),
            [place] => Ok(Some(*place)),
            _ => Err(Wrong::TwoColumns),
        };
        let requests = all(&REQUEST);
        if requests.is_empty() {
            return Err(Wrong::NoRequest);
        }
        Ok(Self {
            count: names.len(),
            requests,
            time: one(&TIME)?.ok_or(Wrong::NoTime)?,
            status: one(&STATUS)?,
            person: one(&PERSON)?,
            subject: one(&SUBJECT)?,
        })
    }

    fn read(&self, cells: &[String]) -> Result<Line, Wrong> {
        if cells.len() != self.count {
            return Err(Wrong::Cells);
        }
        let cell = |place: usize| cells.get(place).map_or("", |cell| cell.trim());
        let filled = |place: Option<usize>| place.map(cell).filter(|cell| !cell.is_empty());
        let status = filled(self.status).map(str::parse::<u16>).transpose().map_err(|_| Wrong::Status)?;
        // A search at the locator and a document behind the proxy have their names in columns of their own.
        let request = self.requests.iter().find_map(|place| filled(Some(*place))).unwrap_or_default();
        Ok(Line {
            request: bounded(request.to_owned()),
            at: moment(cell(self.time)).ok_or(Wrong::Time)?,
            is_refused: status.is_some_and(|status| status >= 400),
            subject: self.subject(filled(self.person), filled(self.subject))?,
        })
    }

    fn subject(&self, person: Option<&str>, subject: Option<&str>) -> Result<Option<Subject>, Wrong> {
        if let Some(number) = person {
            let digits: String = number.chars().filter(|c| *c != ' ').collect();
            let is_one = digits.len() == 10 && digits.bytes().all(|b| b.is_ascii_digit());
            return if is_one { Ok(Some(Subject::Number(digits))) } else { Err(Wrong::Person) };
        }
        let hash = subject.map(|subject| hash::unhex(&subject.to_ascii_lowercase()).ok_or(Wrong::Subject));
        Ok(hash.transpose()?.map(Subject::Hash))
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<Row<'a>, HandOverFault>;

    /// Empty lines between rows are none.
    fn next(&mut self) -> Option<Self::Item> {
        while let Some(rest) = self.rest.strip_prefix('\n').or_else(|| self.rest.strip_prefix("\r\n")) {
            (self.rest, self.line) = (rest, self.line + 1);
        }
        if self.rest.is_empty() {
            return None;
        }
        let (begins, line) = (self.rest, self.line);
        let row = self.row();
        let text = begins.get(..begins.len() - self.rest.len()).unwrap_or_default();
        let row = match row {
            Ok(_) if text.len() > LONGEST_LINE => Err(Wrong::TooLong),
            row => row,
        };
        if row.is_err() {
            self.rest = "";
        }
        let whole = |cells| Row { text: text.trim_end(), line, cells };
        Some(row.map(whole).map_err(|wrong| HandOverFault::Table(line, wrong)))
    }
}

impl Rows<'_> {
    /// Up to the end of its last line.
    fn row(&mut self) -> Result<Vec<String>, Wrong> {
        let mut cells = Vec::new();
        loop {
            cells.push(match self.rest.strip_prefix('"') {
                Some(quoted) => {
                    self.rest = quoted;
                    self.quoted()?
                }
                None => self.plain()?,
            });
            if let Some(rest) = self.rest.strip_prefix(',') {
                self.rest = rest;
                continue;
            }
            let end = self.rest.strip_prefix('\n').or_else(|| self.rest.strip_prefix("\r\n"));
            match end {
                Some(rest) => (self.rest, self.line) = (rest, self.line + 1),
                None if self.rest.is_empty() => {}
                None => return Err(Wrong::Quoted),
            }
            return Ok(cells);
        }
    }

    fn plain(&mut self) -> Result<String, Wrong> {
        let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
        let (cell, _) = self.rest.split_at_checked(end).unwrap_or_default();
        let cell = cell.strip_suffix('\r').unwrap_or(cell);
        if cell.contains(['"', '\r']) {
            return Err(Wrong::Quoted);
        }
        self.rest = self.rest.get(cell.len()..).unwrap_or_default();
        Ok(cell.to_owned())
    }

    /// Two marks inside are one.
    fn quoted(&mut self) -> Result<String, Wrong> {
        let mut cell = String::new();
        loop {
            let (part, rest) = self.rest.split_once('"').ok_or(Wrong::Quoted)?;
            cell.push_str(part);
            self.line += part.bytes().filter(|byte| *byte == b'\n').count() as u64;
            match rest.strip_prefix('"') {
                Some(more) => {
                    cell.push('"');
                    self.rest = more;
                }
                None => {
                    self.rest = rest;
                    return Ok(cell);
                }
            }
        }
    }
}
