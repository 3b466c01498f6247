//! What a node says, for whoever sits at the terminal: a bar while a load goes on, a few plain lines at its end. Whoever asks for
//! JSON gets that and nothing else.

use edge::{Phase, Said, Step};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;
use std::process::ExitCode;

pub(super) struct Teller {
    bar: Option<ProgressBar>,
}

impl Teller {
    pub(super) fn new(json: bool) -> Self {
        let bar = (!json).then(|| ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr()));
        if let Some(bar) = &bar {
            let style = "{msg:<10} [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec} {eta} left, {prefix}";
            bar.set_style(
                ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
        }
        Self { bar }
    }

    pub(super) fn hear(&mut self, said: &Said) {
        let Some(bar) = &self.bar else { return };
        match said {
            Said::Step(Step { phase, done_bytes, of_bytes, units }) => {
                let message = match phase {
                    Phase::Checking => "checking",
                    Phase::Loading => "loading",
                    Phase::Publishing => "publishing",
                };
                bar.set_length(*of_bytes);
                bar.set_position(*done_bytes);
                bar.set_prefix(format!("{units} rows"));
                bar.set_message(message);
            }
            Said::Rows(rows) => bar.set_prefix(format!("{rows} rows")),
            Said::Done(_) | Said::Fault(_) => {}
        }
    }

    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// The last word. A load that was refused ends with 1.
pub(super) fn answer(name: &str, value: &Value, json: bool) -> miette::Result<ExitCode> {
    if json {
        super::say(&format!("{value}\n"))?;
    } else {
        super::say(&in_words(name, value))?;
    }
    let is_refused = value.get("outcome").and_then(Value::as_str) == Some("refused");
    Ok(if is_refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn in_words(name: &str, value: &Value) -> String {
    match name {
        "status" => status(value),
        "load" => receipt(value),
        "viewed" => viewed(value),
        "held" => lines(value, |one| {
            format!("{:<8} {}  since {}\n", text(one, "kind"), text(one, "what"), text(one, "since"))
        }),
        "quarantine" => quarantine(value),
        _ => pairs(value),
    }
}

fn text(value: &Value, key: &str) -> String {
    match value.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "-".to_owned(),
        Some(other) => other.to_string(),
    }
}

fn lines(value: &Value, line: impl Fn(&Value) -> String) -> String {
    let all: String = value.as_array().into_iter().flatten().map(line).collect();
    if all.is_empty() { "nothing\n".to_owned() } else { all }
}

fn status(value: &Value) -> String {
    let head = format!(
        "{} ({})\n{}\nkey: {}\n",
        text(value, "name"),
        text(value, "partner"),
        text(value, "store"),
        text(value, "key")
    );
    let feeds = lines(value.get("feeds").unwrap_or(&Value::Null), |feed| {
        format!(
            "  {:<24} {:<14} as at {}  taken {}, held {}, refused {}\n",
            text(feed, "feed"),
            text(feed, "state"),
            text(feed, "as_at"),
            text(feed, "taken"),
            text(feed, "held"),
            text(feed, "refused"),
        )
    });
    format!("{head}{feeds}set aside: {}\n", text(value, "quarantined"))
}

fn receipt(value: &Value) -> String {
    let mut said = format!(
        "{} {}: {}\n{} rows: {} taken, {} held, {} refused, {} here before\n",
        text(value, "feed"),
        text(value, "file"),
        text(value, "outcome"),
        text(value, "rows"),
        text(value, "taken"),
        text(value, "held"),
        text(value, "refused"),
        text(value, "repeated"),
    );
    if value.get("reason").is_some() {
        said.push_str(&format!("because {}\n", text(value, "reason")));
    }
    for remark in value.get("remarks").and_then(Value::as_array).into_iter().flatten() {
        said.push_str(&format!("{}\n", remark.as_str().unwrap_or_default()));
    }
    if value.get("report").is_some() {
        said.push_str(&format!("every row that was not taken: {}\n", text(value, "report")));
    }
    said
}

fn viewed(value: &Value) -> String {
    lines(value, |one| {
        format!(
            "{}  {}  {} ({}, {})  {}  {} of person {}  opening {}\n",
            text(one, "index"),
            text(one, "at"),
            text(one, "professional"),
            text(one, "role"),
            text(one, "organisation"),
            text(one, "asked"),
            text(one, "given"),
            text(one, "nhs_number"),
            text(one, "opening"),
        )
    })
}

fn quarantine(value: &Value) -> String {
    let messages = lines(value.get("messages").unwrap_or(&Value::Null), |one| {
        format!(
            "message {}  {}  {}  {}\n",
            text(one, "message"),
            text(one, "feed"),
            text(one, "since"),
            text(one, "reason")
        )
    });
    let files = lines(value.get("files").unwrap_or(&Value::Null), |one| {
        format!("file {}\n", one.as_str().unwrap_or_default())
    });
    format!("{messages}{files}")
}

fn pairs(value: &Value) -> String {
    let pairs = value.as_object().into_iter().flatten();
    let told: Vec<String> = pairs.map(|(key, value)| format!("{key}: {value}")).collect();
    format!("{}\n", told.join(", "))
}
