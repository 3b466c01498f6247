//! The clinical safety file, as it goes to partners with a version: whom it reaches, of what it speaks, and that its links lead somewhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const PAGES: [&str; 4] = ["README.md", "plan.md", "safety-case.md", "partner-pack.md"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn page(name: &str) -> String {
    read(&format!("docs/clinical-safety/{name}"))
}

/// Ids of the shipped sources that are a partner's: pointers to plans are nobody's.
fn sources() -> Vec<String> {
    let config = read("config/demo.toml");
    let blocks = config.split("\n[[sources]]\n").skip(1);
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(&format!("{key} = \"")));
        line.and_then(|rest| rest.split('"').next())
            .unwrap_or_else(|| panic!("no `{key}`: {block}"))
            .to_owned()
    };
    blocks.filter(|block| value(block, "kind") != "nrl").map(|block| value(block, "id")).collect()
}

/// The kinds of those organisations whose professionals may look.
fn kinds() -> BTreeSet<String> {
    let table = read("config/policy/organisations.csv");
    let rows = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    rows.map(|row| row.rsplit(',').next().unwrap().to_owned()).collect()
}

// shows: R50
#[test]
fn every_kind_of_partner_and_every_source_has_its_part_of_the_pack() {
    let pack = page("partner-pack.md");
    let headings: String = pack.lines().filter(|line| line.starts_with("### ")).collect();
    let kinds = kinds();
    assert!(kinds.len() >= 10, "{kinds:?}");
    for kind in kinds {
        assert!(headings.contains(&format!("(`{kind}`")), "no part of the pack is for `{kind}`: {headings}");
    }
    let demonstration: String =
        pack.lines().filter(|line| line.starts_with("In the demonstration: ")).collect();
    let sources = sources();
    assert_eq!(sources.len(), 11, "{sources:?}");
    for source in sources {
        assert!(demonstration.contains(&format!("`{source}`")), "`{source}` has no part of the pack");
    }
    for field in ["- Clinical Safety Officer of the organisation:", "- Who may decide to stop:"] {
        assert!(pack.contains(field), "who answers there is not asked for: `{field}`");
    }
}

// shows: R50
#[test]
fn the_file_speaks_of_this_version_names_the_officers_role_and_leads_to_what_is_there() {
    let version = format!("\n- Version: {}\n", env!("CARGO_PKG_VERSION"));
    assert!(page("safety-case.md").contains(&version), "the case is not of{version}");
    let folder = root().join("docs/clinical-safety");
    for name in PAGES {
        let text = page(name);
        assert!(text.contains("Clinical Safety Officer"), "{name} does not name the role");
        let standards =
            if name == "partner-pack.md" { ["DCB0160", "transferred"] } else { ["DCB0129", "requirement"] };
        assert!(standards.iter().all(|word| text.contains(word)), "{name}: {standards:?}");
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let files = links.map(|link| link.split('#').next().unwrap()).filter(|file| !file.is_empty());
        let mut count = 0;
        for file in files.filter(|file| !file.starts_with("https://")) {
            assert!(folder.join(file).exists(), "{name} leads to `{file}`, and there is none");
            count += 1;
        }
        assert!(count > 0, "{name} leads nowhere: it was not read");
    }
}
