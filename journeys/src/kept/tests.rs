//! The scan's own control: a mark that was planted in a file is found in every form, and by its class.

use super::*;
use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};
use std::io::Write;

const MARK: &str = "Quzvkqxwjy";

fn scan() -> Scan {
    let mark = |class: &str, mark: &str| Mark { class: class.to_owned(), mark: mark.to_owned() };
    Scan::new(&[mark("name", MARK), mark("number", "81123456789")])
}

fn planted() -> Vec<(&'static str, Vec<u8>)> {
    let text = format!("<p>before {MARK} after</p>");
    let each = |write: fn(u8) -> String| text.bytes().map(write).collect::<String>().into_bytes();
    let at = |shift: usize| STANDARD.encode(format!("{}{MARK}abc", "-".repeat(shift))).into_bytes();
    let mut gzip = GzEncoder::new(b"a log begins ".to_vec(), Compression::best());
    gzip.write_all(text.as_bytes()).unwrap();
    let mut zlib = ZlibEncoder::new(b"a page of a store ".to_vec(), Compression::default());
    zlib.write_all(text.as_bytes()).unwrap();
    vec![
        ("utf-8", text.to_uppercase().into_bytes()),
        ("utf-16le", text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("utf-16be", text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ("base64-0", at(0)),
        ("base64-1", at(1)),
        ("base64-2", at(2)),
        ("hexadecimal", each(|byte| format!("{byte:02X}"))),
        ("percent", each(|byte| format!("%{byte:02x}"))),
        ("json", each(|byte| format!("\\u{byte:04x}"))),
        ("html", each(|byte| format!("&#{byte};"))),
        ("gzip", gzip.finish().unwrap()),
        ("deflate", zlib.finish().unwrap()),
    ]
}

#[test]
fn a_planted_mark_is_found_in_every_form_and_nothing_where_there_is_none() {
    for (form, bytes) in planted() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("below")).unwrap();
        std::fs::write(folder.path().join("below/file"), &bytes).unwrap();
        let mut scan = scan();
        scan.folder("files", folder.path(), &|_| false);
        assert!(scan.forms_in("files").contains(&form), "HAZ-049: {form}: {:?}", scan.found);
        assert!(scan.found.iter().all(|found| found.class == "name"), "{:?}", scan.found);
    }
    let mut scan = scan();
    scan.look("files", "none", "Quzvkqxwj yQuzvkqxwj 811234567 8".repeat(1_000).as_bytes());
    assert_eq!(scan.found, [], "HAZ-049");
}

#[test]
fn a_mark_is_found_across_two_pieces_and_in_a_stream_that_was_cut_short() {
    let mut far = vec![b'.'; PIECE_BYTES - 4];
    far.extend_from_slice(MARK.as_bytes());
    let mut one = scan();
    one.look("files", "far", &far);
    assert_eq!(one.forms_in("files"), ["utf-8"], "HAZ-049");

    let (_, mut cut) = planted().into_iter().find(|(form, _)| *form == "gzip").unwrap();
    cut.truncate(cut.len() - 8);
    let mut two = scan();
    two.look("files", "cut", &cut);
    assert_eq!(two.forms_in("files"), ["gzip"], "HAZ-049");
}

#[test]
fn zstandard_is_unpacked_where_its_program_is() {
    if !packed::unpacks_zstandard() {
        return println!("SKIPPED, no program `zstd` here: streams of Zstandard are not looked into");
    }
    let mut child = std::process::Command::new("zstd")
        .args(["-q", "-c"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(format!("{MARK} ").repeat(50).as_bytes()).unwrap();
    let packed = child.wait_with_output().unwrap().stdout;
    let mut scan = scan();
    scan.look("files", "zstd", &[b"before ".as_slice(), &packed, b" after"].concat());
    assert!(scan.forms_in("files").contains(&"zstd"), "HAZ-049: {:?}", scan.found);
}
