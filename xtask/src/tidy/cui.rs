//! Takes the list of display rules and the tests' names, gives the table of how the record stands to each rule: met by a named test,
//! otherwise done and why, or open. Refuses a test that names a rule the list has not or has as done otherwise, a rule listed twice or
//! done otherwise without saying how, and a stale table.
//! Source: NHS Common User Interface guidance, ISB 1500 to 1508.

#[cfg(test)]
mod tests;

use super::Finding;
use super::ids::is_test;
use super::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

pub(crate) const RULES: &str = "docs/look-up/cui-rules.txt";
pub(crate) const PATH: &str = "docs/look-up/cui-conformance.md";

const HEAD: &str = "# Display rules, one by one

Generated from [cui-rules.txt](cui-rules.txt) and the names of the tests by `cargo xtask tidy --write`; `cargo xtask tidy` fails when it is stale.
The rules are those of the NHS Common User Interface guidance (ISB 1500 to 1508, Open Government Licence; retired and not replaced) that a record
page meets. Where the public NHS style differs, they win inside the record. A rule without a test may be met all the same: nobody has shown it yet.
";

/// How a rule can be done otherwise.
const OTHERWISE: [&str; 2] = ["deviates: ", "does not apply: "];

/// One guide and its rules, in order of the list.
struct Guide<'a> {
    key: &'a str,
    title: &'a str,
    rules: Vec<Rule<'a>>,
}

struct Rule<'a> {
    id: &'a str,
    asks: &'a str,
    /// `deviates: …`, `does not apply: …`
    otherwise: Option<&'a str>,
    line: usize,
}

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let guides = guides(tree);
    let shown = shown(tree);
    let mut findings = Vec::new();
    let mut known = BTreeSet::new();
    for (guide, rule) in guides.iter().flat_map(|guide| guide.rules.iter().map(move |rule| (guide, rule))) {
        match stem(guide.key, rule.id) {
            Some(stem) if known.insert(stem.clone()) => {}
            Some(_) => findings.push(Finding::new(RULES, rule.line, format!("`{}` stands twice", rule.id))),
            None => {
                let message = format!("`{}` is not letters, a hyphen and a number", rule.id);
                findings.push(Finding::new(RULES, rule.line, message));
            }
        }
    }
    findings.extend(done_otherwise(&guides, &shown));
    for (stem, tests) in shown.iter().filter(|(stem, _)| !known.contains(*stem)) {
        for (path, test) in tests {
            let message = format!("`{test}` names a rule that {RULES} has not: `{stem}`");
            findings.push(Finding::new(path, 1, message));
        }
    }
    if tree.text(PATH) != page(tree) {
        findings.push(Finding::new(PATH, 1, "stale: run `cargo xtask tidy --write`"));
    }
    findings
}

/// What is wrong with the rules that are done otherwise: no way of it, or a test that shows what is not so.
fn done_otherwise(guides: &[Guide<'_>], shown: &BTreeMap<String, Vec<(String, String)>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (guide, rule) in guides.iter().flat_map(|guide| guide.rules.iter().map(move |rule| (guide, rule))) {
        let Some(otherwise) = rule.otherwise else { continue };
        if !OTHERWISE.iter().any(|how| otherwise.starts_with(how)) {
            let message =
                format!("`{}`: after `; ` stands neither `deviates: ` nor `does not apply: `", rule.id);
            findings.push(Finding::new(RULES, rule.line, message));
        }
        let tests = stem(guide.key, rule.id).and_then(|stem| shown.get(&stem));
        for (path, test) in tests.into_iter().flatten() {
            let message = format!("`{test}` shows `{}`, which {RULES} has as done otherwise", rule.id);
            findings.push(Finding::new(path, 1, message));
        }
    }
    findings
}

pub(crate) fn page(tree: &Tree) -> String {
    let (guides, shown) = (guides(tree), shown(tree));
    let mut page = HEAD.to_owned();
    for guide in guides {
        let stands = |rule: &Rule<'_>| stands(guide.key, rule, &shown);
        let open = guide.rules.iter().filter(|rule| stands(rule).is_none()).count();
        let met = guide.rules.len() - open;
        let _ = writeln!(page, "\n## {}: {met} of {} told\n", guide.title, guide.rules.len());
        let _ = writeln!(page, "| Rule | Asks for | Stands |\n|---|---|---|");
        for rule in &guide.rules {
            let how = stands(rule).unwrap_or_else(|| "no test yet".to_owned());
            let _ = writeln!(page, "| {} | {} | {how} |", rule.id, rule.asks);
        }
    }
    page
}

fn stands(guide: &str, rule: &Rule<'_>, shown: &BTreeMap<String, Vec<(String, String)>>) -> Option<String> {
    if let Some(otherwise) = rule.otherwise {
        return Some(otherwise.to_owned());
    }
    let tests = shown.get(&stem(guide, rule.id)?)?;
    let names: BTreeSet<String> = tests.iter().map(|(_, test)| format!("`{test}`")).collect();
    Some(format!("met: {}", names.into_iter().collect::<Vec<_>>().join(", ")))
}

fn guides(tree: &Tree) -> Vec<Guide<'_>> {
    let mut guides: Vec<Guide<'_>> = Vec::new();
    for (index, line) in tree.text(RULES).lines().enumerate() {
        if let Some((key, title)) = line.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
            guides.push(Guide { key, title, rules: Vec::new() });
        } else if let (false, Some((id, rest)), Some(guide)) =
            (line.starts_with('#'), line.split_once(' '), guides.last_mut())
        {
            let (asks, otherwise) =
                rest.split_once("; ").map_or((rest, None), |(asks, otherwise)| (asks, Some(otherwise)));
            guide.rules.push(Rule { id, asks, otherwise, line: index + 1 });
        }
    }
    guides
}

/// `banner` and `PAB-0016`: `cui_banner_pab_0016`.
fn stem(guide: &str, id: &str) -> Option<String> {
    let (letters, number) = id.split_once('-')?;
    let is_number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
    is_number.then(|| format!("cui_{guide}_{}_{number}", letters.to_lowercase().replace('+', "_")))
}

/// By stem: the tests whose names begin with it, each with its file. `cui_name_nid_0001_0012_long` shows two.
fn shown(tree: &Tree) -> BTreeMap<String, Vec<(String, String)>> {
    let mut shown: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for file in tree.files.iter().filter(|file| is_test(&file.path)) {
        for (at, _) in file.text.match_indices("cui_") {
            let rest = file.text.get(at..).unwrap_or_default();
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let name = rest.split(|c: char| !is_name(c)).next().unwrap_or_default();
            for stem in stems(name) {
                shown.entry(stem).or_default().push((file.path.clone(), name.to_owned()));
            }
        }
    }
    shown
}

fn stems(name: &str) -> Vec<String> {
    let is_number = |part: &&str| part.len() > 2 && part.chars().all(|c| c.is_ascii_digit());
    let parts: Vec<&str> = name.split('_').collect();
    let Some(first) = parts.iter().position(is_number) else { return Vec::new() };
    let letters = parts.get(..first).unwrap_or_default().join("_");
    let numbers = parts.iter().skip(first).take_while(|part| is_number(part));
    numbers.map(|number| format!("{letters}_{number}")).collect()
}
