//! The choices about emergency access: their defaults, and what is refused.

use super::*;

fn read(text: &str) -> Result<BreakGlass, toml::de::Error> {
    toml::from_str(text)
}

#[test]
fn half_an_hour_and_the_first_six_roles_are_the_default() {
    let plain = read("").unwrap();
    assert_eq!((plain.minutes, plain.roles.len()), (30, 6));
    assert_eq!(BreakGlass::default().roles, plain.roles);
}

#[test]
fn t65_longer_than_an_hour_or_for_roles_that_never_have_it_stops_the_start() {
    for wrong in
        ["minutes = 0", "minutes = 61", "minutes = -1", "roles = [\"R7\"]", "roles = [\"R12\"]", "x = 1"]
    {
        assert!(read(wrong).is_err(), "HAZ-048: {wrong}");
    }
    assert_eq!(read("minutes = 10\nroles = [\"R1\", \"R3\"]").unwrap().roles, [Role::R1, Role::R3]);
}
