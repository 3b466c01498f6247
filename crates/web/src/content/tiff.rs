//! Takes a TIFF of scanned pages, gives a page of ours with each of them as a PNG; refuses what is larger than paper is.
//! The decoder may panic on what it did not foresee: the caller runs it beside the runtime and reads a panic as damage.
//! Source: TIFF 6.0; ITU-T T.6; PNG (ISO/IEC 15948).

use super::{Caveat, Markup, NotShown, Shown, image, pixels};
use png::{BitDepth, Encoder};
use std::io::Cursor;
use tiff::{
    ColorType,
    decoder::{Decoder, DecodingResult, Limits},
};

const PAGES_MAX: usize = 50;
/// A sheet of paper in colour at 300 dots per inch is 26 MB.
const PAGE_MAX_BYTES: usize = 32 * 1024 * 1024;
/// What a browser is sent at most.
const SHOWN_MAX_BYTES: usize = 24 * 1024 * 1024;

/// One page as it was decoded.
struct Page {
    size: (u32, u32),
    color: png::ColorType,
    depth: BitDepth,
    pixels: Vec<u8>,
}

pub(super) fn page(bytes: &[u8]) -> Result<Shown, NotShown> {
    let decoder = Decoder::new(Cursor::new(bytes)).map_err(|_| NotShown::Damaged)?;
    let mut decoder = decoder.with_limits(limits());
    let (mut html, mut shown, mut left_out) = (String::new(), 0, false);
    loop {
        let png = read(&mut decoder)?.encode()?;
        if html.len() + png.len() > SHOWN_MAX_BYTES && shown > 0 {
            left_out = true;
            break;
        }
        shown += 1;
        html.push_str(&image(&format!("Page {shown}"), "image/png", &png).0);
        if !decoder.more_images() {
            break;
        }
        if shown == PAGES_MAX {
            left_out = true;
            break;
        }
        decoder.next_image().map_err(|_| NotShown::Damaged)?;
    }
    let caveats = if left_out { vec![Caveat::Pages { shown }] } else { Vec::new() };
    Ok(Shown::page(Markup(html), caveats))
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = PAGE_MAX_BYTES;
    limits.intermediate_buffer_size = PAGE_MAX_BYTES;
    limits
}

/// A page that cannot be decoded makes the whole document one that is not shown: a gap would not be seen.
fn read(decoder: &mut Decoder<Cursor<&[u8]>>) -> Result<Page, NotShown> {
    let damaged = |_| NotShown::Damaged;
    let size = decoder.dimensions().map_err(damaged)?;
    pixels::fit(Some(size))?;
    let (color, depth) = match decoder.colortype().map_err(damaged)? {
        ColorType::Gray(1) => (png::ColorType::Grayscale, BitDepth::One),
        ColorType::Gray(2) => (png::ColorType::Grayscale, BitDepth::Two),
        ColorType::Gray(4) => (png::ColorType::Grayscale, BitDepth::Four),
        ColorType::Gray(8) => (png::ColorType::Grayscale, BitDepth::Eight),
        ColorType::GrayA(8) => (png::ColorType::GrayscaleAlpha, BitDepth::Eight),
        ColorType::RGB(8) => (png::ColorType::Rgb, BitDepth::Eight),
        ColorType::RGBA(8) => (png::ColorType::Rgba, BitDepth::Eight),
        _ => return Err(NotShown::Kind("a TIFF of a kind this record cannot show")),
    };
    match decoder.read_image().map_err(damaged)? {
        DecodingResult::U8(pixels) => Ok(Page { size, color, depth, pixels }),
        _ => Err(NotShown::Damaged),
    }
}

impl Page {
    fn encode(self) -> Result<Vec<u8>, NotShown> {
        let mut png = Vec::new();
        let mut encoder = Encoder::new(&mut png, self.size.0, self.size.1);
        encoder.set_color(self.color);
        encoder.set_depth(self.depth);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header().map_err(|_| NotShown::Damaged)?;
        writer.write_image_data(&self.pixels).map_err(|_| NotShown::Damaged)?;
        writer.finish().map_err(|_| NotShown::Damaged)?;
        Ok(png)
    }
}
