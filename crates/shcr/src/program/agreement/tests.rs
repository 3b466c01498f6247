//! An agreement that changes under a running gateway: every switch off and back, what is wrong refused, the one before going on.

use super::*;
use access::Permit;
use fhir::{Category, SourceId};
use std::fs;

/// A doctor of the acute trust, as the audit would have written it.
const DOCTOR: &str = "role=R1 organisation=ZZ910 kind=acute route=signed assurance=2 purpose=TREAT relationship=host-open objection=none";

struct Place {
    _directory: tempfile::TempDir,
    config: Config,
    agreement: Agreement,
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &to) } else { fs::copy(&path, &to).map(|_| ()).unwrap() }
    }
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config"), &directory.path().join("config"));
        let config = Config::load(&directory.path().join("config/demo.toml")).unwrap();
        let agreement = Agreement::begin(&config).unwrap();
        Self { _directory: directory, config, agreement }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.config.policy.directory.join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).unwrap();
    }

    /// The first look sees the change, the second that it rests.
    fn look_twice(&self) -> Outcome {
        assert_eq!(self.agreement.look(), Outcome::Unchanged, "an editor may be half-way");
        self.agreement.look()
    }

    fn permit(&self) -> Permit {
        self.agreement.now().decide_as_recorded(DOCTOR).unwrap().unwrap()
    }
}

type Shared = Vec<(SourceId, Category)>;

fn shared(permit: &Permit, config: &Config) -> Shared {
    let all =
        config.sources.iter().flat_map(|source| Category::ALL.map(|category| (source.id.clone(), category)));
    all.filter(|(source, category)| permit.is_shared(source, *category)).collect()
}

// shows: R25, R38
#[test]
fn t63_every_source_and_category_is_switched_off_and_back_without_a_restart() {
    let place = Place::new();
    let before = shared(&place.permit(), &place.config);
    let first = place.agreement.now().id().to_owned();
    for source in &place.config.sources {
        let name = format!("releases/{}.csv", source.ods);
        for category in &source.shares {
            let text = fs::read_to_string(place.file(&name)).unwrap();
            let line = format!("{},{},open,F,", source.id, category.name());
            // One more character, so that the change is seen whatever the clock of the file system.
            place.write(&name, &text.replace(&line, &format!("{},{},off,F, ", source.id, category.name())));
            assert!(matches!(place.look_twice(), Outcome::Swapped { .. }), "HAZ-055: {line}");
            let permit = place.permit();
            assert_eq!(permit.level(&source.id, *category), fhir::Level::Nothing, "HAZ-055: {line}");
            let expected: Shared =
                before.iter().filter(|key| **key != (source.id.clone(), *category)).cloned().collect();
            assert_eq!(shared(&permit, &place.config), expected, "HAZ-055: and no other: {line}");
            place.write(&name, &text);
            assert!(matches!(place.look_twice(), Outcome::Swapped { .. }), "HAZ-055: {line}");
            assert_eq!(shared(&place.permit(), &place.config), before, "HAZ-055: back again: {line}");
        }
    }
    assert_eq!(place.agreement.now().id(), first, "the same files are the same agreement");
    let pairs: usize = place.config.sources.iter().map(|source| source.shares.len()).sum();
    assert_eq!(place.agreement.generation.load(Ordering::SeqCst), 1 + 2 * pairs as u64);
}

#[test]
fn t43_a_narrowed_agreement_decides_otherwise_under_another_generation() {
    let place = Place::new();
    let matrix = fs::read_to_string(place.file("matrix.csv")).unwrap();
    let gp = SourceId::new("gp");
    assert_eq!(place.permit().level(&gp, Category::Results), fhir::Level::Full);
    place.write("matrix.csv", &matrix.replace("results,F,F,", "results,-,F, "));
    assert!(matches!(place.look_twice(), Outcome::Swapped { .. }));
    assert_eq!(place.permit().level(&gp, Category::Results), fhir::Level::Nothing, "HAZ-047");
    assert_eq!(place.agreement.generation.load(Ordering::SeqCst), 2, "HAZ-047: open views can tell");
}

// shows: F43
#[test]
fn t68_what_cannot_be_used_is_refused_and_the_one_before_goes_on() {
    let place = Place::new();
    let (id, before) = (place.agreement.now().id().to_owned(), shared(&place.permit(), &place.config));
    let originals = ["matrix.csv", "policies.cedar", "roles/acute-epr.csv", "releases/ZZ910.csv"];
    for name in originals {
        let text = fs::read_to_string(place.file(name)).unwrap();
        place.write(name, text.get(..text.len() / 2 + 7).unwrap());
        let outcome = place.look_twice();
        assert!(
            matches!(&outcome, Outcome::Refused(why) if why.contains(name)),
            "HAZ-055: {name}: {outcome:?}"
        );
        assert_eq!(place.agreement.now().id(), id, "HAZ-055: {name}");
        assert_eq!(shared(&place.permit(), &place.config), before, "HAZ-055: {name}");
        assert!(place.agreement.refused.lock().unwrap().is_some(), "HAZ-055: the operator can read it");
        assert_eq!(place.agreement.look(), Outcome::Unchanged, "the same files are refused once");
        place.write(name, &text);
        assert_eq!(place.look_twice(), Outcome::Unchanged, "what is in force is there again");
        assert!(place.agreement.refused.lock().unwrap().is_none());
    }
}

#[test]
fn t67_every_agreement_that_was_in_force_is_kept_under_its_id() {
    let place = Place::new();
    let then = place.agreement.now().id().to_owned();
    let recorded = place.permit().digest();
    let matrix = fs::read_to_string(place.file("matrix.csv")).unwrap();
    place.write("matrix.csv", &matrix.replace("results,F,F,", "results,-,F, "));
    assert!(matches!(place.look_twice(), Outcome::Swapped { .. }));
    assert_ne!(place.permit().digest(), recorded);
    let kept = Policy::of_then(&kept_at(&place.config.state_dir, &then), &then).unwrap();
    assert_eq!(kept.decide_as_recorded(DOCTOR).unwrap().unwrap().digest(), recorded, "HAZ-055");
}
