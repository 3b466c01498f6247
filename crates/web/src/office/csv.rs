//! Takes a report on one person, gives it as comma-separated values. A cell that a spreadsheet would run as a formula is
//! written as text. Source: RFC 4180; OWASP, CSV injection.

use super::values::Looker;

const HEAD: [&str; 9] = [
    "When",
    "Organisation",
    "Role",
    "How they got in",
    "Why",
    "What was shown",
    "Marks",
    "Reference",
    "Log index",
];

pub fn of(rows: &[Looker]) -> String {
    let mut text = line(&HEAD.map(str::to_owned));
    for row in rows {
        let shown = row.shown.iter().map(|(partner, what)| format!("{partner}: {what}"));
        text.push_str(&line(&[
            row.at.clone(),
            row.organisation.clone(),
            row.role.clone(),
            row.way_in.clone(),
            row.why.clone(),
            shown.collect::<Vec<_>>().join("; "),
            row.flags.join("; "),
            row.reference.clone(),
            row.index.to_string(),
        ]));
    }
    text
}

/// One line, each cell between quotes.
pub fn line(cells: &[String]) -> String {
    let quoted: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    format!("{}\r\n", quoted.join(","))
}

fn quoted(cell: &str) -> String {
    let runs = cell.trim_start().starts_with(['=', '+', '-', '@']) || cell.starts_with(['\t', '\r', '\n']);
    let guard = if runs { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_never_runs_and_never_breaks_its_line() {
        let looker = |why: &str| Looker { why: why.to_owned(), ..Looker::default() };
        let hostile = ["=HYPERLINK(\"x\")", " +1", "-1", "@SUM(A1)", "\tx", "a\"b,c", "two\r\nlines"];
        let rows: Vec<Looker> = hostile.iter().map(|why| looker(why)).collect();
        let text = of(&rows);
        for said in
            ["\"'=HYPERLINK(\"\"x\"\")\"", "\"' +1\"", "\"'-1\"", "\"'@SUM(A1)\"", "\"'\tx\"", "\"a\"\"b,c\""]
        {
            assert!(text.contains(said), "{said} in {text}");
        }
        assert_eq!(text.matches("\",\"").count(), (HEAD.len() - 1) * (hostile.len() + 1));
    }
}
