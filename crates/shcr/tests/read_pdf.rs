//! The process that reads a PDF's words, given files that were made to run away with it.

use std::{
    io::{self, Write},
    process::{Command, Output, Stdio},
};

fn read(file: &[u8]) -> io::Result<Output> {
    let mut reader = Command::new(env!("CARGO_BIN_EXE_shcr"))
        .arg("read-pdf")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut to) = reader.stdin.take() {
        // A reader that has ended takes no more.
        let _ = to.write_all(file);
    }
    reader.wait_with_output()
}

/// One page with that content, and those objects from 4 on.
fn page(content: &[u8], others: &[String]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n\
        2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n\
        3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
        /Resources << /XObject << /X 5 0 R >> /Font << /F1 << /Type /Font /Subtype /Type1 \
        /BaseFont /Helvetica >> >> >> >>\nendobj\n4 0 obj\n"
        .to_vec();
    file.extend_from_slice(content);
    file.extend_from_slice(b"\nendobj\n");
    for (place, object) in others.iter().enumerate() {
        file.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", place + 5).as_bytes());
    }
    file.extend_from_slice(b"trailer\n<< /Size 99 /Root 1 0 R >>\n%%EOF\n");
    file
}

fn stream(dictionary: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("<< /Length {} {dictionary} >>\nstream\n", content.len());
    [head.as_bytes(), content, b"\nendstream"].concat()
}

#[test]
fn the_words_of_an_honest_letter_come_out_of_the_pipe() {
    let output = read(&page(&stream("", b"BT /F1 11 Tf 56 780 Td (Dear Dr Example) Tj ET"), &[])).unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("Dear Dr Example"));
}

#[test]
fn a_stream_that_inflates_without_end_ends_and_gives_no_words() {
    // Each pair of bytes says "127 more of this byte", and so does what it becomes.
    let bomb = stream(&format!("/Filter [{}]", "/RunLengthDecode ".repeat(6)), &[129; 8192]);
    let output = read(&page(&bomb, &[])).unwrap();
    let words = String::from_utf8(output.stdout).unwrap();
    assert!(words.is_empty() || words.contains("\"text\":\"\""), "HAZ-020: 500 TB were promised: {words}");
}

#[test]
fn drawings_in_drawings_in_drawings_end_with_the_readers_time() {
    let nested = |next: usize| {
        let twice = "/X Do ".repeat(20);
        let head = format!(
            "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X {next} 0 R >> >>"
        );
        String::from_utf8(stream(&head, twice.as_bytes())).unwrap()
    };
    let forms: Vec<String> = (6..40).map(nested).collect();
    let output = read(&page(&stream("", b"/X Do"), &forms)).unwrap();
    assert!(!output.status.success() && output.stdout.is_empty(), "HAZ-020");
}

#[test]
fn noise_never_becomes_words() {
    let noise: Vec<u8> = (0_u32..200_000).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let output = read(&[b"%PDF-1.7\n".as_slice(), &noise, b"%%EOF"].concat()).unwrap();
    assert!(!String::from_utf8_lossy(&output.stdout).contains("text"), "HAZ-020");
}
