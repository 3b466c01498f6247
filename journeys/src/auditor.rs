//! The audit as an auditor has it: takes a store and its key, gives the program's own verdict and what it counted, and how
//! every opening was closed.

use crate::held;
use audit::{
    EntryView, Filter, OpeningId,
    held::{About, OwnKey},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

/// Somebody with the store's file and its key.
pub struct Auditor {
    program: PathBuf,
    store: PathBuf,
    key: PathBuf,
    months: PathBuf,
}

impl Auditor {
    /// In `state` lie `audit.sqlite`, `audit.key` and `audit-months`.
    pub fn new(program: &Path, state: &Path) -> Self {
        let (store, key) = (state.join("audit.sqlite"), state.join("audit.key"));
        Self { program: program.to_owned(), store, key, months: state.join("audit-months") }
    }

    /// Nothing was changed, removed, added or reordered (HAZ-030). Gives how many entries of each kind there are.
    pub fn verify(&self) -> Kinds {
        let mut command = Command::new(&self.program);
        command.args(["audit", "verify", "--store"]).arg(&self.store).arg("--key").arg(&self.key);
        command.arg("--month-keys").arg(&self.months);
        let output = command.output().expect("the program starts");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the audit does not verify: {said}{complaint}");
        Kinds(said.lines().filter_map(kind).collect())
    }

    /// The id of every opening, in the order in which they were opened.
    pub fn opened(&self) -> Vec<String> {
        self.of_kind("open").iter().map(|view| field(view, "/opening")).collect()
    }

    /// Every opening as its close has it, in the order in which they were closed.
    pub fn closed(&self) -> Vec<Closed> {
        let entries = self.all();
        let of_kind = |kind: &'static str| entries.iter().filter(move |view| field(view, "/kind") == kind);
        let closes = of_kind("close").map(|close| {
            let opening = field(close, "/opening");
            let own = of_kind("disclosure").filter(|view| field(view, "/opening") == opening);
            Closed {
                nhs_number: field(close, "/whom/sent"),
                trace: field(close, "/whom/trace"),
                states: states(close),
                disclosed: own.flat_map(states).collect(),
            }
        });
        closes.collect()
    }

    /// Why each opening that was refused was refused, as only the audit has it.
    pub fn refused(&self) -> Vec<Vec<String>> {
        let reasons = |view: &EntryView| {
            let reasons = view.entry.pointer("/decision/reasons").and_then(Value::as_array);
            let texts = reasons.into_iter().flatten().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        };
        self.of_kind("refused").iter().map(reasons).collect()
    }

    /// The reasons that were typed.
    pub fn reasons(&self) -> Vec<String> {
        let typed = self.of_kind("override").into_iter().map(|view| field(&view, "/why/reason_code"));
        typed.filter(|code| !code.is_empty()).collect()
    }

    /// The rules of the alerts raised, in order.
    pub fn alerts(&self) -> Vec<String> {
        self.of_kind("alert").iter().map(|view| field(view, "/cause")).collect()
    }

    /// Flow and reason of every refused launch, in order.
    pub fn refusals(&self) -> Vec<(String, String)> {
        let told = |view: &EntryView| (field(view, "/detail/flow"), field(view, "/cause"));
        self.of_kind("launch-refused").iter().map(told).collect()
    }

    /// Route and assurance of every session that began, in order.
    pub fn sessions(&self) -> Vec<(String, u64)> {
        let all = self.of_kind("session");
        let begun = all.iter().filter(|view| field(view, "/cause") == "start");
        let assurance =
            |view: &EntryView| view.entry.pointer("/how/assurance").and_then(Value::as_u64).unwrap_or(99);
        begun.map(|view| (field(view, "/how/route"), assurance(view))).collect()
    }

    /// The kind of every entry, in order.
    pub fn kinds_in_order(&self) -> Vec<String> {
        self.all().iter().map(|view| field(view, "/kind")).collect()
    }

    /// Every entry, in order, opened under the key.
    pub fn everything(&self) -> Vec<Value> {
        self.all().into_iter().map(|view| view.entry).collect()
    }

    fn of_kind(&self, kind: &str) -> Vec<EntryView> {
        let mut entries = self.all();
        entries.retain(|view| field(view, "/kind") == kind);
        entries
    }

    /// Every entry of a kind, in order, opened under the key.
    pub fn entries(&self, kind: &str) -> Vec<Value> {
        self.of_kind(kind).into_iter().map(|view| view.entry).collect()
    }

    /// The alerts of one rule: what each says, by key.
    pub fn alerts_of(&self, rule: &str) -> Vec<BTreeMap<String, String>> {
        let alerts = self.entries("alert").into_iter();
        let own = alerts.filter(|entry| entry.get("cause").and_then(Value::as_str) == Some(rule));
        let told = |entry: Value| -> BTreeMap<String, String> {
            let detail = entry.get("detail").and_then(Value::as_object).cloned().unwrap_or_default();
            detail
                .into_iter()
                .map(|(key, value)| (key, value.as_str().unwrap_or_default().to_owned()))
                .collect()
        };
        own.map(told).collect()
    }

    /// How many entries were held back for this reason, as the partners that published a key find when they open what is theirs.
    pub fn held(&self, reason: &str) -> usize {
        let key = OwnKey::parse(held::PRIVATE).expect("it is a key");
        let sealed = self.sealed();
        let opened = sealed.iter().filter_map(|(opening, source, part, text)| {
            let (opening, part) = (OpeningId::parse(opening).ok()?, *part);
            key.open(About { opening: &opening, source, part }, text).ok()
        });
        opened.flat_map(|told| told.rows).filter(|row| row.reason.name() == reason).count()
    }

    /// What is sealed beside each disclosure: opening, source, part and text, as whoever has the store's key sees it.
    pub fn sealed(&self) -> Vec<(String, String, u32, String)> {
        let sealed = |view: &EntryView| {
            let manifest = view.manifest.as_ref()?;
            let text = |pointer| manifest.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
            let part = manifest.pointer("/head/part").and_then(Value::as_u64)?;
            Some((text("/head/opening")?, text("/head/source")?, part.try_into().ok()?, text("/held")?))
        };
        self.all().iter().filter_map(sealed).collect()
    }

    fn all(&self) -> Vec<EntryView> {
        let key = std::fs::read_to_string(&self.key).expect("the key can be read");
        let entries = audit::inspect(&self.place(), bytes(key.trim()), &Filter::default());
        entries.expect("the audit opens under its key")
    }

    fn place(&self) -> audit::Place {
        audit::Place { month_keys: Some(self.months.clone()), ..audit::Place::file(&self.store) }
    }

    /// The operator's maintenance hold: while it stands, nothing can be recorded.
    pub fn hold(&self) {
        std::fs::write(self.hold_file(), b"").expect("the state folder can be written");
    }

    pub fn release(&self) {
        std::fs::remove_file(self.hold_file()).expect("the hold stood");
    }

    fn hold_file(&self) -> PathBuf {
        let mut name = self.store.clone().into_os_string();
        name.push(".hold");
        PathBuf::from(name)
    }
}

/// How one opening ended.
pub struct Closed {
    /// As the host sent it.
    pub nhs_number: String,
    /// The outcome of the national trace.
    pub trace: String,
    /// The state of every source that was to be asked.
    pub states: BTreeMap<String, String>,
    /// The same as the disclosures have it: of sources of which something may have been shown.
    pub disclosed: BTreeMap<String, String>,
}

fn field(view: &EntryView, pointer: &str) -> String {
    view.entry.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn states(view: &EntryView) -> BTreeMap<String, String> {
    let lines = view.entry.get("sources").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |line: &Value, key| Some(line.get(key)?.as_str()?.to_owned());
    lines.iter().filter_map(|line| Some((text(line, "source")?, text(line, "state")?))).collect()
}

/// 64 hexadecimal digits.
fn bytes(hex: &str) -> [u8; 32] {
    let byte = |place| u8::from_str_radix(hex.get(place * 2..place * 2 + 2)?, 16).ok();
    std::array::from_fn(|place| byte(place).expect("the key is 64 hexadecimal digits"))
}

/// A line `    12 disclosure`.
fn kind(line: &str) -> Option<(String, u64)> {
    let (count, kind) = line.trim().split_once(' ')?;
    Some((kind.to_owned(), count.parse().ok()?))
}

/// How many entries of each kind an audit holds.
#[derive(Debug)]
pub struct Kinds(BTreeMap<String, u64>);

impl Kinds {
    /// None where the audit has no such entry.
    pub fn count(&self, kind: &str) -> u64 {
        self.0.get(kind).copied().unwrap_or_default()
    }
}
