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
