//! A sealed file comes back whole, or says that it is not.

use super::*;
use crate::key::{PartnerKey, Purpose};
use proptest::prelude::*;

fn seal(byte: u8) -> Seal {
    Seal::of(&PartnerKey::of(&[byte; 32]).unwrap(), Purpose::File).unwrap()
}

fn sealed(content: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), seal(1), "a", 0);
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

fn read(bytes: &[u8], key: u8, name: &str) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    Reader::new(bytes, seal(key), name).read_to_end(&mut out)?;
    Ok(out)
}

#[test]
fn content_of_any_length_comes_back() {
    for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
        let content = vec![7; length];
        assert_eq!(read(&sealed(&content), 1, "a").unwrap(), content, "{length}");
    }
}

#[test]
fn another_key_another_name_or_a_missing_end_is_an_error() {
    let file = sealed(&vec![7; 2 * CHUNK + 5]);
    assert!(read(&file, 2, "a").is_err());
    assert!(read(&file, 1, "b").is_err());
    let one = CHUNK + 4 + 29;
    for cut in [0, 3, one - 1, one, 2 * one, file.len() - 1] {
        assert!(read(&file[..cut], 1, "a").is_err(), "cut at {cut}");
    }
    // The second chunk in place of the first.
    assert!(read(&file[one..], 1, "a").is_err());
}

#[test]
fn an_interrupted_file_is_gone_on_with_where_it_ended() {
    let mut writer = Writer::new(Vec::new(), seal(1), "a", 0);
    writer.write_all(&vec![7; CHUNK + 100]).unwrap();
    let mut file = writer.pause().unwrap();
    let whole_length = file.len();
    // What a kill leaves behind the last whole chunk.
    file.extend_from_slice(&[0, 1, 2]);
    let (index, content, length) = whole(file.as_slice(), seal(1), "a");
    assert_eq!((index, content, length), (2, CHUNK as u64 + 100, whole_length as u64));
    file.truncate(whole_length);
    let mut writer = Writer::new(file, seal(1), "a", index);
    writer.write_all(b"the rest").unwrap();
    let file = writer.finish().unwrap();
    let read = read(&file, 1, "a").unwrap();
    assert_eq!(read.len(), CHUNK + 108);
    assert!(read.ends_with(b"the rest"));
}

proptest! {
    #[test]
    fn nothing_that_is_not_a_sealed_file_is_read_as_one(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(read(&bytes, 1, "a").is_err());
    }
}
