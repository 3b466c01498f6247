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
    /// `organisation` or `assurance`.
    pub(super) ceiling: String,
    /// A kind of organisation, or `below-2`.
    pub(super) class: String,
    pub(super) cell: Cell,
}

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
    complete.then_some(cells).ok_or(TableFault { line: 1, what: "a category is missing" })
}

pub(super) fn ceilings(text: &str) -> Result<Vec<Cap>, TableFault> {
    let mut caps = Vec::new();
    for row in &table::read(text, &CEILINGS)? {
        let (ceiling, class) = (row.cell("ceiling"), row.cell("class"));
        let known = (ceiling == "organisation" && KINDS.contains(&class))
            || (ceiling == "assurance" && class == "below-2");
        if !known || row.cell("owner").is_empty() {
            return Err(row.fault("not a ceiling and class the agreement knows, or without an owner"));
        }
        let categories =
            if row.cell("category") == "*" { Category::ALL.to_vec() } else { vec![category(row)?] };
        for category in categories {
            let cells = levels(row, category)?.into_iter().filter(|cell| cell.level < Level::Full);
            caps.extend(cells.map(|cell| Cap { ceiling: ceiling.to_owned(), class: class.to_owned(), cell }));
        }
    }
    Ok(caps)
}

fn category(row: &Row) -> Result<Category, TableFault> {
    Category::parse(row.cell("category")).ok_or_else(|| row.fault("not one of the categories"))
}

fn levels(row: &Row, category: Category) -> Result<Vec<Cell>, TableFault> {
    let level = |role: Role| {
        let level = match row.cell(role.name()) {
            "F" => Level::Full,
            "S" => Level::Summary,
            "E" => Level::Existence,
            "-" => Level::Nothing,
            _ => return Err(row.fault("a level is F, S, E or -")),
        };
        if is_used(category, level) {
            Ok(Cell { role, category, level })
        } else {
            Err(row.fault("the level is not used for this category"))
        }
    };
    Role::ALL.into_iter().map(level).collect()
}

fn is_used(category: Category, level: Level) -> bool {
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
