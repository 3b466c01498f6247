//! The partner's key: read from a file or asked of a key service, and everything derived from it. Gives a key for each
//! person, for what is held, and for what the node must remember of itself. Refuses anything but 32 bytes.
//! Source: RFC 5869 (HKDF-SHA-256), FIPS 198-1 (HMAC), RFC 8452 (AES-256-GCM-SIV).

use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, RandomizedNonceKey},
    error::Unspecified,
    hkdf,
};
use std::{fmt, path::Path, process::Stdio, time::Duration};

/// The salt of every derivation; changing it changes every key.
const DERIVATION: &[u8] = b"shcr-edge-v1";

/// How long a key service may take.
const COMMAND_DEADLINE: Duration = Duration::from_secs(10);

/// Why there is no key. Carries no part of it.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    #[error("could not read the key file `{0}`")]
    File(String, #[source] std::io::Error),
    #[error("others than its owner may read the key file `{0}`: `chmod 600` it")]
    Open(String),
    #[error("the key must be 64 hexadecimal digits")]
    Form,
    #[error("the key command could not be run")]
    Command(#[source] std::io::Error),
    #[error("the key command ended with {0}")]
    Status(std::process::ExitStatus),
    #[error("the key command did not answer within {} s", COMMAND_DEADLINE.as_secs())]
    Late,
    #[error("no key could be derived")]
    Derive,
}

/// One partner's key and the root of what is derived from it.
pub(crate) struct PartnerKey {
    root: hkdf::Prk,
    /// Which key sealed a row: derived, tells nothing of the key.
    pub(crate) id: i64,
}

/// What a key seals.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose<'a> {
    /// One person's content, by the digits of the NHS number.
    Person(&'a str),
    /// What belongs to nobody, or to nobody that is sure.
    Unfiled,
    /// The node's own secret.
    Node,
    /// Files that wait, or are kept in quarantine.
    File,
    /// The seal on a backup.
    Backup,
}

impl PartnerKey {
    pub(crate) fn of(bytes: &[u8; 32]) -> Result<Self, KeyFault> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, DERIVATION).extract(bytes);
        let id = expand(&root, &[b"id"]).map_err(|_| KeyFault::Derive)?;
        let id = id.first_chunk().map(|first| i64::from_be_bytes(*first)).ok_or(KeyFault::Derive)?;
        Ok(Self { root, id })
    }

    pub(crate) fn from_hex(text: &str) -> Result<Self, KeyFault> {
        let digits = text.trim().as_bytes();
        let pairs =
            digits.chunks_exact(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        let bytes: Option<Vec<u8>> = pairs.collect();
        let is_plain = digits.iter().all(u8::is_ascii_hexdigit);
        let bytes = bytes.filter(|_| is_plain && digits.len() == 64).ok_or(KeyFault::Form)?;
        Self::of(&<[u8; 32]>::try_from(bytes).map_err(|_| KeyFault::Form)?)
    }

    /// 64 hexadecimal digits in a file that only its owner may read.
    pub(crate) fn from_file(path: &Path) -> Result<Self, KeyFault> {
        use std::os::unix::fs::PermissionsExt;
        let name = path.display().to_string();
        let fault = |error| KeyFault::File(name.clone(), error);
        let mode = std::fs::metadata(path).map_err(fault)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(KeyFault::Open(name));
        }
        Self::from_hex(&std::fs::read_to_string(path).map_err(fault)?)
    }

    /// The same digits on the standard output of a command: a key service's own client. Blocks.
    pub(crate) fn from_command(command: &[String]) -> Result<Self, KeyFault> {
        let (program, arguments) = command.split_first().ok_or(KeyFault::Form)?;
        let mut child = std::process::Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(KeyFault::Command)?;
        let until = std::time::Instant::now() + COMMAND_DEADLINE;
        while child.try_wait().map_err(KeyFault::Command)?.is_none() {
            if std::time::Instant::now() > until {
                let _ = child.kill();
                let _ = child.wait();
                return Err(KeyFault::Late);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let output = child.wait_with_output().map_err(KeyFault::Command)?;
        if !output.status.success() {
            return Err(KeyFault::Status(output.status));
        }
        Self::from_hex(&String::from_utf8(output.stdout).map_err(|_| KeyFault::Form)?)
    }

    pub(crate) fn bytes(&self, purpose: Purpose<'_>) -> Result<[u8; 32], Unspecified> {
        match purpose {
            Purpose::Person(number) => expand(&self.root, &[b"person\0", number.as_bytes()]),
            Purpose::Unfiled => expand(&self.root, &[b"unfiled"]),
            Purpose::Node => expand(&self.root, &[b"node"]),
            Purpose::File => expand(&self.root, &[b"file"]),
            Purpose::Backup => expand(&self.root, &[b"backup"]),
        }
    }

    pub(crate) fn sealing(&self, purpose: Purpose<'_>) -> Result<RandomizedNonceKey, Unspecified> {
        RandomizedNonceKey::new(&AES_256_GCM_SIV, &self.bytes(purpose)?)
    }
}

pub(crate) fn expand(root: &hkdf::Prk, of: &[&[u8]]) -> Result<[u8; 32], Unspecified> {
    let mut out = [0; 32];
    root.expand(of, hkdf::HKDF_SHA256)?.fill(&mut out)?;
    Ok(out)
}

impl fmt::Debug for PartnerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartnerKey(…)")
    }
}

#[cfg(test)]
mod tests;
