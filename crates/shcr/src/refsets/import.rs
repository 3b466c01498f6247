//! `shcr refset import`: takes the folder of an unpacked release of SNOMED CT (UK edition), writes the list of each agreed reference
//! set. All of them are found and whole, or none is written. Source: SNOMED CT Release Format 2, file names and snapshots.

use super::{
    REFSETS,
    file::{Concept, ValueSet},
    rf2,
};
use miette::{IntoDiagnostic, WrapErr};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{BufReader, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Folders inside one another, at most: a release has five.
const DEPTH_MAX: usize = 12;

/// `shcr refset`
#[derive(clap::Subcommand)]
pub(crate) enum Refset {
    /// Write the lists of restricted concepts out of a release.
    Import(Import),
}

#[derive(clap::Args)]
pub(crate) struct Import {
    /// The folder the release was unpacked into.
    #[arg(long)]
    release: PathBuf,
    /// Where the lists go: `refsets` in the agreement's directory.
    #[arg(long)]
    out: PathBuf,
}

pub(crate) fn run(command: &Refset) -> miette::Result<ExitCode> {
    let Refset::Import(import) = command;
    let said = lists(&import.release, &import.out)?;
    std::io::stdout().write_all(said.as_bytes()).into_diagnostic()?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the lists, says what they hold.
pub(super) fn lists(release: &Path, out: &Path) -> miette::Result<String> {
    let files = Files::of(release)?;
    let sets = files.sets()?;
    let names = files.names(&sets)?;
    let mut said = String::new();
    let mut lists = Vec::new();
    for (id, set) in &sets {
        let concepts: Vec<Concept> = set
            .members
            .iter()
            .map(|code| Concept { code: code.clone(), display: names.get(code).cloned().unwrap_or_default() })
            .collect();
        let unnamed = concepts.iter().filter(|concept| concept.display.is_empty()).count();
        let title = names.get(*id).cloned().unwrap_or_else(|| format!("Reference set {id}"));
        said += &format!(
            "{id}: {} concepts of {}, {unnamed} without words in this release\n",
            concepts.len(),
            set.release
        );
        lists.push((*id, ValueSet::of(id, title, &set.release, concepts)));
    }
    std::fs::create_dir_all(out).into_diagnostic()?;
    for (id, list) in lists {
        list.check(id)
            .map_err(|what| miette::miette!("the list of reference set {id} cannot be used: {what}"))?;
        write(&out.join(format!("{id}.json")), &list)?;
    }
    Ok(said)
}

/// Beside and renamed, so that no reader sees half of it.
fn write(path: &Path, list: &ValueSet) -> miette::Result<()> {
    let mut text = serde_json::to_string_pretty(list).into_diagnostic()?;
    text.push('\n');
    let beside = path.with_extension("part");
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    written.into_diagnostic().wrap_err_with(|| format!("cannot write `{}`", path.display()))
}

/// The files of a release that matter here.
struct Files {
    simple: Vec<Released>,
    descriptions: Vec<Released>,
}

struct Released {
    path: PathBuf,
    /// `2026-04-01`, from its name.
    date: String,
}

/// One reference set as released.
struct Set {
    release: String,
    members: BTreeSet<String>,
}

impl Files {
    fn of(release: &Path) -> miette::Result<Self> {
        let mut files = Self { simple: Vec::new(), descriptions: Vec::new() };
        files
            .walk(release, DEPTH_MAX)
            .into_diagnostic()
            .wrap_err_with(|| format!("`{}` cannot be read", release.display()))?;
        if files.simple.is_empty() {
            return Err(miette::miette!(
                "`{}` holds no snapshot of a simple reference set (`der2_Refset_Simple…Snapshot_….txt`): name the folder the UK edition was unpacked into",
                release.display()
            ));
        }
        Ok(files)
    }

    fn walk(&mut self, folder: &Path, depth: usize) -> std::io::Result<()> {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        entries.sort();
        for path in entries {
            // A link could lead round in a circle, or out of the release.
            let kind = std::fs::symlink_metadata(&path)?.file_type();
            if kind.is_dir() && depth > 0 {
                self.walk(&path, depth - 1)?;
            } else if kind.is_file() {
                self.note(path);
            }
        }
        Ok(())
    }

    fn note(&mut self, path: PathBuf) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let Some(stem) = name.strip_suffix(".txt").filter(|stem| stem.contains("Snapshot")) else { return };
        let Some(date) = stem.rsplit('_').next().and_then(date) else { return };
        // `der2_Refset_Simple…`, not `der2_sRefset_SimpleMap…`, whose columns are others.
        if stem.starts_with("der2_Refset_Simple") {
            self.simple.push(Released { path, date });
        } else if stem.starts_with("sct2_Description_") {
            self.descriptions.push(Released { path, date });
        }
    }

    /// Every set of [`REFSETS`], with its active members.
    fn sets(&self) -> miette::Result<BTreeMap<&'static str, Set>> {
        let mut sets: BTreeMap<&'static str, Set> = BTreeMap::new();
        for file in &self.simple {
            let mut seen: BTreeMap<(&'static str, String), bool> = BTreeMap::new();
            let mut twice = None;
            read(&file.path, &mut |reader| {
                rf2::members(reader, &mut |member| {
                    let Some(id) = REFSETS.into_iter().find(|id| *id == member.refset) else { return };
                    // Taken out once and put in again, a component has two rows; two that hold are no snapshot.
                    let row = seen.entry((id, member.component.clone())).or_default();
                    if *row && member.active {
                        twice = Some(member.component);
                    }
                    *row |= member.active;
                })
            })?;
            if let Some(twice) = twice {
                let name = file.path.display();
                return Err(miette::miette!(
                    "`{name}`: {twice} stands twice in one set: a snapshot has each once"
                ));
            }
            for ((id, component), active) in seen {
                let set = sets
                    .entry(id)
                    .or_insert_with(|| Set { release: file.date.clone(), members: BTreeSet::new() });
                // Of several files with one set the older date is the honest one.
                set.release = set.release.clone().min(file.date.clone());
                if active {
                    set.members.insert(component);
                }
            }
        }
        for id in REFSETS {
            if sets.get(id).is_none_or(|set| set.members.is_empty()) {
                return Err(miette::miette!(
                    "the release holds no member of reference set {id}; nothing was written"
                ));
            }
        }
        Ok(sets)
    }

    /// The words of the members and of the sets: the full name, without its kind.
    fn names(&self, sets: &BTreeMap<&'static str, Set>) -> miette::Result<BTreeMap<String, String>> {
        let wanted: BTreeSet<&str> =
            sets.iter().flat_map(|(id, set)| set.members.iter().map(String::as_str).chain([*id])).collect();
        let mut names = BTreeMap::new();
        for file in &self.descriptions {
            read(&file.path, &mut |reader| {
                rf2::descriptions(reader, &mut |description| {
                    let is_name = description.active && description.kind == rf2::FULL_NAME;
                    if is_name && wanted.contains(description.concept.as_str()) {
                        names.insert(description.concept, without_kind(&description.term).to_owned());
                    }
                })
            })?;
        }
        Ok(names)
    }
}

/// `Syphilis (disorder)` is called `Syphilis`.
fn without_kind(term: &str) -> &str {
    term.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (")).map_or(term, |(name, _)| name).trim()
}

type Reading<'r> = &'r mut dyn FnMut(&mut dyn std::io::BufRead) -> Result<(), rf2::Fault>;

fn read(path: &Path, reading: Reading<'_>) -> miette::Result<()> {
    let refused = || format!("`{}` is not as released; nothing was written", path.display());
    let file = File::open(path).into_diagnostic().wrap_err_with(refused)?;
    reading(&mut BufReader::new(file)).into_diagnostic().wrap_err_with(refused)
}

/// `20260401` as `2026-04-01`.
pub(super) fn date(text: &str) -> Option<String> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    let date: jiff::civil::Date = format!("{year}-{month}-{day}").parse().ok()?;
    Some(date.to_string())
}
