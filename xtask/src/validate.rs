//! Takes what the converter makes of our cases and of the published payloads, has every resource judged by a validator that is
//! not ours: base R4, and the UK Core profile it claims; the golden AuditEvents against base R4. Where the published payloads are not at hand it says so, loudly.

use crate::step::{self, Step};
use crate::{demo, say, setup};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One run: how its input is written, and where it lies below the corpus.
struct Set {
    name: &'static str,
    /// The converter's option and the list of what was published invalid.
    written: &'static str,
    known: &'static str,
    folders: &'static [&'static str],
}

const SETS: [Set; 3] = [
    Set { name: "practices", written: "--gp-connect", known: "stu3", folders: &["gp-connect-structured"] },
    Set {
        name: "care-connect",
        written: "--stu3",
        known: "stu3",
        folders: &[
            "care-connect-stu3/examples",
            "flags-and-plans/stu3",
            "nrl/stu3",
            "gp-connect-documents",
            "cda-nhs111/expected-stu3",
            "hostile",
        ],
    },
    Set {
        name: "uk-core",
        written: "--r4",
        known: "r4",
        folders: &[
            "uk-core-r4",
            "pathology-r4",
            "medicines-r4",
            "pds",
            "bars-ambulance/api",
            "flags-and-plans/r4",
            "immunisation",
            "sds",
        ],
    },
];

pub(crate) fn run(root: &Path) -> Result<(), String> {
    let folder = root.join("xtask/validate");
    setup::node_modules(&folder)?;
    let build = ["cargo", "build", "--workspace", "--example", "uk_core", "--locked"];
    step::run(&Step { name: "converter", folder: root, command: &build, environment: &[] })?;
    let judge = Judge { root, folder };
    judge.judged("AuditEvent: golden events", &judge.audit_events()?, &[])?;
    let cases = root.join("fixtures/cases/uk_core");
    let cases = judge.converted("cases", "--stu3", &[cases])?;
    judge.judged("UK Core: our cases", &cases, &[])?;
    let searchset = judge.searchset()?;
    judge.judged("FHIR R4: the searchset for hosts", &searchset, &[])?;
    let Some(corpus) = corpus(root) else {
        say::line(
            "\n*** SKIPPED: no corpus of real payloads to validate; set SHCR_CORPUS to its folder ***\n",
        );
        return Ok(());
    };
    let profiles = corpus.join("uk-core-r4/profiles").display().to_string();
    for set in &SETS {
        let folders: Vec<PathBuf> = set.folders.iter().map(|folder| corpus.join(folder)).collect();
        let converted = judge.converted(set.name, set.written, &folders)?;
        let options = ["--from", set.known, "--profiles", &profiles];
        judge.judged(&format!("UK Core: {}", set.name), &converted, &options)?;
    }
    Ok(())
}

struct Judge<'a> {
    root: &'a Path,
    folder: PathBuf,
}

impl Judge<'_> {
    /// Every resource as UK Core R4, one to a line.
    fn converted(&self, name: &str, written: &str, inputs: &[PathBuf]) -> Result<String, String> {
        let target = demo::target(self.root);
        let path = target.join(format!("validate-{name}.ndjson"));
        let out = File::create(&path).map_err(|error| format!("`{}`: {error}", path.display()))?;
        let program = target.join("debug/examples/uk_core");
        let ended = Command::new(&program).arg(written).args(inputs).stdout(out).status();
        let ended = ended.map_err(|error| format!("`{}` cannot be started: {error}", program.display()))?;
        if !ended.success() {
            return Err(format!("the converter failed on {name}"));
        }
        Ok(path.display().to_string())
    }

    /// What the audit's entries are told as, in one file; the audit's own tests hold them against their profiles.
    fn audit_events(&self) -> Result<String, String> {
        let folder = self.root.join("crates/audit/src/event/tests/golden");
        let fault = |error| format!("`{}`: {error}", folder.display());
        let files = std::fs::read_dir(&folder).map_err(fault)?.flatten();
        let texts = files.map(|file| std::fs::read_to_string(file.path())).collect::<Result<Vec<_>, _>>();
        let path = demo::target(self.root).join("validate-audit-events.ndjson");
        std::fs::write(&path, texts.map_err(fault)?.concat()).map_err(fault)?;
        Ok(path.display().to_string())
    }

    /// The golden searchset as one resource on one line.
    fn searchset(&self) -> Result<String, String> {
        let golden = self.root.join("crates/web/golden/searchset.json");
        let text = std::fs::read_to_string(&golden);
        let text = text.map_err(|error| format!("`{}`: {error}", golden.display()))?;
        let path = demo::target(self.root).join("validate-searchset.ndjson");
        let line = text.replace('\n', " ") + "\n";
        std::fs::write(&path, line).map_err(|error| format!("`{}`: {error}", path.display()))?;
        Ok(path.display().to_string())
    }

    fn judged(&self, name: &str, file: &str, options: &[&str]) -> Result<(), String> {
        let mut command = vec!["node", "validate.mjs"];
        command.extend(options);
        command.push(file);
        step::run(&Step { name, folder: &self.folder, command: &command, environment: &[] }).map(drop)
    }
}

/// `SHCR_CORPUS`, or where it lies beside the workspace.
fn corpus(root: &Path) -> Option<PathBuf> {
    let path = std::env::var_os("SHCR_CORPUS").map_or_else(|| root.join("../shared/corpus"), PathBuf::from);
    path.canonicalize().ok()
}
