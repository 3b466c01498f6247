//! Takes a title and words, gives one A4 page as a whole PDF file whose cross-reference table is right.
//! Source: ISO 32000-1 (PDF 1.7), sections 7.5 (file structure) and 9.4 (text).

use std::fmt::Write as _;

/// Characters in a line at 11 points.
const LINE: usize = 88;

pub(super) fn page(title: &str, body: &str) -> Vec<u8> {
    let content = content(title, body);
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R \
         /Resources << /Font << /F1 4 0 R >> >> >>"
            .to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}endstream", content.len()),
    ];
    let mut file = String::from("%PDF-1.7\n");
    let mut table = format!("xref\n0 {}\n{:010} 65535 f \n", objects.len() + 1, 0);
    for (place, object) in objects.iter().enumerate() {
        // Writing into a String cannot fail.
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        let _ = write!(file, "{} 0 obj\n{object}\nendobj\n", place + 1);
    }
    let start = file.len();
    let _ = write!(
        file,
        "{table}trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n",
        objects.len() + 1
    );
    file.into_bytes()
}

/// The drawing: a large line, then the words in lines that fit the page.
fn content(title: &str, body: &str) -> String {
    let mut drawing = format!("BT\n/F1 16 Tf\n56 780 Td\n({}) Tj\n/F1 11 Tf\n0 -28 Td\n", escaped(title));
    for line in body.lines().flat_map(wrapped) {
        let _ = write!(drawing, "({}) Tj\n0 -15 Td\n", escaped(&line));
    }
    drawing.push_str("ET\n");
    drawing
}

fn wrapped(paragraph: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in paragraph.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + word.len() < LINE => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A literal string; what is not ASCII is not in our words.
fn escaped(text: &str) -> String {
    let escape = |c: char| match c {
        '(' | ')' | '\\' => format!("\\{c}"),
        c if c.is_ascii_graphic() || c == ' ' => c.to_string(),
        _ => "?".to_owned(),
    };
    text.chars().map(escape).collect()
}
