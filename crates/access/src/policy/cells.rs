//! Takes the matrix and the ceilings as tables, gives their cells; refuses a missing role or category, and levels
//! that are not used for a category (a shortened allergy list is a hazard of its own, HAZ-012).

use super::{PolicyFault, SourceFacts};
use crate::{
    Role,
    organisation::KINDS,
    table::{self, Row, TableFault},
};
use fhir::{Category, Level};

const MATRIX: [&str; 12] = ["category", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R11"];
const CEILINGS: [&str; 15] = [
    "ceiling", "class", "category", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R11",
    "owner",
];

/// Levels between nothing and full that mean something for a category; full and nothing always do.
pub const RELEASABLE: [(Category, &[Level]); 9] = [
    (Category::Alerts, &[Level::Summary]),
    (Category::Problems, &[Level::Summary]),
    (Category::Encounters, &[Level::Existence, Level::Summary]),
    (Category::Documents, &[Level::Existence, Level::Summary]),
    (Category::Consultations, &[Level::Summary]),
    (Category::CarePlans, &[Level::Existence, Level::Summary]),
    (Category::MentalHealth, &[Level::Existence, Level::Summary]),
    (Category::SocialCare, &[Level::Existence, Level::Summary]),
    (Category::Safeguarding, &[Level::Existence, Level::Summary]),
];

/// One cell of the matrix.
pub(super) struct Cell {
    pub(super) role: Role,
    pub(super) category: Category,
    pub(super) level: Level,
}

/// One cell of a ceiling; cells at full are left out, they limit nothing.
pub(super) struct Cap {
    /// One of [`CLASSES`].
    pub(super) ceiling: String,
    /// What it holds for: a kind of organisation, `below-2`.
    pub(super) class: String,
    pub(super) owner: String,
    pub(super) cell: Cell,
}

/// The ceilings there are, with the classes of each; organisations have [`KINDS`].
const CLASSES: [(&str, &[&str]); 4] = [
    ("organisation", &KINDS),
    ("assurance", &["0", "below-2"]),
    ("route", &["legacy", "direct"]),
    ("cap", &["demographics"]),
];

/// Every role and every category exactly once.
pub(super) fn matrix(text: &str) -> Result<Vec<Cell>, TableFault> {
    let rows = table::read(text, &MATRIX)?;
    let mut cells: Vec<Cell> = Vec::new();
    for row in &rows {
        let category = category(row)?;
        if cells.iter().any(|cell| cell.category == category) {
            return Err(row.fault("the category stands twice"));
        }
        cells.extend(levels(row, category)?);
    }
    let complete = cells.len() == Role::ALL.len() * Category::ALL.len();
    complete.then_some(cells).ok_or(TableFault::at(1, "a category is missing"))
}

pub(super) fn ceilings(text: &str) -> Result<Vec<Cap>, TableFault> {
    let mut caps = Vec::new();
    for row in &table::read(text, &CEILINGS)? {
        let (ceiling, class, owner) = (row.cell("ceiling"), row.cell("class"), row.cell("owner"));
        let known = CLASSES.iter().any(|(name, classes)| *name == ceiling && classes.contains(&class));
        if !known || owner.is_empty() {
            return Err(row.fault("not a ceiling and class the agreement knows, or without an owner"));
        }
        let categories =
            if row.cell("category") == "*" { Category::ALL.to_vec() } else { vec![category(row)?] };
        for category in categories {
            let cells = levels(row, category)?.into_iter().filter(|cell| cell.level < Level::Full);
            caps.extend(cells.map(|cell| Cap {
                ceiling: ceiling.to_owned(),
                class: class.to_owned(),
                owner: owner.to_owned(),
                cell,
            }));
        }
    }
    no_cell_twice(&caps)?;
    Ok(caps)
}

/// Two lines for one cell would be one of them meant and one forgotten.
fn no_cell_twice(caps: &[Cap]) -> Result<(), TableFault> {
    let mut seen = std::collections::HashSet::new();
    let mut is_new =
        |cap: &Cap| seen.insert((cap.ceiling.clone(), cap.class.clone(), cap.cell.role, cap.cell.category));
    if caps.iter().all(&mut is_new) {
        Ok(())
    } else {
        Err(TableFault::at(1, "a ceiling's cell stands twice"))
    }
}

/// The ceilings' classes of one name that the table has lines for, in the order of the agreement.
pub(super) fn classes(caps: &[Cap], ceiling: &str) -> Vec<&'static str> {
    let of = CLASSES.iter().find(|(name, _)| *name == ceiling).map_or(&[][..], |(_, classes)| *classes);
    let used = |class: &&&'static str| caps.iter().any(|cap| cap.ceiling == ceiling && cap.class == ***class);
    of.iter().filter(used).copied().collect()
}

pub(super) fn category(row: &Row) -> Result<Category, TableFault> {
    Category::parse(row.cell("category")).ok_or_else(|| row.fault("not one of the categories"))
}

fn levels(row: &Row, category: Category) -> Result<Vec<Cell>, TableFault> {
    let cell = |role: Role| {
        let level = level(row, role.name())?;
        if is_used(category, level) {
            Ok(Cell { role, category, level })
        } else {
            Err(row.fault("the level is not used for this category"))
        }
    };
    Role::ALL.into_iter().map(cell).collect()
}

pub(super) fn level(row: &Row, column: &str) -> Result<Level, TableFault> {
    match row.cell(column) {
        "F" => Ok(Level::Full),
        "S" => Ok(Level::Summary),
        "E" => Ok(Level::Existence),
        "-" => Ok(Level::Nothing),
        _ => Err(row.fault("a level is F, S, E or -")),
    }
}

pub(super) fn is_used(category: Category, level: Level) -> bool {
    matches!(level, Level::Nothing | Level::Full)
        || RELEASABLE.iter().any(|(of, levels)| *of == category && levels.contains(&level))
}

pub(super) fn check_releases(sources: &[SourceFacts]) -> Result<(), PolicyFault> {
    for source in sources {
        if let Some((category, _)) = source.releases.iter().find(|(of, level)| !is_used(**of, **level)) {
            return Err(PolicyFault::Release { source_id: source.id.clone(), category: category.name() });
        }
    }
    Ok(())
}
