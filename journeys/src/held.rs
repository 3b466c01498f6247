//! What was held back, as the partner whose source it is has it: its two keys, which are those of the examples of RFC 9180 and known to
//! everybody, and the configuration that names them.

use std::path::Path;

const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VuAyEAOUjP4K0d22ldeA5ZB3GV2mxWUGsCcyl5SrAryoCBXE0=
-----END PUBLIC KEY-----
";

/// The half that the gateway never has.
pub const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEIEYSxVAmP8itWDdd8/VXqsUx0mhQkD5VqfI/IdhTTorI
-----END PRIVATE KEY-----
";

/// Tables for a configuration in which these partners published that key; it is written into the folder.
pub fn published(folder: &Path, partners: &[&str]) -> String {
    let key = folder.join("held.pub");
    std::fs::write(&key, PUBLIC).expect("a file can be written");
    let table =
        |ods: &&str| format!("[[partners]]\nods = \"{ods}\"\nheld_key_file = \"{}\"\n", key.display());
    partners.iter().map(table).collect()
}
