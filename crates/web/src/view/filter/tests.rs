//! Choices count what they show, and a row that no choice fits is never out of reach.

use super::*;

fn rows(of: &[&str]) -> Vec<Answers> {
    of.iter().map(|answer| vec![(*answer).to_owned()]).collect()
}

#[test]
fn every_choice_says_how_many_rows_it_shows() {
    let axes = [
        ("Setting", rows(&["GP", "ED", "GP"])),
        ("Source", rows(&["x", "x", "x"])),
        ("Year", rows(&["1", "2", "3"])),
    ];
    let (filter, classes) = Filter::of("con", axes);
    assert_eq!(classes, ["sift a1 c1", "sift a2 c2", "sift a1 c3"]);
    let said: Vec<(&str, usize)> =
        filter.axes[0].choices.iter().map(|one| (one.words.as_str(), one.rows)).collect();
    assert_eq!(said, [("GP", 2), ("ED", 1)]);
    let legends: Vec<&str> = filter.axes.iter().map(|axis| axis.legend).collect();
    assert_eq!(legends, ["Setting", "Year"], "one source is no choice");
}

#[test]
fn more_than_there_are_rules_for_stand_together_and_none_is_left_out() {
    let many: Vec<String> = (0..200).map(|n| format!("Type {n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let (filter, classes) =
        Filter::of("doc", [("Type", rows(&many)), ("B", rows(&many)), ("C", rows(&many))]);
    let choices = &filter.axes[0].choices;
    assert_eq!(choices.len(), MOST);
    assert_eq!(choices.iter().map(|one| one.rows).sum::<usize>(), 200, "HAZ-017");
    assert_eq!((choices[MOST - 1].words.as_str(), choices[MOST - 1].rows), (OTHER, 177));
    assert!(classes.iter().all(|class| class.split(' ').count() == 4), "HAZ-017");
    assert!(rules().contains(&format!(".a{MOST}:checked")));
}

#[test]
fn what_is_hidden_on_the_screen_is_printed() {
    assert!(rules().starts_with("@media screen{"), "HAZ-053");
}

#[test]
fn what_holds_rows_answers_to_all_of_them() {
    assert_eq!(union(["sift a1 b2", "sift a1 b1 c3"].into_iter()), "a1 b1 b2 c3");
}
