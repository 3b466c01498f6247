//! Takes a document that a row lists, gives one segment of an address that opens it, for this session and until its end; takes
//! such a segment, gives the document again, or nothing. All that opening needs travels in it and nothing of it is kept.
//! Source: RFC 8452 (AES-256-GCM-SIV), RFC 5869 (HKDF-SHA-256), RFC 4648 section 5; viewer.md section 2; HAZ-002, HAZ-049.
//!
//! Sealed form: `0x01 ‖ nonce[12] ‖ ciphertext and tag`; associated data `document ‖ 0x00 ‖ sid`.

use super::letters::List;
use super::session::Entered;
use crate::{clock, program::Program};
use access::{Launch, Permit};
use audit::{Millis, OpeningId};
use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, Aad, Nonce, RandomizedNonceKey},
    hkdf, hmac,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fhir::{Category, Level, Retrieval, SourceId};
use std::sync::Arc;
use web::page::{DocumentWords, Handles, Letters, ListedDocument};

const FORM: u8 = 1;
const NONCE: usize = 12;
/// The salt of the derivation; changing it ends every handle.
const DERIVATION: &[u8] = b"shcr-handle-v1";
const USE: &[u8] = b"document";
const NAMED: &[u8] = b"opened";
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

/// Who holds it, where it lies, and of which day it is.
pub(crate) type Named<'a> = (&'a SourceId, &'a Retrieval, &'a str);

/// As stored: without names, to be short.
type Row = (String, i64, SourceId, Category, Level, [Option<String>; 8], [String; 6], bool);

/// The keys of one deployment's handles: any replica opens what another sealed, and names what another named.
pub(crate) struct Sealer {
    seals: RandomizedNonceKey,
    names: hmac::Key,
}

impl Sealer {
    /// Derived from the deployment's key, each under a label of its own.
    pub(crate) fn new(key: &[u8; 32]) -> Option<Self> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, DERIVATION).extract(key);
        let derived = |of: &[u8]| {
            let mut derived = [0; 32];
            root.expand(&[of], hkdf::HKDF_SHA256).ok()?.fill(&mut derived).ok()?;
            Some(derived)
        };
        Some(Self {
            seals: RandomizedNonceKey::new(&AES_256_GCM_SIV, &derived(USE)?).ok()?,
            names: hmac::Key::new(hmac::HMAC_SHA256, &derived(NAMED)?),
        })
    }

    /// What the audit calls a document that this professional opened in this person's record: nobody else's, nowhere else, and
    /// another once its source says that it lies elsewhere, is of another size or day, or has another hash.
    pub(crate) fn name(&self, launch: &Launch, (source, retrieval, date): Named<'_>) -> String {
        let Retrieval { resource, url, content_type, size_bytes, hash, format, asid, custodian } = retrieval;
        let own = [&launch.host, &launch.practitioner.host_sub].map(|text| Some(text.as_str()));
        let person = Some(launch.person.nhs_number.digits());
        let lies = [resource, url, content_type, size_bytes, hash, format, asid, custodian];
        let all = own.into_iter().chain([person, Some(source.as_str()), Some(date)]);
        let mut context = hmac::Context::with_key(&self.names);
        for text in all.chain(lies.into_iter().map(Option::as_deref)) {
            let text = text.unwrap_or_default().as_bytes();
            context.update(&text.len().to_be_bytes());
            context.update(text);
        }
        audit::hash::hex(context.sign().as_ref().get(..16).unwrap_or_default())
    }

    /// `None` where it would be too long for an address.
    pub(super) fn seal(&self, sid: &[u8; 32], handle: &Handle) -> Option<String> {
        WORDS_CHARS.into_iter().find_map(|chars| {
            let body = serde_json::to_vec(&handle.to_row(chars)).ok()?;
            self.shut(bound(USE, sid), body).filter(|text| text.len() <= LONGEST)
        })
    }

    /// `None` for whatever was not sealed by this deployment, for this session, or has run out.
    pub(crate) fn open(&self, sid: &[u8; 32], text: &str, now: Millis) -> Option<Handle> {
        let text = Some(text).filter(|text| text.len() <= LONGEST)?;
        let plain = self.unshut(bound(USE, sid), text)?;
        let handle = Handle::from_row(serde_json::from_slice(&plain).ok()?)?;
        (now < handle.until).then_some(handle)
    }

    /// For whatever is bound to `to`: it opens with no other.
    pub(super) fn shut(&self, to: Vec<u8>, mut body: Vec<u8>) -> Option<String> {
        let nonce = self.seals.seal_in_place_append_tag(Aad::from(to), &mut body).ok()?;
        Some(URL_SAFE_NO_PAD.encode([&[FORM], nonce.as_ref().as_slice(), &body].concat()))
    }

    pub(super) fn unshut(&self, to: Vec<u8>, text: &str) -> Option<Vec<u8>> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (form, rest) = sealed.split_first()?;
        let (nonce, body) = rest.split_at_checked(NONCE).filter(|_| *form == FORM)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = body.to_vec();
        let length = self.seals.open_in_place(nonce, Aad::from(to), &mut body).ok()?.len();
        body.truncate(length);
        Some(body)
    }
}

/// What is sealed for one use in one session opens for no other.
pub(super) fn bound(to: &[u8], sid: &[u8; 32]) -> Vec<u8> {
    [to, &[0], sid].concat()
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
    launch: Launch,
}

impl Listing {
    pub(super) fn of(program: &Program, session: &Entered, permit: &Permit, opening: &OpeningId) -> Self {
        Self {
            sealer: Arc::clone(&program.documents),
            sid: session.sid,
            until: session.absolute_until.min(clock::millis().plus_ms(LIFE_MS)),
            opening: opening.clone(),
            permit: permit.clone(),
            launch: session.content.launch.clone(),
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

    fn name(&self, document: &ListedDocument) -> String {
        let named = (&document.source, &document.retrieval, document.words.date.as_str());
        self.sealer.name(&self.launch, named)
    }

    fn letters(&self, letters: &Letters) -> Option<String> {
        let level = |document: &ListedDocument| self.permit.level(&document.source, document.category);
        let levels = letters.rows.iter().flat_map(|row| &row.copies).map(level).collect();
        let list =
            List { opening: self.opening.clone(), until: self.until, letters: letters.clone(), levels };
        list.seal(&self.sealer, &self.sid)
    }
}

#[cfg(test)]
mod tests;
