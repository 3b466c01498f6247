//! Takes the hazard log and the tests, gives the safety case with its table of hazards written anew. Refuses a case that is stale or of another
//! version, a partner's pack that leaves a hazard out, and a rating or an approval that no Clinical Safety Officer stands behind.
//! Source: DCB0129 version 4.2, requirements 3.3 to 3.5 and 7.1.3; DCB0160 version 3.2.

#[cfg(test)]
mod tests;

use super::Finding;
use super::hazards;
use super::ids::{self, Shown};
use super::shown;
use super::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

pub(crate) const CASE: &str = "docs/clinical-safety/safety-case.md";
const FOLDER: &str = "docs/clinical-safety/";
const PACK: &str = "docs/clinical-safety/partner-pack.md";
const WORKSPACE: &str = "Cargo.toml";

/// What stands between these two is written anew, but for the cells that are the Clinical Safety Officer's.
const FROM: &str = "<!-- generated from here; the last three cells of a row are the Clinical Safety Officer's, and kept -->\n";
const TO: &str = "<!-- generated to here -->";

/// Lines of the case with a value, or none yet.
const VERSION: &str = "- Version:";
const OFFICER: &str = "- Clinical Safety Officer, name and registration:";
const APPROVED: &str = "- Approved for version:";

const TABLE_HEAD: &str = "\n| hazard | what | unit | journey | browser | initial risk | residual risk | accepted |\n|---|---|---|---|---|---|---|---|\n";
/// Initial risk, residual risk, accepted: after the id, the title and three counts.
const RATED_FROM: usize = 5;
const RATED: usize = 3;

/// How many tests name a hazard, by where they stand.
#[derive(Default)]
struct Counts {
    unit: usize,
    journey: usize,
    browser: usize,
}

/// The whole case with its table as the log and the tests have it. Without the two marks it is given as it stands; `check` refuses that.
pub(crate) fn case(tree: &Tree) -> String {
    let text = tree.text(CASE);
    let Some((before, old, after)) = parts(text) else { return text.to_owned() };
    format!("{before}{FROM}{}{TO}{after}", table(tree, &ratings(old)))
}

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let text = tree.text(CASE);
    let Some((_, table, _)) = parts(text) else {
        return vec![Finding::new(CASE, 1, "the marks around its generated table are missing")];
    };
    let log: BTreeSet<String> = hazards::log(tree).into_keys().collect();
    let ratings = ratings(table);
    let mut findings: Vec<Finding> = log
        .iter()
        .filter(|id| !ratings.contains_key(*id))
        .map(|id| Finding::new(CASE, 1, format!("`{id}` is missing from its table")))
        .collect();
    if text != case(tree) {
        findings.push(Finding::new(CASE, 1, "stale: run `cargo xtask tidy --write`"));
    }
    findings.extend(unknown(tree, &log));
    findings.extend(pack(tree, &log));
    findings.extend(version(tree));
    findings.extend(approval(text, &ratings));
    findings
}

fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once(FROM)?;
    let (old, after) = rest.split_once(TO)?;
    Some((before, old, after))
}

fn table(tree: &Tree, ratings: &BTreeMap<String, Vec<String>>) -> String {
    let (log, counts) = (hazards::log(tree), counts(tree));
    let unnamed: Vec<&str> = log.keys().filter(|id| !counts.contains_key(*id)).map(String::as_str).collect();
    let mut table =
        format!("\n{} hazards; named by no test: {}. ", log.len(), shown::or_none(&unnamed.join(", ")));
    let _ = writeln!(table, "In all lists, what no test names yet: {}.", shown::or_none(&shown::open(tree)));
    table.push_str(TABLE_HEAD);
    for (id, (_, title)) in &log {
        let none = Counts::default();
        let Counts { unit, journey, browser } = counts.get(id).unwrap_or(&none);
        let _ = write!(table, "| {id} | {title} | {unit} | {journey} | {browser} |");
        for cell in ratings.get(id).cloned().unwrap_or_else(|| vec![String::new(); RATED]) {
            let _ = write!(table, " {cell} |");
        }
        table.push('\n');
    }
    table.push('\n');
    table
}

/// A file that names a hazard outside any one test, at its head as a rule, counts once.
fn counts(tree: &Tree) -> BTreeMap<String, Counts> {
    let mut files: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for Shown { id, path, test, .. } in tree.files.iter().flat_map(ids::shown) {
        files.entry((id, path)).or_default().extend(test);
    }
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    for ((id, path), tests) in files {
        let of = counts.entry(id).or_default();
        let count = match path.split('/').collect::<Vec<&str>>().as_slice() {
            ["journeys", "browser", ..] => &mut of.browser,
            ["journeys", ..] => &mut of.journey,
            _ => &mut of.unit,
        };
        *count += tests.len().max(1);
    }
    counts
}

/// By id, the cells of its row that are the Clinical Safety Officer's.
fn ratings(table: &str) -> BTreeMap<String, Vec<String>> {
    let rows = table.lines().filter(|line| line.starts_with("| HAZ-"));
    rows.filter_map(|row| {
        let cells = || row.trim_matches('|').split('|').map(str::trim);
        let kept = cells().skip(RATED_FROM).chain(std::iter::repeat("")).take(RATED);
        Some((cells().next()?.to_owned(), kept.map(str::to_owned).collect()))
    })
    .collect()
}

/// No page of the file speaks of a hazard that there is not.
fn unknown(tree: &Tree, log: &BTreeSet<String>) -> Vec<Finding> {
    let pages = tree.files.iter().filter(|file| file.path.starts_with(FOLDER));
    let named = pages.flat_map(|file| {
        file.lines()
            .flat_map(move |(line, text)| ids::hazards(text).into_iter().map(move |id| (file, line, id)))
    });
    named
        .filter(|(_, _, id)| !log.contains(id))
        .map(|(file, line, id)| Finding::new(&file.path, line, format!("`{id}` is not in {}", hazards::LOG)))
        .collect()
}

/// Each hazard has one row there: what lies with the partner, or that nothing does.
fn pack(tree: &Tree, log: &BTreeSet<String>) -> Vec<Finding> {
    let rows = (1..).zip(tree.text(PACK).lines()).filter(|(_, line)| line.starts_with("| HAZ-"));
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for (line, id) in rows.filter_map(|(line, row)| Some((line, ids::hazards(row).into_iter().next()?))) {
        if !seen.insert(id.clone()) {
            findings.push(Finding::new(PACK, line, format!("`{id}` has two rows")));
        }
    }
    let missing = log.iter().filter(|id| !seen.contains(*id));
    findings.extend(missing.map(|id| Finding::new(PACK, 1, format!("`{id}` has no row"))));
    findings
}

/// A case speaks of one version: the workspace's.
fn version(tree: &Tree) -> Option<Finding> {
    let of_case = field(tree.text(CASE), VERSION).unwrap_or_default();
    let of_workspace = workspace_version(tree.text(WORKSPACE)).unwrap_or_default();
    let same = of_case == of_workspace && !of_case.is_empty();
    (!same).then(|| {
        Finding::new(CASE, 1, format!("speaks of version `{of_case}`, the workspace is `{of_workspace}`"))
    })
}

fn workspace_version(manifest: &str) -> Option<&str> {
    let (_, package) = manifest.split_once("[workspace.package]")?;
    package.lines().find_map(|line| line.strip_prefix("version = \""))?.strip_suffix('"')
}

/// Whoever approves is named, for this version alone, and has accepted every hazard (6.4.1); until somebody is named no hazard has a rating.
fn approval(text: &str, ratings: &BTreeMap<String, Vec<String>>) -> Vec<Finding> {
    let say = |message: String| Finding::new(CASE, 1, message);
    let [Some(officer), Some(approved)] = [OFFICER, APPROVED].map(|name| field(text, name)) else {
        return vec![say(format!("wants a line `{OFFICER}` and a line `{APPROVED}`, empty or filled in"))];
    };
    let mut findings = Vec::new();
    if officer.is_empty() {
        let rated = ratings.iter().filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()));
        findings.extend(
            rated.map(|(id, _)| say(format!("`{id}` is rated, and no Clinical Safety Officer is named"))),
        );
    }
    if !approved.is_empty() {
        let left = ratings.iter().filter(|(_, cells)| cells.iter().any(String::is_empty));
        findings.extend(
            left.map(|(id, _)| say(format!("`{id}` is not rated and accepted, and the case is approved"))),
        );
    }
    let version = field(text, VERSION).unwrap_or_default();
    if !approved.is_empty() && (officer.is_empty() || approved != version) {
        findings.push(say(format!("approved for `{approved}`, by nobody or not for `{version}`")));
    }
    findings
}

/// `- Version: 0.1.0`: what stands behind the colon. `None`: there is no such line.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
}
