//! The process that reads a PDF's words, given files that were made to run away with it.

use std::{
    io::{self, Write},
    os::unix::process::ExitStatusExt,
    process::{Command, Output, Stdio},
};

const SIGABRT: i32 = 6;

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

/// Deflate by hand: bits from the lowest up, codes of the fixed tables from their highest bit down. Source: RFC 1951, section 3.2.
#[derive(Default)]
struct Deflated {
    bytes: Vec<u8>,
    held: u32,
    bits: u32,
}

impl Deflated {
    fn bit(&mut self, bit: u32) {
        self.held |= bit << self.bits;
        self.bits += 1;
        if self.bits == 8 {
            self.bytes.extend(u8::try_from(self.held));
            (self.held, self.bits) = (0, 0);
        }
    }

    fn code(&mut self, code: u32, length: u32) {
        (0..length).rev().for_each(|place| self.bit(code >> place & 1));
    }

    fn literal(&mut self, byte: u8) {
        match u32::from(byte) {
            low @ 0..=143 => self.code(0x30 + low, 8),
            high => self.code(0x190 + high - 144, 9),
        }
    }

    /// 258 bytes again, from that distance code back, whose further bits are 0.
    fn again(&mut self, distance: u32, further: u32) {
        self.code(0xc5, 8);
        self.code(distance, 5);
        self.code(0, further);
    }

    /// One last block with fixed codes round what `write` writes, in the frame of RFC 1950; nobody checks its sum.
    fn zlib(write: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut out = Self { bytes: vec![0x78, 0x9c], ..Self::default() };
        out.bit(1);
        out.bit(1);
        out.bit(0);
        write(&mut out);
        out.code(0, 7);
        while out.bits != 0 {
            out.bit(0);
        }
        [out.bytes, vec![0; 4]].concat()
    }

    /// So many times "127 more of this byte" for whoever decodes run lengths, deflated.
    fn runs(count: usize) -> Vec<u8> {
        Self::zlib(|out| {
            out.literal(129);
            (0..count * 2 / 258).for_each(|_| out.again(0, 0));
        })
    }

    /// Anything whose bytes come again after 13, as the codes of [`Self::runs`] do, deflated once more.
    #[expect(
        clippy::indexing_slicing,
        reason = "a file of this test alone, far longer than what is cut from it"
    )]
    fn twice(whole: &[u8]) -> Vec<u8> {
        const PERIOD: usize = 13;
        let (first, mut at) = (3 * PERIOD, 3 * PERIOD);
        Self::zlib(|out| {
            whole[..first].iter().for_each(|byte| out.literal(*byte));
            while whole.len() - at >= 258 + PERIOD
                && whole[at..at + 258] == whole[at - PERIOD..at + 258 - PERIOD]
            {
                out.again(7, 2);
                at += 258;
            }
            whole[at..].iter().for_each(|byte| out.literal(*byte));
        })
    }
}

/// A page whose content is so many runs of 128 bytes, deflated twice.
fn bomb(runs: usize) -> Vec<u8> {
    let content = Deflated::twice(&Deflated::runs(runs));
    page(&stream("/Filter [/FlateDecode /FlateDecode /RunLengthDecode]", &content), &[])
}

/// The memory a reader may have is what ends it, long before its time does: the same file, a hundredth as long, is read.
#[test]
fn a_letter_that_inflates_past_the_readers_memory_ends_the_reader_and_one_that_does_not_is_read() {
    let most = bomb(8 * 1024 * 1024);
    assert!(most.len() < 10 * 1024, "{} bytes would inflate to a gigabyte", most.len());
    let ended = read(&most).unwrap();
    // An allocation that fails aborts; time that runs out is another signal.
    assert_eq!(
        (ended.status.signal(), ended.stdout.len()),
        (Some(SIGABRT), 0),
        "HAZ-020: {:?}",
        ended.status
    );
    let ended = read(&bomb(80 * 1024)).unwrap();
    assert!(ended.status.success(), "{:?}", ended.status);
    assert!(String::from_utf8(ended.stdout).unwrap().contains("\"all\":1"));
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
