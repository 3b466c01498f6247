//! Takes a medicine's name as written, gives the part before strength and form, folded, to stand entries side by side.
//! Conservative: salts, brands and combinations stay apart; what it cannot cut it leaves whole (HAZ-013).

/// Words that say what the medicine looks like, not what it is.
const FORMS: [&str; 40] = [
    "tablet",
    "tablets",
    "capsule",
    "capsules",
    "caplets",
    "oral",
    "solution",
    "suspension",
    "syrup",
    "elixir",
    "liquid",
    "inhaler",
    "inhalation",
    "nebuliser",
    "cream",
    "ointment",
    "gel",
    "lotion",
    "patch",
    "patches",
    "transdermal",
    "drops",
    "eye",
    "ear",
    "nasal",
    "spray",
    "injection",
    "infusion",
    "pre-filled",
    "prefilled",
    "vial",
    "ampoule",
    "ampoules",
    "suppositories",
    "suppository",
    "pessary",
    "sachet",
    "sachets",
    "powder",
    "granules",
];
const RELEASES: [&str; 11] = [
    "modified-release",
    "prolonged-release",
    "gastro-resistant",
    "enteric",
    "dispersible",
    "effervescent",
    "orodispersible",
    "chewable",
    "mr",
    "m/r",
    "e/c",
];

/// What may stand after a stroke in a strength.
const PER: [&str; 12] =
    ["ml", "l", "g", "mg", "dose", "hour", "hours", "actuation", "vial", "litre", "application", "sachet"];

/// What a number may count in a strength.
const UNITS: [&str; 12] =
    ["mg", "g", "kg", "microgram", "micrograms", "mcg", "nanograms", "unit", "units", "mmol", "ml", "%"];

/// `Amlodipine 5mg tablets` is `amlodipine`. A name that starts with its strength stays whole, and so does one that
/// goes on to a second substance: paracetamol with codeine is not paracetamol.
pub(crate) fn substance(name: &str) -> String {
    let folded = name.to_lowercase();
    let words: Vec<&str> = folded.split_whitespace().collect();
    let kept: Vec<&str> = words.iter().take_while(|word| !ends(word)).copied().collect();
    let rest = words.get(kept.len()..).unwrap_or_default();
    let whole = kept.is_empty() || rest.iter().any(|word| joins(word));
    let kept = if whole { words } else { kept };
    kept.join(" ").trim_end_matches([',', ';', '.', '-']).trim().to_owned()
}

/// The name as one spelling: case, blanks, and the blank between a number and its unit aside. `2.5 mg` is `2.5mg`, and
/// neither is `25mg`.
pub(crate) fn product(name: &str) -> String {
    let mut written = String::new();
    for word in name.to_lowercase().split_whitespace() {
        let number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit() || c == '.');
        let after_number = number(written.rsplit(' ').next().unwrap_or_default());
        let is_its_unit = after_number && UNITS.contains(&unit_of(word));
        if !written.is_empty() && !is_its_unit {
            written.push(' ');
        }
        written.push_str(word);
    }
    written
}

/// Whether two names carry one strength each, in one unit, and another number. `1g` and `1000mg` are not known to differ,
/// nor is anything that carries two strengths or none (HAZ-013).
pub(crate) fn strengths_differ(a: &str, b: &str) -> bool {
    match (strength(a), strength(b)) {
        (Some((number, unit)), Some((other, same))) => unit == same && number != other,
        _ => false,
    }
}

/// Number and unit: `20` and `mg/0.2ml`. Noughts behind the point say nothing of the strength.
fn strength(name: &str) -> Option<(String, String)> {
    let whole = substance(name) == name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let product = product(name);
    let mut strengths = product.split(' ').filter_map(number_and_unit);
    let first = strengths.next()?;
    (strengths.next().is_none() && !whole).then_some(first)
}

/// A number with a unit of mass, volume or activity right behind it.
fn number_and_unit(word: &str) -> Option<(String, String)> {
    let word = word.trim_matches([',', ';', '(', ')']);
    let end = word.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = word.split_at_checked(end)?;
    let number =
        if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
    let singular = unit.replace("grams", "gram").replace("units", "unit");
    (!number.is_empty() && UNITS.contains(&unit_of(unit))).then(|| (number.to_owned(), singular))
}

/// `mg/0.2ml` is `mg`.
fn unit_of(word: &str) -> &str {
    let word = word.trim_end_matches([',', ';', ')']);
    word.split_once('/').map_or(word, |(unit, _)| unit)
}

/// Where strength, form or release begins.
fn ends(word: &str) -> bool {
    let word = word.trim_matches(|c: char| matches!(c, ',' | '(' | ')' | ';' | '.'));
    word.starts_with(|c: char| c.is_ascii_digit()) || FORMS.contains(&word) || RELEASES.contains(&word)
}

/// Whether a word leads to another substance.
fn joins(word: &str) -> bool {
    let after = word.rsplit_once('/').map(|(_, after)| after.trim_matches(|c: char| !c.is_alphanumeric()));
    let names = |after: &str| after.starts_with(|c: char| c.is_alphabetic()) && !PER.contains(&after);
    matches!(word, "/" | "+" | "&" | "with" | "and")
        || (!RELEASES.contains(&word) && after.is_some_and(names))
}

#[cfg(test)]
mod tests;
