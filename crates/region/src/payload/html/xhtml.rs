//! Takes a section's tables, gives its XHTML: headings, banners and tables as the specification has them, or as a
//! system from before it; and the fixed words where there is no table.
//! Source: GP Connect 0.7.4, layout guide and HTML implementation guide; FHIR DSTU2 Narrative.

use super::{
    CareRecord, RecordSection,
    banners::{self, Banner},
    tables::{self, Cell, Table},
};
use crate::html::escape;
use crate::payload::shelf::Shelf;
use crate::people::{HtmlSystem, when::When};

/// The whole `div` of a section.
pub(super) fn page(shelf: &Shelf<'_>, record: &CareRecord) -> String {
    let older = record.system == HtmlSystem::Older;
    let tables = tables::of(shelf, record);
    let single = tables.len() == 1;
    let mut page = String::from("<div xmlns=\"http://www.w3.org/1999/xhtml\">");
    if !older {
        page.push_str(&format!("<h1>{}</h1>", escape(record.section.title())));
    }
    banners(&mut page, &banners::of_section(shelf), older);
    for table in tables {
        let table = narrowed(shelf, record, table);
        // A section with one table has no second heading, but on older systems.
        let heading = (!single || older).then(|| format!("<h2>{}</h2>", escape(table.title)));
        page.push_str("<div>");
        page.push_str(&heading.unwrap_or_default());
        banners(&mut page, &banners::of_table(shelf, record, &table), older);
        page.push_str(&content(shelf, record, &table));
        page.push_str("</div>");
    }
    page.push_str("</div>");
    page
}

/// Rows of the period asked for. What has no date always stays (HAZ-017).
fn narrowed(shelf: &Shelf<'_>, record: &CareRecord, mut table: Table) -> Table {
    let Some(period) = record.period.filter(|_| table.takes_period) else { return table };
    table.rows.retain(|row| {
        let first = row.iter().find_map(|cell| match cell {
            Cell::On(on) => Some(*on),
            _ => None,
        });
        first.is_none_or(|on| period.holds(on.range(shelf.today)))
    });
    // A medicine none of whose issues is left has no row to name.
    let alone: Vec<bool> = table.rows.iter().map(|row| row.len() == 1).collect();
    let next = alone.iter().skip(1).copied().chain(std::iter::once(true));
    let mut kept =
        alone.iter().zip(next).map(|(alone, next)| !(*alone && next)).collect::<Vec<_>>().into_iter();
    table.rows.retain(|_| kept.next().unwrap_or(true));
    table
}

fn banners(page: &mut String, all: &[Banner], older: bool) {
    for (class, text) in all {
        let class = if older { String::new() } else { format!(" class=\"{class}\"") };
        page.push_str(&format!("<div{class}><p>{}</p></div>", escape(text)));
    }
}

/// The table, or the one sentence that says why there is none: only the first of them says that there is nothing
/// (HAZ-006, HAZ-007).
fn content(shelf: &Shelf<'_>, record: &CareRecord, table: &Table) -> String {
    let quirks = &shelf.person.story_facts.quirks;
    let elsewhere = "This data may still exist in the source system.";
    let title = escape(table.title);
    let no_administration = record.system == HtmlSystem::WithoutAdministration
        && record.section == RecordSection::AdministrativeItems;
    if record.published || no_administration {
        let says = format!("This system does not support retrieval of '{title}' data.");
        return format!("<div><p>{says}</p><p>{elsewhere}</p></div>");
    }
    if quirks.problems_disabled && table.id.starts_with("prb-") {
        let says = format!("Access is denied to '{title}' data for this patient.");
        return format!("<div><p>{says}</p><p>{elsewhere}</p></div>");
    }
    if table.title == "Emergency Codes" {
        return format!("<div><p>'{title}' data is not supported by this system.</p></div>");
    }
    if table.rows.is_empty() {
        return format!("<div><p>No '{title}' data is recorded for this patient.</p></div>");
    }
    rows(shelf, table, record.system)
}

fn rows(shelf: &Shelf<'_>, table: &Table, system: HtmlSystem) -> String {
    let older = system == HtmlSystem::Older;
    let id = if older { String::new() } else { format!(" id=\"{}\"", table.id) };
    let head: String = table.columns.iter().map(|name| format!("<th>{}</th>", escape(name))).collect();
    let body: String = table.rows.iter().map(|row| one_row(shelf, table, row, older)).collect();
    let table = format!("<table{id}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>");
    if older { format!("<div>{table}</div>") } else { table }
}

fn one_row(shelf: &Shelf<'_>, table: &Table, row: &[Cell], older: bool) -> String {
    // One cell alone is a heading inside the table.
    if let ([cell], false) = (row, table.columns.len() == 1) {
        let columns = table.columns.len();
        let words = words(shelf, cell, older);
        return format!(
            "<tr><td class=\"med-item-column\" colspan=\"{columns}\"><strong>{words}</strong></td></tr>"
        );
    }
    let cell = |cell: &Cell| {
        let class = match cell {
            Cell::On(_) if !older => " class=\"date-column\"",
            _ => "",
        };
        format!("<td{class}>{}</td>", words(shelf, cell, older))
    };
    format!("<tr>{}</tr>", row.iter().map(cell).collect::<String>())
}

fn words(shelf: &Shelf<'_>, cell: &Cell, older: bool) -> String {
    match cell {
        Cell::On(on) if older => older_date(shelf, *on),
        Cell::On(on) => date(shelf, *on),
        Cell::Words(lines) => lines.iter().map(|line| escape(line)).collect::<Vec<_>>().join("<br/>"),
        Cell::Pasted(markup) => (*markup).to_owned(),
    }
}

/// `22-Nov-2026`, and less where less is known.
fn date(shelf: &Shelf<'_>, on: When) -> String {
    let Some((first, _)) = on.range(shelf.today) else { return String::new() };
    match on {
        When::Month(_) => first.strftime("%b-%Y").to_string(),
        When::Year(_) => first.strftime("%Y").to_string(),
        _ => banners::day(first),
    }
}

/// `2026-11-22 09:15:00.0` with a time, `22-11-2026` without.
fn older_date(shelf: &Shelf<'_>, on: When) -> String {
    let Some((first, _)) = on.range(shelf.today) else { return String::new() };
    match on {
        When::Time(_, hour, minute) => format!("{first} {hour:02}:{minute:02}:00.0"),
        When::Month(_) => first.strftime("%Y-%m").to_string(),
        When::Year(_) => first.strftime("%Y").to_string(),
        _ => first.strftime("%d-%m-%Y").to_string(),
    }
}
