//! Sources written to mislead the scan: braces and `fn` in strings, comments, characters and lifetimes.

use super::*;

fn found(text: &str) -> Vec<(String, usize, usize, usize)> {
    functions(&code(text)).into_iter().map(|f| (f.name, f.line, f.end, f.length)).collect()
}

#[test]
fn a_function_is_counted_by_its_lines_of_code() {
    let text = "fn a() {\n    // why\n    one();\n\n    two();\n}\n";
    assert_eq!(found(text), [("a".to_owned(), 1, 6, 2)]);
}

#[test]
fn braces_in_literals_and_comments_close_nothing() {
    let text = concat!(
        "fn a<'a>(x: &'a str) -> char {\n    let s = \"} fn b() {\";\n    let r = r##\"}\"# fn c() { \"##;\n",
        "    /* } /* nested } */ } */\n    let c = '}';\n    let q = '\\'';\n    let b = b'}';\n    c\n}\nfn d() {}\n"
    );
    assert_eq!(found(text), [("a".to_owned(), 1, 9, 6), ("d".to_owned(), 10, 10, 0)]);
}

#[test]
fn a_declaration_without_a_body_is_no_function() {
    assert_eq!(found("trait T {\n    fn a(x: [u8; 4]);\n    fn b() {}\n}"), [("b".to_owned(), 3, 3, 0)]);
    assert_eq!(found("type F = fn (u8) -> u8;"), []);
}

#[test]
fn functions_within_functions_and_macros_are_found() {
    let text = "proptest! {\n    #[test]\n    fn a(x in 0..3) {\n        fn b() {\n        }\n    }\n}";
    assert_eq!(found(text), [("a".to_owned(), 3, 6, 2), ("b".to_owned(), 4, 5, 0)]);
}

#[test]
fn blanking_keeps_every_line_where_it_was() {
    for text in ["\"a\nb\"\nfn", "/* a\nb", "r#\"\n\n", "'", "'\\", "b", "r#", "é'é'\n\"é"] {
        assert_eq!(code(text).matches('\n').count(), text.matches('\n').count(), "{text:?}");
    }
}
