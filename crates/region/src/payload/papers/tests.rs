//! Every document is what it says it is, but for those that say something else.

use super::*;

fn of(medium: Medium, flaw: Flaw) -> Paper {
    let fact = Document {
        title: "Letter (draft)",
        body: Some("First line.\nSecond \\ line with (brackets)."),
        medium,
        flaw,
        ..Document::default()
    };
    paper(&fact).unwrap()
}

#[test]
fn every_medium_starts_with_its_own_signature() {
    for (medium, start) in [
        (Medium::Pdf, &b"%PDF-1."[..]),
        (Medium::Rtf, b"{\\rtf1"),
        (Medium::Png, b"\x89PNG\r\n\x1a\n"),
        (Medium::Tiff, b"II*\0"),
        (Medium::Html, b"<!DOCTYPE html>"),
        (Medium::Word, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
        (Medium::Text, b"First line."),
    ] {
        assert!(of(medium, Flaw::None).bytes.starts_with(start), "{medium:?}");
    }
}

#[test]
fn size_and_hash_are_those_of_the_bytes_unless_the_holder_lies() {
    let right = of(Medium::Pdf, Flaw::None);
    assert_eq!((right.size, &right.hash), (right.bytes.len(), &hash(&right.bytes)));
    assert_eq!(hash(b"abc"), "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
    let lies = of(Medium::Pdf, Flaw::Lies);
    assert!(lies.size != lies.bytes.len() && lies.hash != hash(&lies.bytes));
}

#[test]
fn a_wrong_type_is_declared_over_bytes_that_are_something_else() {
    let wrong = of(Medium::Html, Flaw::DeclaredAs("application/pdf"));
    assert_eq!(wrong.content_type, "application/pdf", "HAZ-041");
    assert!(wrong.bytes.starts_with(b"<!DOCTYPE html>"), "HAZ-041: active content under another name");
}

#[test]
fn a_document_without_words_is_not_sent() {
    assert!(paper(&Document::default()).is_none());
}

#[test]
fn every_entry_of_the_cross_reference_table_points_at_its_object() {
    let bytes = of(Medium::Pdf, Flaw::None).bytes;
    let text = String::from_utf8(bytes).unwrap();
    let start: usize = text.split("startxref\n").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
    let from = |at: usize| text.get(at..).unwrap();
    assert!(from(start).starts_with("xref\n0 6\n"));
    for (place, line) in from(start).lines().skip(3).take(5).enumerate() {
        let at: usize = line.split(' ').next().unwrap().parse().unwrap();
        assert!(from(at).starts_with(&format!("{} 0 obj", place + 1)), "object {}", place + 1);
    }
    let stream = text.split("stream\n").nth(1).unwrap();
    assert!(text.contains(&format!("/Length {}", stream.len() - "end".len())));
    assert!(text.contains("(Second \\\\ line with \\(brackets\\).) Tj"));
}

#[test]
fn a_picture_has_the_checks_its_readers_make() {
    let png = of(Medium::Png, Flaw::None).bytes;
    assert_eq!(png[png.len() - 12..], *b"\0\0\0\0IEND\xae\x42\x60\x82");
    let tiff = of(Medium::Tiff, Flaw::None).bytes;
    let directory = u32::from_le_bytes(tiff[4..8].try_into().unwrap()) as usize;
    assert_eq!(directory + 2 + 9 * 12 + 4, tiff.len());
}
