//! The documents of a chapter in its order: takes what was chosen among them there and which one is opened, gives its place, the one
//! before and the one after. What exists and cannot be opened is counted, never passed over in silence (HAZ-017).

use super::ListedDocument;

/// Every row of the chapter.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Letters {
    pub axes: Vec<Axis>,
    pub rows: Vec<Letter>,
}

/// One thing to choose by.
#[derive(Clone, PartialEq, Eq)]
pub struct Axis {
    pub letter: char,
    pub legend: String,
    pub choices: Vec<String>,
}

/// One row.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// As it is found by.
    pub title: String,
    /// On each axis the number of its choice, from 1; 0 where it has none.
    pub answers: Vec<usize>,
    /// One for each holder it can be opened at; none where it cannot be opened here.
    pub copies: Vec<ListedDocument>,
}

/// What was chosen in the chapter as one of its documents was opened.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// On each of the axes a, b and c; 0 is all.
    pub by: [usize; 3],
    /// Of the box to find a title by. Never printed: it may name the person (HAZ-049).
    pub term: String,
}

/// Where an opened document stands.
pub struct Place {
    /// The list as it was sealed, for the next step.
    pub sealed: String,
    pub chosen: Chosen,
    /// From 1, of those that can be opened.
    pub at: usize,
    pub of: usize,
    /// What was chosen, in words: `Type: Letter`.
    pub chosen_words: Vec<String>,
    /// Rows among them that cannot be opened here.
    pub closed: usize,
    pub before: Option<Neighbour>,
    pub after: Option<Neighbour>,
}

/// The one before, or the one after.
pub struct Neighbour {
    /// As [`Letters::copy`] takes it.
    pub number: usize,
    pub title: String,
    /// As shown.
    pub date: String,
}

impl Letters {
    /// Characters of a sealed list at most: some 1,500 documents.
    pub const LONGEST: usize = 512 * 1024;

    /// The copies of all rows, numbered from 1.
    pub fn copy(&self, number: usize) -> Option<&ListedDocument> {
        let at = number.checked_sub(1)?;
        self.rows.iter().flat_map(|row| &row.copies).nth(at)
    }

    /// Where that copy stands among the rows that were chosen; among all, where what was chosen leaves it out.
    pub fn place(&self, number: usize, chosen: Chosen, sealed: String) -> Option<Place> {
        let own = self.row(number)?;
        let is_left_out = self.rows.get(own).is_none_or(|row| !self.is_chosen(row, &chosen));
        let chosen = if is_left_out { Chosen::default() } else { chosen };
        let among = || self.rows.iter().enumerate().filter(|(_, row)| self.is_chosen(row, &chosen));
        let opened: Vec<_> = among().filter(|(_, row)| !row.copies.is_empty()).map(|(row, _)| row).collect();
        let at = opened.iter().position(|row| *row == own)?;
        let beside = |at: Option<usize>| self.neighbour(*opened.get(at?)?);
        Some(Place {
            sealed,
            at: at + 1,
            of: opened.len(),
            chosen_words: self.in_words(&chosen),
            closed: among().count() - opened.len(),
            before: beside(at.checked_sub(1)),
            after: beside(at.checked_add(1)),
            chosen,
        })
    }

    /// The row of that copy.
    fn row(&self, number: usize) -> Option<usize> {
        let rows = self.rows.iter().enumerate();
        rows.flat_map(|(at, row)| row.copies.iter().map(move |_| at)).nth(number.checked_sub(1)?)
    }

    fn neighbour(&self, row: usize) -> Option<Neighbour> {
        let before = self.rows.iter().take(row).map(|row| row.copies.len()).sum::<usize>();
        let row = self.rows.get(row)?;
        let date = row.copies.first()?.words.date.clone();
        Some(Neighbour { number: before + 1, title: row.title.clone(), date })
    }

    /// As the chapter chooses, by the style sheet and the script.
    fn is_chosen(&self, row: &Letter, chosen: &Chosen) -> bool {
        let is_answer = |(axis, answer): (&Axis, &usize)| {
            let wanted = chosen.on(axis.letter);
            wanted == 0 || wanted == *answer
        };
        let title = row.title.to_lowercase();
        let term = chosen.term.to_lowercase();
        self.axes.iter().zip(&row.answers).all(is_answer)
            && term.split_whitespace().all(|one| title.contains(one))
    }

    fn in_words(&self, chosen: &Chosen) -> Vec<String> {
        let choice = |axis: &Axis| {
            let words = axis.choices.get(chosen.on(axis.letter).checked_sub(1)?)?;
            Some(format!("{}: {words}", axis.legend))
        };
        let term = chosen.term.trim();
        let found = (!term.is_empty()).then(|| format!("Title has: {term}"));
        self.axes.iter().filter_map(choice).chain(found).collect()
    }
}

impl Chosen {
    /// For the form of the next step.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&'static str, String)> {
        let axes = ["doc-a", "doc-b", "doc-c"].into_iter().zip(self.by);
        let chosen = axes.filter(|(_, by)| *by > 0).map(|(name, by)| (name, by.to_string()));
        chosen.chain((!self.term.is_empty()).then(|| ("term", self.term.clone())))
    }

    fn on(&self, letter: char) -> usize {
        let [a, b, c] = self.by;
        match letter {
            'a' => a,
            'b' => b,
            'c' => c,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests;
