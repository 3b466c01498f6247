//! A file sealed chunk by chunk, so that it can be written as it arrives and read without holding it whole. A chunk knows
//! its place and whether it is the last: none can be moved, left out, repeated or cut off unnoticed.
//!
//! Stored form, for each chunk: length of what follows (`u32`, big-endian), then the sealed chunk; the last is marked in
//! what binds it. An interrupted file has no last chunk and can be gone on with.

use super::Seal;
use std::io::{self, Read, Write};

/// What one chunk holds at most.
pub(crate) const CHUNK: usize = 256 * 1024;
const SEALED_MAX: usize = CHUNK + 64;

/// Where chunk `index` of the file `name` belongs.
fn place(name: &str, index: u64, is_last: bool) -> Vec<u8> {
    let mut place = format!("file\0{name}\0").into_bytes();
    place.extend_from_slice(&index.to_be_bytes());
    place.push(u8::from(is_last));
    place
}

/// Seals what is written to it. Nothing is readable to its end before [`Writer::finish`].
pub(crate) struct Writer<W> {
    to: W,
    seal: Seal,
    name: String,
    waiting: Vec<u8>,
    index: u64,
}

impl<W: Write> Writer<W> {
    /// `index`: chunks that are there already.
    pub(crate) fn new(to: W, seal: Seal, name: &str, index: u64) -> Self {
        Self { to, seal, name: name.to_owned(), waiting: Vec::with_capacity(CHUNK), index }
    }

    fn chunk(&mut self, is_last: bool) -> io::Result<()> {
        let sealed = self.seal.close(&place(&self.name, self.index, is_last), &self.waiting);
        let sealed = sealed.map_err(|_| io::Error::other("could not seal"))?;
        let length = u32::try_from(sealed.len()).map_err(io::Error::other)?;
        self.to.write_all(&length.to_be_bytes())?;
        self.to.write_all(&sealed)?;
        self.waiting.clear();
        self.index += 1;
        Ok(())
    }

    /// Writes out what waits as a chunk of its own, so that what arrived is safe wherever it ends.
    pub(crate) fn pause(mut self) -> io::Result<W> {
        if !self.waiting.is_empty() {
            self.chunk(false)?;
        }
        self.to.flush()?;
        Ok(self.to)
    }

    /// Marks the end.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.chunk(true)?;
        self.to.flush()?;
        Ok(self.to)
    }
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = CHUNK - self.waiting.len();
        let (now, _) = bytes.split_at(bytes.len().min(room));
        self.waiting.extend_from_slice(now);
        if self.waiting.len() == CHUNK {
            self.chunk(false)?;
        }
        Ok(now.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Reads a sealed file. A file without its last chunk ends in an error, not in an end.
pub(crate) struct Reader<R> {
    from: R,
    seal: Seal,
    name: String,
    open: io::Cursor<Vec<u8>>,
    index: u64,
    is_over: bool,
}

impl<R: Read> Reader<R> {
    pub(crate) fn new(from: R, seal: Seal, name: &str) -> Self {
        Self { from, seal, name: name.to_owned(), open: io::Cursor::default(), index: 0, is_over: false }
    }

    fn chunk(&mut self) -> io::Result<()> {
        let mut length = [0; 4];
        self.from.read_exact(&mut length)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > SEALED_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "not a sealed file"));
        }
        let mut sealed = vec![0; length];
        self.from.read_exact(&mut sealed)?;
        let opened = |is_last| self.seal.open(&place(&self.name, self.index, is_last), &sealed).ok();
        let (bytes, is_last) = match opened(false) {
            Some(bytes) => (bytes, false),
            None => {
                let last = opened(true);
                (
                    last.ok_or_else(|| {
                        io::Error::new(io::ErrorKind::InvalidData, "sealed with another key")
                    })?,
                    true,
                )
            }
        };
        (self.open, self.is_over) = (io::Cursor::new(bytes), is_last);
        self.index += 1;
        Ok(())
    }
}

impl<R: Read> Read for Reader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let got = self.open.read(out)?;
            if got > 0 || out.is_empty() || self.is_over {
                return Ok(got);
            }
            self.chunk()?;
        }
    }
}

/// Chunks and bytes of content that are whole in an interrupted file, and where they end in it.
pub(crate) fn whole<R: Read>(from: R, seal: Seal, name: &str) -> (u64, u64, u64) {
    let mut reader = Reader::new(from, seal, name);
    let (mut content, mut length) = (0, 0);
    while !reader.is_over && reader.chunk().is_ok() {
        let bytes = reader.open.get_ref().len() as u64;
        content += bytes;
        // The length, the form, the nonce and the tag.
        length += bytes + 4 + 1 + 12 + 16;
    }
    (reader.index, content, length)
}

#[cfg(test)]
mod tests;
