//! Takes a policy file, gives the logs and witnesses it names and the rule by which a checkpoint is witnessed; refuses a file
//! that names one thing twice, uses what it has not defined, or has no quorum. Keys are text here: whoever uses one reads it.
//! Source: C2SP tlog-policy.

use std::collections::{BTreeMap, BTreeSet};

/// A longer file is refused unread.
const LONGEST: usize = 64 * 1024;
/// The quorum of a policy that asks for no witness.
const NONE: &str = "none";

/// Who may sign, and how many others must have seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    pub logs: Vec<Party>,
    pub witnesses: Vec<Party>,
    /// Members and how many of them, by name; a witness is a group of itself.
    groups: BTreeMap<String, Group>,
    quorum: Option<String>,
}

/// A log or a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Of a witness, within this file; of a log, empty.
    pub name: String,
    /// `name+id+key`.
    pub verifier: String,
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    wanted: usize,
    members: Vec<String>,
}

/// A line that cannot stand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the policy: {what}")]
pub struct PolicyFault {
    pub line: usize,
    pub what: &'static str,
}

impl Policy {
    pub fn parse(text: &str) -> Result<Self, PolicyFault> {
        let fault = |line, what| Err(PolicyFault { line, what });
        if text.len() > LONGEST {
            return fault(0, "longer than 65,536 bytes");
        }
        if text.chars().any(|c| (c < ' ' && c != '\n' && c != '\t') || c == '\u{7f}') {
            return fault(0, "a control character");
        }
        let (mut policy, mut used, mut keys) = (Self::default(), BTreeSet::new(), BTreeSet::new());
        let mut last = 0;
        for (at, line) in text.split('\n').enumerate() {
            let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            if words.first().is_none_or(|word| word.starts_with('#')) {
                continue;
            }
            last = at + 1;
            policy.line(&words, &mut used, &mut keys).map_err(|what| PolicyFault { line: last, what })?;
        }
        if policy.quorum.is_none() {
            return fault(last + 1, "there is no quorum");
        }
        Ok(policy)
    }

    /// Whether enough have cosigned; `has` says it of one witness by its name here.
    pub fn is_met(&self, has: &dyn Fn(&str) -> bool) -> bool {
        match self.quorum.as_deref() {
            Some(NONE) => true,
            Some(name) => self.has_seen(name, has),
            None => false,
        }
    }

    /// Whether it asks for any witness.
    pub fn wants_witnesses(&self) -> bool {
        self.quorum.as_deref() != Some(NONE)
    }

    /// Groups name only what stands before them, so this ends.
    fn has_seen(&self, name: &str, has: &dyn Fn(&str) -> bool) -> bool {
        match self.groups.get(name) {
            Some(group) => group.members.iter().filter(|one| self.has_seen(one, has)).count() >= group.wanted,
            None => has(name),
        }
    }

    fn line(
        &mut self,
        words: &[&str],
        used: &mut BTreeSet<String>,
        keys: &mut BTreeSet<String>,
    ) -> Result<(), &'static str> {
        match words {
            ["log", verifier, rest @ ..] => {
                self.logs.push(party("", verifier, rest, keys)?);
                Ok(())
            }
            ["witness", name, verifier, rest @ ..] => {
                self.is_new(name)?;
                self.witnesses.push(party(name, verifier, rest, keys)?);
                Ok(())
            }
            ["group", name, wanted, members @ ..] => {
                self.is_new(name)?;
                let group = self.group(wanted, members, used)?;
                self.groups.insert((*name).to_owned(), group);
                Ok(())
            }
            ["quorum", name] if self.quorum.is_none() && (*name == NONE || self.is_known(name)) => {
                self.quorum = Some((*name).to_owned());
                Ok(())
            }
            ["quorum", ..] => Err("a quorum names one witness or group defined before it, once"),
            _ => Err("neither `log`, `witness`, `group` nor `quorum`"),
        }
    }

    fn group(
        &self,
        wanted: &str,
        members: &[&str],
        used: &mut BTreeSet<String>,
    ) -> Result<Group, &'static str> {
        let plain = !wanted.is_empty() && wanted.bytes().all(|b| b.is_ascii_digit());
        let wanted = match wanted {
            "all" => members.len(),
            "any" => 1,
            number => {
                number.parse().ok().filter(|_| plain).ok_or("a threshold is `all`, `any` or a number")?
            }
        };
        if wanted < 1 || wanted > members.len() {
            return Err("a threshold is between 1 and the number of members");
        }
        for member in members {
            if !self.is_known(member) {
                return Err("a member is not defined before its group");
            }
            if !used.insert((*member).to_owned()) {
                return Err("one witness or group counts twice");
            }
        }
        Ok(Group { wanted, members: members.iter().map(|member| (*member).to_owned()).collect() })
    }

    fn is_known(&self, name: &str) -> bool {
        self.groups.contains_key(name) || self.witnesses.iter().any(|witness| witness.name == name)
    }

    fn is_new(&self, name: &str) -> Result<(), &'static str> {
        if name == NONE || self.is_known(name) {
            Err("a name is defined twice, or is `none`")
        } else {
            Ok(())
        }
    }
}

/// Two verifier keys are one where they hold the same key, whatever their names.
fn party(
    name: &str,
    verifier: &str,
    rest: &[&str],
    keys: &mut BTreeSet<String>,
) -> Result<Party, &'static str> {
    let (_, key) =
        verifier.split_once('+').and_then(|(_, rest)| rest.split_once('+')).ok_or("not a verifier key")?;
    // The type is the first byte, so the first character and part of the second: the rest tells keys apart.
    if !keys.insert(key.chars().skip(2).collect()) {
        return Err("one key stands twice");
    }
    match rest {
        [] => Ok(Party { name: name.to_owned(), verifier: verifier.to_owned(), url: None }),
        [url] => {
            Ok(Party { name: name.to_owned(), verifier: verifier.to_owned(), url: Some((*url).to_owned()) })
        }
        _ => Err("more on the line than a key and an address"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "# who\nlog l+1+AQaaaa https://log.example/\n\twitness X1 x+1+BBbbbb\nwitness X2 x+2+BCcccc https://w.example/\n\
        witness X3 x+3+BDdddd\nwitness Y y+1+BEeeee\ngroup X 2 X1 X2 X3\ngroup both all X Y\nquorum both\n";

    #[test]
    fn a_policy_says_whose_word_makes_a_quorum() {
        let policy = Policy::parse(GOOD).unwrap();
        assert_eq!((policy.logs.len(), policy.witnesses.len()), (1, 4));
        assert_eq!(policy.witnesses[1].url.as_deref(), Some("https://w.example/"));
        let met = |seen: &[&str]| policy.is_met(&|name| seen.contains(&name));
        assert!(met(&["X1", "X3", "Y"]) && met(&["X1", "X2", "X3", "Y"]));
        assert!(!met(&["X1", "X2", "X3"]) && !met(&["X1", "Y"]) && !met(&[]) && !met(&["both", "X"]));
        let none = Policy::parse("quorum none\n").unwrap();
        assert!(none.is_met(&|_| false) && !none.wants_witnesses() && policy.wants_witnesses());
    }

    #[test]
    fn hostile_policies_are_refused_at_their_line() {
        let plain = |text: &str| GOOD.replace("quorum both\n", text);
        for (text, line) in [
            (String::new(), 1),
            (plain(""), 9),
            (plain("quorum both\nquorum Y\n"), 10),
            (plain("quorum other\n"), 9),
            (plain("quorum\n"), 9),
            (GOOD.replace("group X 2", "group X 0"), 7),
            (GOOD.replace("group X 2", "group X 4"), 7),
            (GOOD.replace("group X 2", "group X +2"), 7),
            (GOOD.replace("group X 2 X1", "group X 2 X2"), 7),
            (GOOD.replace("all X Y", "all X Z"), 8),
            (GOOD.replace("all X Y", "all both"), 8),
            (GOOD.replace("all X Y", "all X X1"), 8),
            (GOOD.replace("all X Y", "all"), 8),
            (GOOD.replace("group X ", "group none "), 7),
            (GOOD.replace("witness Y ", "witness X1 "), 6),
            (GOOD.replace("BEeeee", "BBbbbb"), 6),
            (GOOD.replace("BEeeee", "AQaaaa"), 6),
            (GOOD.replace("y+1+BEeeee", "y"), 6),
            (GOOD.replace("witness Y", "wit Y"), 6),
            (GOOD.replace("AQaaaa https", "AQaaaa https://a https"), 2),
            (GOOD.replace("# who", "\u{1}"), 0),
            (GOOD.replace('\n', "\r\n"), 0),
            ("#".repeat(LONGEST + 1), 0),
        ] {
            assert_eq!(Policy::parse(&text).map_err(|fault| fault.line), Err(line), "{text}");
        }
    }
}
