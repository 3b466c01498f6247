//! Whose views end is one line of standard input, and nothing on the command line.

use super::*;
use clap::Parser;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    end: End,
}

#[test]
fn an_id_is_the_first_line_and_nothing_else_is_one() {
    for (input, expected) in
        [("u-17\n", Some("u-17")), ("  u-17  \nmore\n", Some("u-17")), ("u-17", Some("u-17"))]
    {
        assert_eq!(id(input.as_bytes()).ok().as_deref(), expected, "{input:?}");
    }
    for input in ["".to_owned(), "\n".to_owned(), "\nu-17\n".to_owned(), "u".repeat(100_000)] {
        assert!(id(input.as_bytes()).is_err(), "{} bytes", input.len());
    }
    assert!(id(&b"\xff\xfe\n"[..]).is_err());
}

#[test]
fn the_command_line_names_one_professional_or_all_and_takes_no_id() {
    let parsed = |more: &[&str]| {
        let line =
            ["end", "--operator", "http://127.0.0.1:1", "--host", "h", "--by", "A", "--reason", "left"];
        Line::try_parse_from([&line[..], more].concat()).map(|line| (line.end.professional, line.end.all))
    };
    assert_eq!(parsed(&["--all"]).unwrap(), (false, true));
    assert_eq!(parsed(&["--professional"]).unwrap(), (true, false));
    for wrong in [&[][..], &["--all", "--professional"], &["--sub", "u-1"], &["--professional", "u-1"]] {
        assert!(parsed(wrong).is_err(), "HAZ-049: {wrong:?}");
    }
}
