//! Takes the ready file's JSON, gives addresses, people and users by name; refuses a question it has no answer to.

use crate::kept::Mark;
use serde_json::Value;
use std::path::PathBuf;

/// What the program says of itself once everything listens.
#[derive(Default)]
pub struct Ready(Value);

/// One synthetic person.
#[derive(Clone)]
pub struct Person {
    pub nhs_number: String,
    /// `Mrs Given FAMILY`
    pub name: String,
    pub story_key: String,
}

impl Person {
    /// 3-3-4, as pages write it.
    pub fn spaced(&self) -> String {
        let part = |from: usize, to: usize| self.nhs_number.get(from..to).expect("ten digits");
        format!("{} {} {}", part(0, 3), part(3, 6), part(6, 10))
    }

    /// In capitals, as every page has it.
    pub fn family(&self) -> String {
        self.name.split(' ').next_back().expect("a name has a family name").to_uppercase()
    }
}

impl Ready {
    pub(crate) fn parse(text: &str) -> Self {
        Self(serde_json::from_str(text).expect("the ready file is JSON"))
    }

    /// All of it, as JSON.
    pub fn whole(&self) -> String {
        self.0.to_string()
    }

    /// `host_url`, `gateway_url`, …
    pub fn text(&self, key: &str) -> String {
        let text = self.0.get(key).and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("the ready file has no `{key}`")).to_owned()
    }

    pub fn state_dir(&self) -> PathBuf {
        PathBuf::from(self.text("state_dir"))
    }

    /// The first person with that story.
    pub fn person(&self, story_key: &str) -> Person {
        let mut people = self.people();
        let place = people.iter().position(|person| person.story_key == story_key);
        people.swap_remove(place.unwrap_or_else(|| panic!("nobody has the story `{story_key}`")))
    }

    /// Doreen, of whom every partner holds something.
    pub fn golden_person(&self) -> Person {
        self.named("TESTPATIENT")
    }

    /// The first person of that family name.
    pub fn named(&self, family: &str) -> Person {
        let found = self.people().into_iter().find(|person| person.family() == family);
        found.unwrap_or_else(|| panic!("nobody is called `{family}`"))
    }

    pub fn people(&self) -> Vec<Person> {
        self.list("people").iter().map(person).collect()
    }

    /// Everybody who may sign in to the host: login, and the organisation they work for.
    pub fn professionals(&self) -> Vec<(String, String)> {
        self.list("users")
            .iter()
            .map(|user| (text_of(user, "login"), text_of(user, "organisation")))
            .collect()
    }

    /// Names of all sources, as faults go by.
    pub fn sources(&self) -> Vec<String> {
        self.list("sources").iter().map(|source| text_of(source, "name")).collect()
    }

    /// Where a source answers: what stands before `/metadata`.
    pub fn source_url(&self, name: &str) -> String {
        let source = self.list("sources").iter().find(|source| text_of(source, "name") == name);
        text_of(source.unwrap_or_else(|| panic!("there is no source `{name}`")), "url")
    }

    /// Where a source's tokens are had.
    pub fn token_url(&self, name: &str) -> String {
        let source = self.list("sources").iter().find(|source| text_of(source, "name") == name);
        text_of(source.unwrap_or_else(|| panic!("there is no source `{name}`")), "token_url")
    }

    /// What a source asks of whoever comes: `api-key`, `oauth2`, `mtls` or `none`.
    pub fn source_lock(&self, name: &str) -> String {
        let source = self.list("sources").iter().find(|source| text_of(source, "name") == name);
        text_of(source.unwrap_or_else(|| panic!("there is no source `{name}`")), "lock")
    }

    /// The configuration of the edge node of that partner.
    pub fn edge(&self, name: &str) -> String {
        let edge = self.list("edges").iter().find(|edge| text_of(edge, "name") == name);
        text_of(edge.unwrap_or_else(|| panic!("no partner `{name}` has an edge node")), "config")
    }

    /// A member of what the ready file says of that partner's edge node, such as `server_identity` or `addresses/serve`.
    pub fn edge_has(&self, name: &str, member: &str) -> String {
        let edge = self.list("edges").iter().find(|edge| text_of(edge, "name") == name);
        let text = edge.and_then(|edge| edge.pointer(&format!("/{member}"))).and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("of `{name}` there is no `{member}`")).to_owned()
    }

    /// What every source puts into its answers, where that was asked for.
    pub fn marks(&self) -> Vec<Mark> {
        let mark = |line| Mark { class: text_of(line, "class"), mark: text_of(line, "mark") };
        self.list("marks").iter().map(mark).collect()
    }

    fn list(&self, key: &str) -> &[Value] {
        self.0.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

fn person(line: &Value) -> Person {
    let text = |key| text_of(line, key);
    Person { nhs_number: text("nhs_number"), name: text("name"), story_key: text("story_key") }
}

fn text_of(line: &Value, key: &str) -> String {
    line.get(key)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("a line of the ready file has no `{key}`"))
        .to_owned()
}
