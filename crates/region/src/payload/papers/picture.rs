//! Takes words, gives a small black and white picture that stands for a scanned page of them, as PNG or TIFF.
//! Source: PNG (W3C, third edition) sections 5 and 11; RFC 1950 and 1951 (stored blocks); TIFF 6.0 section 3 (bilevel).

const WIDTH: usize = 64;
const HEIGHT: usize = 48;
const ROW: usize = WIDTH / 8;

/// White rows with bars where lines of writing would be: the same words, the same picture. 1 is white.
fn rows(words: &str) -> Vec<[u8; ROW]> {
    let mut letters = words.bytes().cycle();
    let row = |y: usize| {
        let mut row = [0xff; ROW];
        if y % 6 == 2 && y > 2 {
            row.iter_mut().skip(1).take(ROW - 2).for_each(|bits| *bits = letters.next().unwrap_or(0xff));
        }
        row
    };
    (0..HEIGHT).map(row).collect()
}

pub(super) fn png(words: &str) -> Vec<u8> {
    let mut file = vec![0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
    let mut header = Vec::new();
    header.extend_from_slice(&be(WIDTH));
    header.extend_from_slice(&be(HEIGHT));
    // One bit a pixel, greyscale; the only compression, filter and interlace there are.
    header.extend_from_slice(&[1, 0, 0, 0, 0]);
    chunk(&mut file, *b"IHDR", &header);
    // Every row says which filter it went through: none.
    let pixels: Vec<u8> = rows(words).iter().flat_map(|row| std::iter::once(0).chain(*row)).collect();
    chunk(&mut file, *b"IDAT", &stored(&pixels));
    chunk(&mut file, *b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], content: &[u8]) {
    file.extend_from_slice(&be(content.len()));
    let checked: Vec<u8> = kind.iter().chain(content).copied().collect();
    file.extend_from_slice(&checked);
    file.extend_from_slice(&crc32(&checked).to_be_bytes());
}

/// A zlib stream of one stored block: at most 65,535 bytes, far more than this picture has.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let mut stream = vec![0x78, 0x01, 0x01];
    stream.extend_from_slice(&length.to_le_bytes());
    stream.extend_from_slice(&(!length).to_le_bytes());
    stream.extend_from_slice(bytes);
    stream.extend_from_slice(&adler32(bytes).to_be_bytes());
    stream
}

fn adler32(bytes: &[u8]) -> u32 {
    let add = |(a, b): (u32, u32), byte: &u8| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    };
    let (a, b) = bytes.iter().fold((1, 0), add);
    b << 16 | a
}

/// The check PNG and gzip share.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let bit = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| bit(crc)))
}

/// Pixels first, then the directory that points back at them.
pub(super) fn tiff(words: &str) -> Vec<u8> {
    const SHORT: u16 = 3;
    const LONG: u16 = 4;
    const HEAD: u32 = 8;
    let pixels: Vec<u8> = rows(words).into_iter().flatten().collect();
    let length = u32::try_from(pixels.len()).unwrap_or_default();
    let (width, height) = (u32::try_from(WIDTH).unwrap_or(0), u32::try_from(HEIGHT).unwrap_or(0));
    // Tags in their order: width, length, bits, compression none, black is 0, strip, rows in it, its bytes.
    let entries = [
        (256, LONG, width),
        (257, LONG, height),
        (258, SHORT, 1),
        (259, SHORT, 1),
        (262, SHORT, 1),
        (273, LONG, HEAD),
        (277, SHORT, 1),
        (278, LONG, height),
        (279, LONG, length),
    ];
    let mut file = vec![b'I', b'I', 42, 0];
    file.extend_from_slice(&(HEAD + length).to_le_bytes());
    file.extend_from_slice(&pixels);
    file.extend_from_slice(&u16::try_from(entries.len()).unwrap_or_default().to_le_bytes());
    for (tag, kind, value) in entries {
        let tag: u16 = tag;
        file.extend_from_slice(&tag.to_le_bytes());
        file.extend_from_slice(&kind.to_le_bytes());
        file.extend_from_slice(&1_u32.to_le_bytes());
        // A short stands in the first half of its four bytes, which little-endian order gives by itself.
        file.extend_from_slice(&value.to_le_bytes());
    }
    file.extend_from_slice(&0_u32.to_le_bytes());
    file
}

fn be(value: usize) -> [u8; 4] {
    u32::try_from(value).unwrap_or_default().to_be_bytes()
}
