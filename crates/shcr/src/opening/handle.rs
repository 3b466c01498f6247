//! Takes a document that a row lists, gives one segment of an address that opens it, for this session and until its end; takes
//! such a segment, gives the document again, or nothing. All that opening needs travels in it and nothing of it is kept.
//! Source: RFC 8452 (AES-256-GCM-SIV), RFC 5869 (HKDF-SHA-256), RFC 4648 section 5; viewer.md section 2; HAZ-002, HAZ-049.
//!
//! Sealed form: `0x01 ‖ nonce[12] ‖ ciphertext and tag`; associated data `document ‖ 0x00 ‖ sid`.

use super::session::Entered;
use crate::{clock, program::Program};
use access::Permit;
use audit::{Millis, OpeningId};
use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, Aad, Nonce, RandomizedNonceKey},
    hkdf,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fhir::{Category, Level, Retrieval, SourceId};
use std::sync::Arc;
use web::page::{DocumentWords, Handles, ListedDocument};

const FORM: u8 = 1;
const NONCE: usize = 12;
/// The salt of the derivation; changing it ends every handle.
const DERIVATION: &[u8] = b"shcr-handle-v1";
const USE: &[u8] = b"document";
/// Longer addresses are cut or refused by servers on the way.
const LONGEST: usize = 1536;
/// Characters kept of each of a document's words, and fewer where they do not fit.
const WORDS_CHARS: [usize; 3] = [160, 60, 20];
/// No handle outlives this, whatever the session's end.
const LIFE_MS: i64 = 60 * 60 * 1000;

/// One document that may be opened.
#[derive(PartialEq, Eq)]
pub(crate) struct Handle {
    /// The opening whose page listed it.
    pub(crate) opening: OpeningId,
    pub(crate) until: Millis,
    pub(crate) source: SourceId,
    pub(crate) category: Category,
    /// What the role had of the category when it was listed; it must still have as much.
    pub(crate) level: Level,
    pub(crate) retrieval: Retrieval,
    pub(crate) words: DocumentWords,
}

/// As stored: without names, to be short.
type Row = (String, i64, SourceId, Category, Level, [Option<String>; 8], [String; 6], bool);

/// The key of one deployment's handles: any replica opens what another sealed.
pub(crate) struct Sealer(RandomizedNonceKey);

impl Sealer {
    /// Derived from the deployment's key under a label of its own.
    pub(crate) fn new(key: &[u8; 32]) -> Option<Self> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, DERIVATION).extract(key);
        let mut derived = [0; 32];
        root.expand(&[USE], hkdf::HKDF_SHA256).ok()?.fill(&mut derived).ok()?;
        RandomizedNonceKey::new(&AES_256_GCM_SIV, &derived).ok().map(Self)
    }

    /// `None` where it would be too long for an address.
    fn seal(&self, sid: &[u8; 32], handle: &Handle) -> Option<String> {
        WORDS_CHARS.into_iter().find_map(|chars| {
            let mut body = serde_json::to_vec(&handle.to_row(chars)).ok()?;
            let nonce = self.0.seal_in_place_append_tag(Aad::from(bound(sid)), &mut body).ok()?;
            let sealed = [&[FORM], nonce.as_ref().as_slice(), &body].concat();
            Some(URL_SAFE_NO_PAD.encode(sealed)).filter(|text| text.len() <= LONGEST)
        })
    }

    /// `None` for whatever was not sealed by this deployment, for this session, or has run out.
    pub(crate) fn open(&self, sid: &[u8; 32], text: &str, now: Millis) -> Option<Handle> {
        let sealed = URL_SAFE_NO_PAD.decode(Some(text).filter(|text| text.len() <= LONGEST)?).ok()?;
        let (form, rest) = sealed.split_first()?;
        let (nonce, body) = rest.split_at_checked(NONCE).filter(|_| *form == FORM)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = body.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::from(bound(sid)), &mut body).ok()?;
        let handle = Handle::from_row(serde_json::from_slice(plain).ok()?)?;
        (now < handle.until).then_some(handle)
    }
}

fn bound(sid: &[u8; 32]) -> Vec<u8> {
    [USE, &[0], sid].concat()
}

impl Handle {
    fn to_row(&self, chars: usize) -> Row {
        let r = self.retrieval.clone();
        let w = &self.words;
        let fields = [r.resource, r.url, r.content_type, r.size_bytes, r.hash, r.format, r.asid, r.custodian];
        let words = [&w.title, &w.kind, &w.date, &w.author, &w.organisation, &w.size_bytes];
        (
            self.opening.to_string(),
            self.until.0,
            self.source.clone(),
            self.category,
            self.level,
            fields,
            words.map(|words| cut(words, chars)),
            w.not_for_the_person,
        )
    }

    fn from_row(row: Row) -> Option<Self> {
        let (opening, until, source, category, level, fields, words, not_for_the_person) = row;
        let [resource, url, content_type, size_bytes, hash, format, asid, custodian] = fields;
        let retrieval = Retrieval { resource, url, content_type, size_bytes, hash, format, asid, custodian };
        let [title, kind, date, author, organisation, size_bytes] = words;
        let words = DocumentWords { title, kind, date, author, organisation, size_bytes, not_for_the_person };
        let opening = OpeningId::parse(&opening).ok()?;
        Some(Self { opening, until: Millis(until), source, category, level, retrieval, words })
    }
}

/// Cut words say so.
fn cut(words: &str, chars: usize) -> String {
    match words.char_indices().nth(chars) {
        Some((at, _)) => format!("{}…", words.get(..at).unwrap_or_default()),
        None => words.to_owned(),
    }
}

/// What one opening's page needs to make its handles.
pub(super) struct Listing {
    sealer: Arc<Sealer>,
    sid: [u8; 32],
    until: Millis,
    opening: OpeningId,
    permit: Permit,
}

impl Listing {
    pub(super) fn of(program: &Program, session: &Entered, permit: &Permit, opening: &OpeningId) -> Self {
        Self {
            sealer: Arc::clone(&program.documents),
            sid: session.sid,
            until: session.absolute_until.min(clock::millis().plus_ms(LIFE_MS)),
            opening: opening.clone(),
            permit: permit.clone(),
        }
    }
}

impl Handles for Listing {
    fn handle(&self, document: &ListedDocument) -> Option<String> {
        let handle = Handle {
            opening: self.opening.clone(),
            until: self.until,
            source: document.source.clone(),
            category: document.category,
            level: self.permit.level(&document.source, document.category),
            retrieval: document.retrieval.clone(),
            words: document.words.clone(),
        };
        self.sealer.seal(&self.sid, &handle)
    }
}

#[cfg(test)]
mod tests;
