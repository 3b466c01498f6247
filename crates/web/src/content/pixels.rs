//! Takes a picture, gives the width and height it says it has; refuses more than a browser can unfold: a small file may
//! hold a picture that takes gigabytes (HAZ-041). Source: PNG (ISO/IEC 15948) 11.2.2; JPEG (ITU-T T.81) B.1 and B.2.2.

use super::NotShown;

/// A sheet of A4 in 600 dots per inch has 35 million.
const PIXELS_MAX: u64 = 50_000_000;

/// A size that cannot be found is the browser's to refuse.
pub(super) fn fit(size: Option<(u32, u32)>) -> Result<(), NotShown> {
    let pixels = size.map_or(0, |(width, height)| u64::from(width) * u64::from(height));
    if pixels > PIXELS_MAX { Err(NotShown::Kind("a picture of more than 50 megapixels")) } else { Ok(()) }
}

pub(super) fn of_png(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
    Some((number(16)?, number(20)?))
}

/// Of the first frame: segment by segment, to the one that says it.
pub(super) fn of_jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.get(2..)?;
    loop {
        let (marker, segment) = marker(rest)?;
        if matches!(marker, 0x01 | 0xD0..=0xD8) {
            rest = segment;
            continue;
        }
        if matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC) {
            let size = |at: usize| Some(u32::from(u16::from_be_bytes(*segment.get(at..)?.first_chunk()?)));
            return Some((size(5)?, size(3)?));
        }
        let length = usize::from(u16::from_be_bytes(*segment.first_chunk()?));
        rest = segment.get(length.max(2)..)?;
    }
}

/// A marker may be filled up in front.
fn marker(rest: &[u8]) -> Option<(u8, &[u8])> {
    let fill = rest.iter().take_while(|byte| **byte == 0xFF).count();
    let (marker, segment) = rest.get(fill..)?.split_first()?;
    (fill > 0).then_some((*marker, segment))
}
