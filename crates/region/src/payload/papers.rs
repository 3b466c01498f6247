//! Takes a document's words and what they are written on, gives the bytes its holder sends, with the type, size and hash
//! it declares: right ones, or the holder's mistake. Everything is made here, and really is what it says.
//! Source: FHIR R4 and STU3 Attachment (hash: base64 of SHA-1); sources, sections 3 and 7.

/// One page of Portable Document Format.
mod pdf;
/// Scanned pages as pictures.
mod picture;

pub(crate) use picture::crc32;

use crate::people::facts::{Document, Flaw, Medium};
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::{Engine, engine::general_purpose::STANDARD};

/// A document as its holder declares and sends it.
pub(crate) struct Paper {
    /// The media type it is declared as.
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Vec<u8>,
    /// The size declared.
    pub(crate) size: usize,
    /// The hash declared: base64 of a SHA-1.
    pub(crate) hash: String,
}

/// `None` where the document is too large to be sent at all.
pub(crate) fn paper(fact: &Document) -> Option<Paper> {
    let bytes = written(fact.medium, fact.title, fact.body?);
    let content_type = match fact.flaw {
        Flaw::DeclaredAs(other) => other,
        _ => media_type(fact.medium),
    };
    Some(match fact.flaw {
        Flaw::Lies => Paper { content_type, size: bytes.len() + 1024, hash: hash(b"another version"), bytes },
        _ => Paper { content_type, size: bytes.len(), hash: hash(&bytes), bytes },
    })
}

fn media_type(medium: Medium) -> &'static str {
    match medium {
        Medium::Text => "text/plain",
        Medium::Pdf => "application/pdf",
        Medium::Rtf => "application/rtf",
        Medium::Png => "image/png",
        Medium::Tiff => "image/tiff",
        Medium::Html => "text/html",
        Medium::Word => "application/msword",
    }
}

fn hash(bytes: &[u8]) -> String {
    STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes))
}

fn written(medium: Medium, title: &str, body: &str) -> Vec<u8> {
    match medium {
        Medium::Text => body.as_bytes().to_vec(),
        Medium::Pdf => pdf::page(title, body),
        Medium::Rtf => rtf(title, body).into_bytes(),
        Medium::Png => picture::png(&format!("{title}{body}")),
        Medium::Tiff => picture::tiff(&format!("{title}{body}")),
        Medium::Html => html(title, body).into_bytes(),
        Medium::Word => word(title, body),
    }
}

/// Rich Text Format 1.5, plain characters only.
fn rtf(title: &str, body: &str) -> String {
    let escaped = |text: &str| {
        let escape = |c: char| match c {
            '\\' | '{' | '}' => format!("\\{c}"),
            '\n' => "\\par\n".to_owned(),
            c if c.is_ascii() => c.to_string(),
            c => format!("\\u{}?", u32::from(c)),
        };
        text.chars().map(escape).collect::<String>()
    };
    format!(
        "{{\\rtf1\\ansi\\deff0{{\\fonttbl{{\\f0 Arial;}}}}\n\\f0\\fs28\\b {}\\b0\\par\n\\fs22 {}\\par\n}}\n",
        escaped(title),
        escaped(body),
    )
}

/// A reader must not run, fetch or submit any of what such a letter carries (HAZ-041).
fn html(title: &str, body: &str) -> String {
    let (title, body) = (crate::html::escape(title), crate::html::escape(body).replace('\n', "<br>"));
    format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>{title}</title>\
         <style>p {{ font-family: Arial }}</style>\
         <script>document.title = \"opened\";</script></head>\n\
         <body onload=\"window.status = 'opened'\"><h1>{title}</h1>\n<p>{body}</p>\n\
         <img src=\"http://tracker.example.test/opened.gif\" alt=\"\">\n\
         <form action=\"http://tracker.example.test/reply\"><button>Reply</button></form></body></html>\n"
    )
}

/// The head of a compound file and the words behind it: as much as a check of the first bytes sees.
fn word(title: &str, body: &str) -> Vec<u8> {
    let mut bytes = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    bytes.resize(512, 0);
    bytes.extend_from_slice(title.as_bytes());
    bytes.push(b'\r');
    bytes.extend_from_slice(body.as_bytes());
    bytes
}

#[cfg(test)]
mod tests;
