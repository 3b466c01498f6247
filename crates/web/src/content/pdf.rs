//! Takes the bytes of a PDF, gives the words on each of its pages in the order a reader meets them; refuses what is locked or
//! damaged. May panic, and take any time and memory, on a hostile file: whoever calls it confines it.
//! Source: ISO 32000-1 (PDF 1.7), sections 9.4 (text) and 9.10 (extraction of text); HAZ-020, HAZ-021.

/// Glyphs in their places put into lines.
mod lines;

use super::{Caveat, Markup, NotShown, Shown};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, TransformExt,
    font::{Glyph, GlyphRun},
    hayro_cmap::BfString,
    hayro_syntax::{LoadPdfError, Pdf},
    interpret_page,
    kurbo::{Affine, BezPath, Point, Rect},
};
use lines::Placed;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Pages read; what lies behind them is counted.
const PAGES_MAX: usize = 200;
/// Characters read of a page. No letter has as many.
const CHARS_MAX: usize = 60_000;
/// What stands for a character that cannot be told.
const UNKNOWN: char = '\u{FFFD}';

/// The words of one document, as they pass from whoever read them.
#[derive(Serialize, Deserialize)]
pub enum Words {
    Pages {
        pages: Vec<Page>,
        /// Of the whole document.
        all: usize,
    },
    /// It asks for a password.
    Locked,
    Damaged,
}

/// The words of one page; empty where it holds none.
#[derive(Serialize, Deserialize)]
pub struct Page {
    text: String,
    /// Some of it stands unseen behind a picture, as a machine read it.
    recognised: bool,
    /// Some of it is left out.
    cut: bool,
}

/// Whatever the file says of itself, what is read of it is bounded; what reading takes is not.
pub fn words(bytes: Vec<u8>) -> Words {
    let pdf = match Pdf::new(bytes) {
        Ok(pdf) => pdf,
        Err(LoadPdfError::Decryption(_)) => return Words::Locked,
        Err(LoadPdfError::Invalid) => return Words::Damaged,
    };
    let cache = InterpreterCache::new();
    let pages: Vec<Page> = pdf
        .pages()
        .iter()
        .take(PAGES_MAX)
        .map(|page| {
            let nowhere = Rect::new(0.0, 0.0, 1.0, 1.0);
            let turned = page.initial_transform(true).to_kurbo();
            let settings = InterpreterSettings::default();
            let mut context = Context::new(turned, nowhere, &cache, pdf.xref(), settings);
            let mut reader = Reader::default();
            interpret_page(page, &mut context, &mut reader);
            Page { text: lines::of(reader.placed), recognised: reader.recognised, cut: reader.cut }
        })
        .collect();
    if pages.is_empty() { Words::Damaged } else { Words::Pages { pages, all: pdf.pages().len() } }
}

/// What is shown of them. Where no page holds any, nothing is: an empty page would read as an empty letter.
pub fn shown(words: Words) -> Result<Shown, NotShown> {
    let (pages, all) = match words {
        Words::Pages { pages, all } => (pages, all),
        Words::Locked => return Err(NotShown::Locked),
        Words::Damaged => return Err(NotShown::NotRead),
    };
    if pages.iter().all(|page| page.text.trim().is_empty()) {
        return Err(NotShown::NoText);
    }
    let mut caveats = vec![Caveat::TextOfPdf];
    if pages.iter().any(|page| page.recognised) {
        caveats.push(Caveat::Recognised);
    }
    if pages.iter().any(|page| page.cut) {
        caveats.push(Caveat::Altered);
    }
    if pages.len() < all {
        caveats.push(Caveat::Pages { shown: pages.len() });
    }
    let mut markup = String::new();
    for (index, page) in pages.iter().enumerate() {
        // Writing into a String cannot fail.
        let _ = write!(markup, "<h2>Page {} of {all}</h2>", index + 1);
        match page.text.trim().is_empty() {
            true => {
                let _ = write!(markup, "<p class=\"notice\">{}</p>", crate::words::PAGE_WITHOUT_TEXT);
            }
            false => {
                let _ = write!(markup, "<pre>\n{}</pre>", crate::view::escaped(&page.text));
            }
        }
    }
    Ok(Shown::page(Markup(markup), caveats))
}

/// Listens to a page being drawn, and keeps its characters and their places.
#[derive(Default)]
struct Reader {
    placed: Vec<Placed>,
    chars: usize,
    recognised: bool,
    cut: bool,
}

impl Reader {
    fn keep(&mut self, glyph: &Glyph<'_>, to_page: Affine) {
        let text = match glyph.as_unicode() {
            Some(BfString::Char(one)) => one.to_string(),
            Some(BfString::String(several)) => several,
            None => UNKNOWN.to_string(),
        };
        self.chars += text.chars().count();
        if self.chars > CHARS_MAX {
            self.cut = true;
            return;
        }
        let advance = match glyph {
            Glyph::Outline(glyph) => glyph.advance_width(),
            Glyph::Type3(glyph) => glyph.advance_width(),
        };
        let at = to_page * Point::ZERO;
        let end = to_page * Point::new(f64::from(advance.unwrap_or(500.0)), 0.0);
        let top = to_page * Point::new(0.0, 1000.0);
        self.placed.push(Placed { x: at.x, y: at.y, end: end.x, height: (top - at).hypot(), text });
    }
}

impl Device<'_> for Reader {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, mode: &DrawMode) {
        self.recognised |= matches!(mode, DrawMode::Invisible);
        for glyph in run.glyphs() {
            self.keep(glyph, props.transform * glyph.transform());
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

#[cfg(test)]
mod tests;
