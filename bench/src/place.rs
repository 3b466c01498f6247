//! One partner's node in a folder of its own: makes keys, certificates and a configuration, gives the program's commands on
//! them. Everything goes with the folder.

use crate::Outcome;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P384_SHA384,
};
use serde_json::Value;
use std::{
    fs::{File, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const PARTNER: &str = "ZZ930";
pub(crate) const FEED: &str = "adult-social-care";

const COUNCIL: &str = r#"
[[feeds]]
id = "adult-social-care"
title = "Adult social care"
format = "client-level-data"
mode = "snapshot"
every = "24h"
overdue_after = "26h"
withhold_after = "14d"
manifest_key_file = "extracts.pub.pem"
folder = "in"
settings = { numbers = "traced", descriptions = true, la_codes = ["620"], flags_as = { Dementia = "alert" } }
"#;

pub(crate) const MESSAGES: &str = "hospital-messages";

const HOSPITAL: &str = r#"
[[feeds]]
id = "hospital-messages"
title = "Hospital messages"
format = "hl7-v2"
mode = "messages"
every = "1h"
overdue_after = "6h"
withhold_after = "90d"
manifest = "none"
settings = { numbers = "status" }
"#;

/// How long a node may take to listen.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Place {
    folder: tempfile::TempDir,
    program: PathBuf,
}

/// A node that runs. Killed, as hard as can be, when it is let go.
pub(crate) struct Node {
    process: Child,
    /// Where it is asked.
    pub(crate) base: String,
}

impl Place {
    /// Of a council, that sends an extract each night.
    pub(crate) fn council(program: &Path) -> Outcome<Self> {
        Self::make(program, COUNCIL)
    }

    /// Of a hospital, that sends messages.
    pub(crate) fn hospital(program: &Path) -> Outcome<Self> {
        Self::make(program, HOSPITAL)
    }

    fn make(program: &Path, feed: &str) -> Outcome<Self> {
        let folder = tempfile::Builder::new().prefix("shcr-bench-").tempdir()?;
        let place = Self { folder, program: program.to_owned() };
        std::fs::create_dir(place.at("in"))?;
        place.keys()?;
        place.certificates()?;
        std::fs::write(place.at("edge.toml"), place.configuration(feed))?;
        Ok(place)
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn keys(&self) -> Outcome<()> {
        for name in ["partner.key", "audit.key"] {
            let bytes = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()];
            self.put(name, &bytes.map(|half| half.simple().to_string()).concat())?;
        }
        let signing = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384)?;
        self.put("extracts.pem", &signing.serialize_pem())?;
        self.put("extracts.pub.pem", &signing.public_key_pem())
    }

    /// An authority, the node and the gateway.
    fn certificates(&self) -> Outcome<()> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        self.put("ca.pem", &authority.pem())?;
        let both = [
            ("serve.pem", vec!["127.0.0.1".to_owned()], ExtendedKeyUsagePurpose::ServerAuth),
            ("gateway.pem", vec!["gateway.example".to_owned()], ExtendedKeyUsagePurpose::ClientAuth),
        ];
        for (name, hosts, purpose) in both {
            let mut params = CertificateParams::new(hosts)?;
            params.extended_key_usages = vec![purpose];
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            let key = KeyPair::generate()?;
            let certificate = params.signed_by(&key, &authority)?;
            self.put(name, &format!("{}{}", certificate.pem(), key.serialize_pem()))?;
        }
        Ok(())
    }

    /// Readable by its owner alone.
    fn put(&self, name: &str, text: &str) -> Outcome<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600).open(self.at(name))?.write_all(text.as_bytes())?;
        Ok(())
    }

    fn configuration(&self, feed: &str) -> String {
        format!(
            r#"partner = "{PARTNER}"
name = "Marshland Council"
training = true
state_dir = "{state}"
store = {{ kind = "sqlite", file = "edge.sqlite" }}
key = {{ file = "partner.key" }}
audit = {{ store = "audit.sqlite", key_file = "audit.key" }}

[serve]
listen = "127.0.0.1:0"
public_url = "https://edge.marshland.example/fhir"
tls = {{ identity_file = "serve.pem", client_ca_file = "ca.pem" }}
{feed}"#,
            state = self.folder.path().display()
        )
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("edge").args(arguments).arg("--config").arg(self.at("edge.toml")).args(["--by", "bench"]);
        command.stdin(Stdio::null());
        command
    }

    /// Signs what its sender says of that file, as of now.
    pub(crate) fn sign(&self, file: &Path, rows: u64, sequence: u64) -> Outcome<()> {
        let (rows, sequence) = (rows.to_string(), sequence.to_string());
        let said = self
            .command(&[
                "manifest",
                "--partner",
                PARTNER,
                "--feed",
                FEED,
                "--rows",
                &rows,
                "--sequence",
                &sequence,
            ])
            .arg(file)
            .arg("--key")
            .arg(self.at("extracts.pem"))
            .output()?;
        if !said.status.success() {
            return Err(format!("a manifest was not made: {}", String::from_utf8_lossy(&said.stderr)).into());
        }
        Ok(std::fs::write(beside(file), said.stdout)?)
    }

    /// `shcr edge load`, to be started; its receipt comes as JSON.
    pub(crate) fn load(&self, feed: &str, file: &Path) -> Command {
        let mut command = self.command(&["load", "--feed", feed, "--json"]);
        command.arg(file).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// The same as a person would type it, for one who watches.
    pub(crate) fn load_line(&self, file: &Path) -> String {
        let (program, config) = (self.program.display(), self.at("edge.toml"));
        format!("{program} edge load {} --feed {FEED} --config {}", file.display(), config.display())
    }

    /// What is answered from the feed now, as its operator sees it.
    pub(crate) fn status(&self) -> Outcome<Value> {
        let said = self.command(&["status", "--json"]).output()?;
        let status: Value = serde_json::from_slice(&said.stdout)?;
        Ok(status.pointer("/feeds/0").cloned().ok_or("a status without its feed")?)
    }

    /// Starts the node; it takes whatever waits in its folder.
    pub(crate) fn start(&self) -> Outcome<Node> {
        let ready = self.at("ready.json");
        let _ = std::fs::remove_file(&ready);
        let log = OpenOptions::new().create(true).append(true).open(self.at("node.log"))?;
        let process = self
            .command(&[])
            .arg("--ready-file")
            .arg(&ready)
            .stdout(File::create(self.at("node.out"))?)
            .stderr(log)
            .spawn()?;
        let mut node = Node { process, base: String::new() };
        let began = Instant::now();
        while !ready.exists() {
            if node.process.try_wait()?.is_some() || began.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(self.at("node.log")).unwrap_or_default();
                let end: Vec<&str> = log.lines().rev().take(3).collect();
                return Err(format!("the node does not listen: {end:?}").into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let told: Value = serde_json::from_slice(&std::fs::read(&ready)?)?;
        let at = told.get("serve").and_then(Value::as_str).ok_or("the node does not say where it listens")?;
        node.base = format!("https://{at}/fhir");
        Ok(node)
    }
}

/// Where the manifest of a file is looked for.
pub(crate) fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".manifest");
    PathBuf::from(name)
}

impl Node {
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
