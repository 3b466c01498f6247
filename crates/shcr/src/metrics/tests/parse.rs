//! Reads an OpenMetrics exposition and refuses whatever the text format does not allow. Source: OpenMetrics 1.0, sections 3 to 5.

use std::collections::BTreeSet;

#[derive(Debug, Default)]
pub(super) struct Family {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) unit: String,
    pub(super) help: String,
    pub(super) samples: Vec<Sample>,
}

#[derive(Debug)]
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) labels: Vec<(String, String)>,
    pub(super) value: f64,
}

impl Family {
    /// Each sample's name with its labels, and its number.
    pub(super) fn by_name(&self) -> Vec<(String, f64)> {
        self.samples.iter().map(|sample| (sample.whole_name(), sample.value)).collect()
    }
}

impl Sample {
    fn whole_name(&self) -> String {
        let labels: Vec<String> =
            self.labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        if labels.is_empty() { self.name.clone() } else { format!("{}{{{}}}", self.name, labels.join(",")) }
    }
}

/// Families in their order.
pub(super) fn read(text: &str) -> Result<Vec<Family>, String> {
    let body = text.strip_suffix("# EOF\n").ok_or("it does not end with its end mark")?;
    let mut families: Vec<Family> = Vec::new();
    for line in body.lines() {
        let of_line = |why: &str| format!("{why}: {line}");
        if let Some(about) = line.strip_prefix("# ") {
            let (keyword, rest) = about.split_once(' ').ok_or_else(|| of_line("no keyword"))?;
            let (name, said) = rest.split_once(' ').ok_or_else(|| of_line("nothing said"))?;
            if keyword == "TYPE" {
                let known = ["counter", "gauge", "histogram", "info", "stateset"].contains(&said);
                let again = families.iter().any(|family| family.name == name);
                if !known || again || !is_name(name) {
                    return Err(of_line("no type, a name twice, or no name"));
                }
                families.push(Family { name: name.to_owned(), kind: said.to_owned(), ..Family::default() });
                continue;
            }
            let family =
                families.last_mut().filter(|family| family.name == name && family.samples.is_empty());
            let family = family.ok_or_else(|| of_line("not about the family at hand"))?;
            match keyword {
                "UNIT" if name.ends_with(&format!("_{said}")) && family.unit.is_empty() => {
                    said.clone_into(&mut family.unit)
                }
                "HELP" if family.help.is_empty() => said.clone_into(&mut family.help),
                _ => return Err(of_line("an unknown keyword, one twice, or a unit that is not in the name")),
            }
        } else {
            let sample = sample(line).ok_or_else(|| of_line("no sample"))?;
            let family = families.last_mut().ok_or_else(|| of_line("a sample of nothing"))?;
            if !family.takes(&sample) {
                return Err(of_line("not a sample of the family at hand"));
            }
            family.samples.push(sample);
        }
    }
    families.iter().try_for_each(Family::holds)?;
    Ok(families)
}

impl Family {
    fn takes(&self, sample: &Sample) -> bool {
        let Some(suffix) = sample.name.strip_prefix(&self.name) else { return false };
        let whole = sample.value >= 0.0 && sample.value.fract() == 0.0;
        let flag = sample.value == 0.0 || sample.value == 1.0;
        let last = sample.labels.last().map(|(name, _)| name.as_str());
        match self.kind.as_str() {
            "counter" => suffix == "_total" && whole,
            "gauge" => suffix.is_empty() && last != Some("le"),
            "info" => suffix == "_info" && sample.value == 1.0,
            "stateset" => suffix.is_empty() && flag && last == Some(&self.name),
            _ => match suffix {
                "_bucket" => whole && last == Some("le"),
                "_count" => whole,
                "_sum" => sample.value >= 0.0,
                _ => false,
            },
        }
    }

    fn holds(&self) -> Result<(), String> {
        let names: BTreeSet<String> = self.samples.iter().map(Sample::whole_name).collect();
        if names.len() != self.samples.len() || self.help.is_empty() || self.samples.is_empty() {
            return Err(format!("`{}` has a sample twice, none, or no help", self.name));
        }
        if self.kind != "histogram" {
            return Ok(());
        }
        let mut rest = self.samples.as_slice();
        while !rest.is_empty() {
            let buckets = rest.iter().take_while(|sample| sample.name.ends_with("_bucket")).count();
            let (own, after) = rest.split_at(buckets);
            let [count, sum, after @ ..] = after else { return Err(format!("`{}` breaks off", self.name)) };
            let bounds: Vec<&str> = own
                .iter()
                .filter_map(|sample| sample.labels.last())
                .map(|(_, bound)| bound.as_str())
                .collect();
            let numbers: Vec<f64> = bounds.iter().filter_map(|bound| bound.parse().ok()).collect();
            let ascends = numbers.windows(2).all(|two| two[0] < two[1]) && numbers.len() == bounds.len();
            let grows = own.windows(2).all(|two| two[0].value <= two[1].value);
            let all = own.last().map(|sample| sample.value);
            let whole = bounds.last() == Some(&"+Inf") && all == Some(count.value);
            let named = count.name.ends_with("_count") && sum.name.ends_with("_sum");
            if !(ascends && grows && whole && named && count.labels == sum.labels) {
                return Err(format!("`{}` is no histogram: {:?}", self.name, count.labels));
            }
            rest = after;
        }
        Ok(())
    }
}

fn sample(line: &str) -> Option<Sample> {
    let end = line.find(['{', ' '])?;
    let (name, rest) = line.split_at(end);
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Vec::new(), rest),
    };
    let value: f64 = rest.strip_prefix(' ')?.parse().ok()?;
    (is_name(name) && value.is_finite()).then(|| Sample { name: name.to_owned(), labels, value })
}

/// `a="b",c="d"}`, and what is behind it.
fn labels(mut rest: &str) -> Option<(Vec<(String, String)>, &str)> {
    let mut labels: Vec<(String, String)> = Vec::new();
    loop {
        let (name, after) = rest.split_once("=\"")?;
        let mut value = String::new();
        let mut signs = after.char_indices();
        let end = loop {
            match signs.next()? {
                (at, '"') => break at,
                (_, '\\') => value.push(match signs.next()?.1 {
                    'n' => '\n',
                    sign @ ('\\' | '"') => sign,
                    _ => return None,
                }),
                (_, sign) => value.push(sign),
            }
        };
        if !is_name(name) || name.contains(':') || labels.iter().any(|(known, _)| known == name) {
            return None;
        }
        labels.push((name.to_owned(), value));
        rest = after.get(end + 1..)?;
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return Some((labels, rest.strip_prefix('}')?)),
        }
    }
}

fn is_name(name: &str) -> bool {
    let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == ':');
    first && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
}

#[test]
fn it_forgives_nothing() {
    let good = "# TYPE a counter\n# HELP a It.\na_total{b=\"c\\\"\\\\\\n\"} 1\n# EOF\n";
    assert_eq!(read(good).unwrap()[0].samples[0].labels[0].1, "c\"\\\n");
    let bad = [
        good.replace("# EOF\n", ""),
        format!("{good}\n"),
        good.replace("a_total", "a"),
        good.replace(" 1\n", " -1\n"),
        good.replace(" 1\n", " 1.5\n"),
        good.replace(" 1\n", " x\n"),
        good.replace("counter", "summary"),
        good.replace("# HELP a It.\n", ""),
        good.replace("# HELP a", "# HELP b"),
        good.replace("b=", "1="),
        good.replace("\\n\"", "\\n"),
        good.replace("\\n\"", "\\x\""),
        good.replace("# EOF", "a_total{b=\"c\\\"\\\\\\n\"} 1\n# EOF"),
        good.replace("# EOF", "\n# EOF"),
        good.replace("# HELP", "# UNIT a seconds\n# HELP"),
        good.replace("counter", "histogram").replace("a_total", "a_bucket"),
    ];
    for bad in bad {
        assert!(read(&bad).is_err(), "{bad}");
    }
}
