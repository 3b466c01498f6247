//! Reads `balp.txt`, checks an event against the profile it claims, and tries every rule by breaking it.

use serde_json::{Value, json};
use std::collections::BTreeMap;

const RULES: &str = include_str!("balp.txt");

pub(super) struct Profiles {
    bases: BTreeMap<String, String>,
    rules: Vec<Rule>,
}

struct Rule {
    profile: String,
    path: String,
    check: Check,
    line: String,
}

enum Check {
    Count(usize, usize),
    /// One of these; a code is `system#code`.
    Is(Vec<String>),
    By(String, Vec<String>),
    Closed,
    Of(String),
    Same(String),
}

impl Profiles {
    pub(super) fn read() -> Self {
        let mut profiles = Self { bases: BTreeMap::new(), rules: Vec::new() };
        let mut current = String::new();
        for line in RULES.lines().map(|line| line.split(" #").next().unwrap().trim()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                ["profile", name, rest @ ..] => {
                    current = (*name).to_owned();
                    if let ["of", base] = rest {
                        profiles.bases.insert(current.clone(), (*base).to_owned());
                    }
                }
                [path, rest @ ..] => profiles.rules.push(Rule {
                    profile: current.clone(),
                    path: (*path).to_owned(),
                    check: check(rest),
                    line: format!("{current}: {line}"),
                }),
            }
        }
        profiles
    }

    /// Every rule the event breaks of the profile it claims and of that one's base.
    pub(super) fn faults(&self, event: &Value) -> Vec<String> {
        self.of(event).filter(|rule| !self.holds(rule, event)).map(|rule| rule.line.clone()).collect()
    }

    /// The rules that nothing done to any of these events breaks.
    pub(super) fn blunt(&self, events: &[Value]) -> Vec<String> {
        let tried = |rule: &&Rule| !matches!(rule.check, Check::By(..));
        let bites = |rule: &&Rule| {
            events.iter().any(|event| {
                let claims = self.of(event).any(|one| std::ptr::eq(one, *rule));
                claims && self.broken(rule, event).is_some_and(|broken| !self.holds(rule, &broken))
            })
        };
        self.rules.iter().filter(tried).filter(|rule| !bites(rule)).map(|rule| rule.line.clone()).collect()
    }

    fn of(&self, event: &Value) -> impl Iterator<Item = &Rule> {
        let claimed = event.pointer("/meta/profile/0").and_then(Value::as_str).unwrap_or_default();
        let claimed = claimed.rsplit("IHE.BasicAudit.").next().unwrap_or_default().to_owned();
        let base = self.bases.get(&claimed).cloned().unwrap_or_default();
        self.rules.iter().filter(move |rule| rule.profile == claimed || rule.profile == base)
    }

    fn holds(&self, rule: &Rule, event: &Value) -> bool {
        self.groups(rule, event).iter().all(|values| match &rule.check {
            Check::Count(min, max) => (*min..=*max).contains(&values.len()),
            Check::Is(wanted) => values.iter().all(|value| is_one(value, wanted)),
            Check::By(..) => true,
            Check::Closed => values
                .iter()
                .all(|value| self.slices(&rule.profile, &rule.path).any(|slice| member(value, slice))),
            Check::Of(kind) => values.iter().all(|value| value["type"] == kind.as_str()),
            Check::Same(other) => {
                let other = other.split('.').try_fold(event, |value, name| value.get(name));
                values.iter().all(|value| Some(*value) == other)
            }
        })
    }

    /// For each parent of a rule's element, the values of that element.
    fn groups<'a>(&self, rule: &Rule, event: &'a Value) -> Vec<Vec<&'a Value>> {
        let mut parents = vec![event];
        let mut sofar = String::new();
        let segments: Vec<&str> = rule.path.split('.').collect();
        for (place, segment) in segments.iter().enumerate() {
            sofar = if sofar.is_empty() { (*segment).to_owned() } else { format!("{sofar}.{segment}") };
            let found: Vec<Vec<&Value>> =
                parents.iter().map(|parent| self.step(parent, segment, (&rule.profile, &sofar))).collect();
            if place + 1 == segments.len() {
                return found;
            }
            parents = found.into_iter().flatten().collect();
        }
        Vec::new()
    }

    fn step<'a>(&self, parent: &'a Value, segment: &str, (profile, path): (&str, &str)) -> Vec<&'a Value> {
        let name = segment.split(':').next().unwrap();
        // A value said to be unknown is there all the same.
        let values = match parent.get(name).or_else(|| parent.get(format!("_{name}"))) {
            Some(Value::Array(items)) => items.iter().collect(),
            Some(value) => vec![value],
            None => Vec::new(),
        };
        match segment.contains(':') {
            true => values.into_iter().filter(|value| self.in_slice(value, profile, path)).collect(),
            false => values,
        }
    }

    fn in_slice(&self, value: &Value, profile: &str, path: &str) -> bool {
        let slice = self.rules.iter().find(|rule| rule.profile == profile && rule.path == path);
        member(value, &slice.unwrap().check)
    }

    fn slices(&self, profile: &str, path: &str) -> impl Iterator<Item = &Check> {
        let prefix = format!("{path}:");
        let of = move |rule: &&Rule| rule.profile == profile && rule.path.starts_with(&prefix);
        self.rules.iter().filter(of).map(|rule| &rule.check).filter(|check| matches!(check, Check::By(..)))
    }

    /// The event with this one rule broken, where it has what the rule is about.
    fn broken(&self, rule: &Rule, event: &Value) -> Option<Value> {
        let mut event = event.clone();
        let (above, last) = rule.path.rsplit_once('.').unwrap_or(("", &rule.path));
        let (name, slice) = last.split_once(':').map_or((last, ""), |(name, slice)| (name, slice));
        self.ensure(&mut event, rule, above);
        let parent = self.first(&mut event, above, &rule.profile)?;
        match &rule.check {
            Check::Count(0, 0) => parent[name] = json!({"any": "thing"}),
            Check::Count(0, _) => {
                parent.get_mut(name)?.as_array_mut()?.extend([self.example(rule), self.example(rule)])
            }
            Check::Count(..) if !slice.is_empty() => {
                let path = rule.path.clone();
                parent
                    .get_mut(name)?
                    .as_array_mut()?
                    .retain(|item| !self.in_slice(item, &rule.profile, &path));
            }
            Check::Count(min, _) => match parent.get_mut(name).and_then(Value::as_array_mut) {
                Some(items) => items.truncate(min - 1),
                None => {
                    let fields = parent.as_object_mut()?;
                    fields.remove(name).or(fields.remove(&format!("_{name}")))?;
                }
            },
            Check::Is(_) if parent.get(name)?.is_array() => parent[name] = json!([{}]),
            Check::Is(_) | Check::Of(_) | Check::Same(_) => *parent.get_mut(name)? = json!({}),
            Check::Closed => parent.get_mut(name)?.as_array_mut()?.push(json!({"type": {"code": "other"}})),
            Check::By(..) => return None,
        }
        Some(event)
    }

    /// A slice an event may have and has not is put in, so that its rules can be tried.
    fn ensure(&self, event: &mut Value, rule: &Rule, above: &str) {
        let Some((slice, inner)) =
            above.split_once('.').or(Some((above, ""))).filter(|(slice, _)| slice.contains(':'))
        else {
            return;
        };
        if self.first(event, slice, &rule.profile).is_some() {
            return;
        }
        let of = Rule {
            profile: rule.profile.clone(),
            path: slice.to_owned(),
            check: Check::Closed,
            line: String::new(),
        };
        let mut member = self.example(&of);
        member["what"] = json!({"identifier": {"value": "x"}});
        member["who"] = member["what"].clone();
        let name = slice.split(':').next().unwrap();
        event[name].as_array_mut().unwrap().push(member);
        assert!(self.first(event, above, &rule.profile).is_some(), "{slice} {inner}");
    }

    /// A member of the slice a rule is about.
    fn example(&self, rule: &Rule) -> Value {
        let slice = self.rules.iter().find(|one| one.profile == rule.profile && one.path == rule.path);
        let Some(Rule { check: Check::By(child, values), .. }) = slice else { return json!({}) };
        let (system, code) = values[0].rsplit_once('#').unwrap();
        let coding = json!({"system": system, "code": code});
        match (child.as_str(), rule.path.starts_with("agent")) {
            ("$this", _) => coding,
            (child, true) => json!({child: {"coding": [coding]}}),
            (child, false) => json!({child: coding}),
        }
    }

    fn first<'a>(&self, value: &'a mut Value, path: &str, profile: &str) -> Option<&'a mut Value> {
        let mut value = value;
        let mut sofar = String::new();
        for segment in path.split('.').filter(|segment| !segment.is_empty()) {
            sofar = if sofar.is_empty() { segment.to_owned() } else { format!("{sofar}.{segment}") };
            let child = value.get_mut(segment.split(':').next()?)?;
            value = match child {
                Value::Array(items) => items.iter_mut().find(|item| self.in_slice(item, profile, &sofar))?,
                other => other,
            };
        }
        Some(value)
    }
}

fn check(words: &[&str]) -> Check {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    match words {
        ["=", values @ ..] => Check::Is(owned(values)),
        ["by", child, values @ ..] => Check::By((*child).to_owned(), owned(values)),
        ["closed"] => Check::Closed,
        ["of", kind] => Check::Of((*kind).to_owned()),
        ["same", other] => Check::Same((*other).to_owned()),
        [count] => {
            let (min, max) = count.split_once("..").unwrap();
            Check::Count(min.parse().unwrap(), if max == "*" { usize::MAX } else { max.parse().unwrap() })
        }
        other => panic!("not a rule: {other:?}"),
    }
}

fn member(value: &Value, slice: &Check) -> bool {
    let Check::By(child, wanted) = slice else { return false };
    let child = if child == "$this" { Some(value) } else { value.get(child) };
    child.is_some_and(|child| is_one(child, wanted))
}

/// A plain value, a Coding, or a CodeableConcept with such a Coding.
fn is_one(value: &Value, wanted: &[String]) -> bool {
    if let Some(codings) = value.get("coding").and_then(Value::as_array) {
        return codings.iter().any(|coding| is_one(coding, wanted));
    }
    let said = match value {
        Value::Object(_) => {
            let of = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
            format!("{}#{}", of("system"), of("code"))
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    wanted.contains(&said)
}
