//! What a professional looks for in a record: as typed, without the blanks around it. Refuses what is too short or too long to be
//! looked for. Never printed: it may name the person (HAZ-049).

use std::fmt;

const CHARS: std::ops::RangeInclusive<usize> = 2..=100;

#[derive(Clone, PartialEq, Eq)]
pub struct Sought(String);

impl Sought {
    /// Between two and a hundred characters; runs of blanks count as one.
    pub fn of(typed: &str) -> Option<Self> {
        let term = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_plain = !term.chars().any(char::is_control);
        (CHARS.contains(&term.chars().count()) && is_plain).then_some(Self(term))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it would stand in a page, in lower case.
    pub(crate) fn folded_html(&self) -> String {
        let folded: String = self.0.chars().map(fold).collect();
        crate::view::escaped(&folded)
    }
}

/// One letter for one letter, so that places in a text stay where they are.
pub(crate) fn fold(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

impl fmt::Debug for Sought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sought(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_has_two_to_a_hundred_characters_and_is_never_printed() {
        assert_eq!(Sought::of("  chest   pain ").unwrap().as_str(), "chest pain");
        for none in ["", " a ", "\u{0}\u{1}", &"a".repeat(101)] {
            assert!(Sought::of(none).is_none());
        }
        assert_eq!(format!("{:?}", Sought::of("TESTPATIENT").unwrap()), "Sought(…)", "HAZ-049");
    }
}
