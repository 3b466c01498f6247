//! Takes what an entry says about the content it stands for, gives it to whoever opens it. It travels sealed between the
//! page and the request that opens it; it is never printed, since an address may name a person (HAZ-049).
//! Source: FHIR R4 DocumentReference.content; IHE MHD ITI-68; NRL pointers.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where the content of one document lies, as its source says. Nothing in it is trusted: the type is sniffed, the size is
/// bounded and the hash is compared when it is opened (HAZ-020).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retrieval {
    /// `DocumentReference/{id}`: the entry that names it, at its own server.
    pub resource: Option<String>,
    /// The attachment's address as sent, absolute or relative; `None` where the content lies inside the resource.
    pub url: Option<String>,
    pub content_type: Option<String>,
    /// Digits as sent.
    pub size_bytes: Option<String>,
    /// SHA-1 of the content in base64, as FHIR's Attachment has it.
    pub hash: Option<String>,
    /// `content.format`'s code, such as `urn:nhs-ic:unstructured`.
    pub format: Option<String>,
    /// The accredited system the proxy is to reach, where a pointer names one.
    pub asid: Option<String>,
    /// ODS code of who keeps it.
    pub custodian: Option<String>,
}

impl Retrieval {
    /// A pointer that names a telephone number or page to ask at, not a document.
    pub fn is_contact(&self) -> bool {
        self.format.as_deref() == Some("urn:nhs-ic:record-contact")
    }
}

impl fmt::Debug for Retrieval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Retrieval")
    }
}
