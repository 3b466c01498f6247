//! Takes an entry, gives it checked, committed to and sealed, so that the writer only has to place it. Refuses what is
//! malformed before it reaches the writer.

use super::{Fault, Why};
use crate::{
    Millis,
    entry::{Entry, Kind},
    hash::{self, Hash},
    seal::{
        self, Keys, Use,
        month::{Lost, Month},
    },
};

/// The most bytes one manifest may have.
const LARGEST_MANIFEST: usize = 8 * 1024 * 1024;

/// One entry, ready for its leaf. The salt is fixed here, so that a retry inside the writer has the same bytes.
pub(super) struct Prepared {
    pub(super) kind: Kind,
    pub(super) key: String,
    pub(super) at: Millis,
    /// Whose key sealed it.
    pub(super) month: Option<Month>,
    pub(super) opening: Option<String>,
    pub(super) body: Vec<u8>,
    pub(super) commitment: Hash,
    pub(super) sealed: Vec<u8>,
    pub(super) person: Option<Hash>,
    pub(super) professional: Option<Hash>,
    pub(super) manifest: Option<PreparedManifest>,
}

/// The manifest of a disclosure, under its own salt, so that it may be deleted before its entry.
pub(super) struct PreparedManifest {
    pub(super) bytes: Vec<u8>,
    commitment: Hash,
    pub(super) sealed: Vec<u8>,
}

impl Prepared {
    pub(super) fn new(entry: &Entry, keys: &Keys) -> Result<Self, Fault> {
        // The commitment of a manifest is the store's to write, since only it knows the manifest was stored.
        if entry.manifest.is_some() {
            return Err(Fault::Rejected(Why::Malformed));
        }
        Self::of(entry, keys)
    }

    pub(super) fn with_manifest(mut entry: Entry, manifest: Vec<u8>, keys: &Keys) -> Result<Self, Fault> {
        if entry.manifest.is_some() || manifest.len() > LARGEST_MANIFEST {
            return Err(Fault::Rejected(Why::Malformed));
        }
        let salt = seal::random().map_err(|_| Fault::Unavailable)?;
        let commitment = hash::commitment(hash::MANIFEST, &salt, &manifest);
        let sealed = sealed(keys, Use::Manifest, &entry, &salt, &manifest)?;
        entry.manifest = Some(hash::hex(&commitment));
        let mut prepared = Self::of(&entry, keys)?;
        prepared.manifest = Some(PreparedManifest { bytes: manifest, commitment, sealed });
        Ok(prepared)
    }

    fn of(entry: &Entry, keys: &Keys) -> Result<Self, Fault> {
        let body = entry.canonical().map_err(|_| Fault::Rejected(Why::Malformed))?;
        let salt = seal::random().map_err(|_| Fault::Unavailable)?;
        let sealed = sealed(keys, Use::Entry, entry, &salt, &body)?;
        let (person, professional) = columns_of(keys, entry).map_err(|lost| unavailable(&lost))?;
        Ok(Self {
            kind: entry.kind,
            key: entry.key.as_str().to_owned(),
            at: entry.at,
            opening: entry.opening.as_ref().map(|id| id.as_str().to_owned()),
            commitment: hash::commitment(hash::ENTRY, &salt, &body),
            month: seal::month_of(&sealed),
            sealed,
            body,
            person,
            professional,
            manifest: None,
        })
    }
}

impl PreparedManifest {
    pub(super) fn commitment(&self) -> &Hash {
        &self.commitment
    }
}

/// How a professional is found again: by the host's own id of them, which is only unique within that host.
pub(crate) fn professional(host: &str, subject: &str) -> String {
    format!("{host}\0{subject}")
}

/// The two search columns of an entry.
pub(crate) fn columns_of(keys: &Keys, entry: &Entry) -> Result<(Option<Hash>, Option<Hash>), Lost> {
    let column = |what, value: &str| keys.column(entry.at, what, value);
    let person = entry.whom.as_ref().map(|whom| column("person", &whom.nhs_number)).transpose()?;
    let subject = entry.who.as_ref().map(|who| professional(&who.host, &who.subject));
    Ok((person, subject.map(|subject| column("professional", &subject)).transpose()?))
}

/// Every search column that a value may have in this store, of which a row has one.
pub(crate) fn columns(keys: &Keys, what: &str, value: &str) -> Result<Vec<Hash>, sql::Fault> {
    keys.columns(what, value).map_err(|lost| {
        unavailable(&lost);
        sql::Fault::Damaged
    })
}

fn unavailable(lost: &Lost) -> Fault {
    tracing::error!(%lost, "the keys of the months cannot be used");
    Fault::Unavailable
}

fn sealed(keys: &Keys, of: Use, entry: &Entry, salt: &Hash, bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let plain = [salt.as_slice(), bytes].concat();
    keys.seal_at(entry.at, of, entry.key.as_str().as_bytes(), &plain).map_err(|lost| unavailable(&lost))
}
