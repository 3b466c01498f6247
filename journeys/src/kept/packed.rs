//! Takes bytes, gives what is packed in them as gzip (RFC 1952), zlib's deflate (RFC 1950) and Zstandard (RFC 8878), wherever such a stream
//! begins; of a stream that is cut short, as much as it has. Bare deflate has no beginning that could be known, and is not looked for.

use flate2::read::{GzDecoder, ZlibDecoder};
use std::{
    io::{Read, Write},
    process::{Command, Stdio},
    sync::OnceLock,
};

/// No stream is unpacked further.
const MOST_BYTES: u64 = 16 * 1024 * 1024;
/// Two bytes that begin a zlib stream stand in any file by chance; what holds so little holds no mark.
const LEAST_BYTES: usize = 8;

pub(super) fn streams(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = Vec::new();
    for at in 0..bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let found = match rest {
            [0x1f, 0x8b, 8, ..] => Some(("gzip", read(GzDecoder::new(rest)))),
            [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => Some(("deflate", read(ZlibDecoder::new(rest)))),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(("zstd", zstandard(rest))),
            _ => None,
        };
        all.extend(found.filter(|(_, inside)| inside.len() >= LEAST_BYTES));
    }
    all
}

fn read(stream: impl Read) -> Vec<u8> {
    let mut inside = Vec::new();
    // As much as it has: the rest of it may have been overwritten.
    let _ = stream.take(MOST_BYTES).read_to_end(&mut inside);
    inside
}

/// Whether Zstandard can be unpacked here: by the program of that name.
pub(super) fn unpacks_zstandard() -> bool {
    static THERE: OnceLock<bool> = OnceLock::new();
    *THERE.get_or_init(|| Command::new("zstd").arg("--version").stdout(Stdio::null()).status().is_ok())
}

fn zstandard(stream: &[u8]) -> Vec<u8> {
    if !unpacks_zstandard() {
        return Vec::new();
    }
    let mut command = Command::new("zstd");
    command.args(["-d", "-q", "-c"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("it was there before");
    let mut to = child.stdin.take().expect("its input is a pipe");
    let most = usize::try_from(MOST_BYTES).unwrap_or(usize::MAX);
    let whole = stream.get(..stream.len().min(most)).unwrap_or_default().to_vec();
    // It stops reading at the end of the stream.
    let give = std::thread::spawn(move || drop(to.write_all(&whole)));
    let inside = read(child.stdout.take().expect("its output is a pipe"));
    let _ = child.kill();
    let _ = child.wait();
    give.join().expect("a pipe can be written to");
    inside
}
