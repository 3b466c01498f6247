//! Takes what the rows of a chapter can be chosen by, gives the choices with their counts and the classes of each row. The
//! style sheet does the rest, so it works without script; nothing is chosen at first. Source: viewer.md section 5; HAZ-017.

/// More would not be read; what is left over stands under [`OTHER`]. The style sheet has rules for as many.
pub(crate) const MOST: usize = 24;
const OTHER: &str = "Other";

/// The choices above a list, and how many rows it has.
pub(crate) struct Filter {
    pub(crate) area: &'static str,
    pub(crate) axes: Vec<Axis>,
    pub(crate) of: usize,
    /// What the box to find a row by its words is called, where there is one.
    pub(crate) find: Option<&'static str>,
    /// Where a row is opened with what is chosen.
    pub(crate) sends: Option<Sends>,
}

/// A form that is sent, by the rows' own buttons alone.
pub(crate) struct Sends {
    pub(crate) to: String,
    pub(crate) token: String,
    /// Sealed.
    pub(crate) list: String,
}

/// One thing to choose by: setting, source, period.
pub(crate) struct Axis {
    pub(crate) legend: &'static str,
    /// Its place among the axes: the letter of its classes.
    pub(crate) letter: char,
    pub(crate) choices: Vec<Choice>,
}

pub(crate) struct Choice {
    pub(crate) words: String,
    pub(crate) rows: usize,
}

/// What one row answers to on one axis; several where choices lie within each other.
pub(crate) type Answers = Vec<String>;

impl Filter {
    /// Each axis with what every row answers to, and the classes of every row. An axis without a choice is left out.
    pub(crate) fn of(area: &'static str, axes: [(&'static str, Vec<Answers>); 3]) -> (Self, Vec<String>) {
        let of = axes.iter().map(|(_, rows)| rows.len()).max().unwrap_or_default();
        let mut classes = vec!["sift".to_owned(); of];
        let mut drawn = Vec::new();
        for (letter, (legend, rows)) in ('a'..).zip(axes) {
            let axis = Axis::of(legend, letter, &rows);
            if axis.choices.len() < 2 {
                continue;
            }
            for (class, answers) in classes.iter_mut().zip(&rows) {
                for number in answers.iter().filter_map(|answer| axis.number(answer)) {
                    class.push_str(&format!(" {letter}{number}"));
                }
            }
            drawn.push(axis);
        }
        (Self { area, axes: drawn, of, find: None, sends: None }, classes)
    }
}

impl Axis {
    fn of(legend: &'static str, letter: char, rows: &[Answers]) -> Self {
        let mut choices: Vec<Choice> = Vec::new();
        for answer in rows.iter().flatten() {
            let has_room = choices.len() < MOST - 1;
            let words =
                if has_room || choices.iter().any(|one| one.words == *answer) { answer } else { OTHER };
            match choices.iter_mut().find(|one| one.words == words) {
                Some(one) => one.rows += 1,
                None => choices.push(Choice { words: words.to_owned(), rows: 1 }),
            }
        }
        Self { legend, letter, choices }
    }

    /// From 1.
    pub(crate) fn number(&self, answer: &str) -> Option<usize> {
        let place = |words: &str| self.choices.iter().position(|one| one.words == words);
        place(answer).or_else(|| place(OTHER)).map(|place| place + 1)
    }
}

/// The classes of all of these together, for what holds them.
pub(crate) fn union<'a>(classes: impl Iterator<Item = &'a str>) -> String {
    let mut all: Vec<&str> =
        classes.flat_map(|class| class.split(' ')).filter(|class| *class != "sift").collect();
    all.sort_unstable();
    all.dedup();
    all.join(" ")
}

/// The rules that hide what was not chosen, on the screen only: a print has every row.
pub(crate) fn rules() -> String {
    let numbers = (1..=MOST).flat_map(|number| ['a', 'b', 'c'].map(|letter| format!("{letter}{number}")));
    let rule = |one: String| format!(".filter:has(.{one}:checked)~.rows .sift:not(.{one}){{display:none}}");
    format!("@media screen{{{}}}", numbers.map(rule).collect::<String>())
}

#[cfg(test)]
mod tests;
