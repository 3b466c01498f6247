//! The report of an extract: a line of CSV for every row that was not taken, with its place and the reason. Written beside
//! the load, cut back to what is safe when a load is gone on with. No content stands in it.

use crate::sql::StoreFault;
use std::{
    fs::{File, OpenOptions},
    io::{Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

const HEADING: &str = "line,outcome,field,reason\n";

pub(crate) struct Report {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Report {
    /// Goes on behind what is safe: `reached` bytes.
    pub(crate) fn open(path: &Path, reached: i64) -> Result<Self, StoreFault> {
        let fault = |error| StoreFault::File(path.display().to_string(), error);
        let mut options = OpenOptions::new();
        let mut file = options
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(path)
            .map_err(fault)?;
        let reached = u64::try_from(reached).unwrap_or(0);
        let there = file.metadata().map_err(fault)?.len();
        if there < reached {
            return Err(StoreFault::Damaged);
        }
        file.set_len(reached).map_err(fault)?;
        file.seek(SeekFrom::Start(reached)).map_err(fault)?;
        let mut report = Self { path: path.to_owned(), file, length: reached };
        if reached == 0 {
            report.write(HEADING)?;
        }
        Ok(report)
    }

    /// Durable when it returns.
    pub(crate) fn write(&mut self, lines: &str) -> Result<(), StoreFault> {
        if lines.is_empty() {
            return Ok(());
        }
        let written = self.file.write_all(lines.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|error| match error.kind() {
            std::io::ErrorKind::StorageFull => StoreFault::Full,
            _ => StoreFault::File(self.path.display().to_string(), error),
        })?;
        self.length += lines.len() as u64;
        Ok(())
    }

    /// Forgets what was written after `length`.
    pub(crate) fn rewind(&mut self, length: i64) -> Result<(), StoreFault> {
        let length = u64::try_from(length).unwrap_or(0);
        if length == self.length {
            return Ok(());
        }
        let cut = self.file.set_len(length).and_then(|()| self.file.seek(SeekFrom::Start(length)));
        cut.map_err(|error| StoreFault::File(self.path.display().to_string(), error))?;
        self.length = length;
        Ok(())
    }

    pub(crate) fn length(&self) -> i64 {
        i64::try_from(self.length).unwrap_or(i64::MAX)
    }
}

/// One line; quotes and commas in names of fields are the sender's.
pub(crate) fn line(line: u64, outcome: &str, field: Option<&str>, reason: &str) -> String {
    let quoted = |text: &str| {
        let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        // A spreadsheet must not take a sender's heading for a formula.
        let plain = if plain.starts_with(['=', '+', '-', '@']) { format!("'{plain}") } else { plain };
        if plain.contains(['"', ',']) { format!("\"{}\"", plain.replace('"', "\"\"")) } else { plain }
    };
    format!("{line},{outcome},{},{}\n", quoted(field.unwrap_or_default()), quoted(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_cut_back_to_what_is_safe() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.csv");
        let mut report = Report::open(&path, 0).unwrap();
        report.write(&line(2, "refused", Some("Event Type"), "not one of the four")).unwrap();
        let safe = report.length();
        report.write(&line(3, "held", None, "it has no NHS number")).unwrap();
        drop(report);
        let mut report = Report::open(&path, safe).unwrap();
        report.write(&line(4, "refused", Some("a,b"), "=x")).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let wanted =
            "line,outcome,field,reason\n2,refused,Event Type,not one of the four\n4,refused,\"a,b\",'=x\n";
        assert_eq!(text, wanted);
        assert!(matches!(Report::open(&path, 10_000), Err(StoreFault::Damaged)));
    }
}
