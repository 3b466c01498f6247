//! A synthetic region, without artificial delays unless they are asked for, and a gateway before it, each a process of its own: gives a
//! professional's open view of a person, and reads records as a browser does. What is not a whole record is an error.

use crate::{Outcome, process};
use reqwest::{Client, RequestBuilder, header};
use serde_json::Value;
use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long a process may take until it answers.
const PATIENCE: Duration = Duration::from_secs(60);
const LOGIN: &str = "dr.okafor";

/// Killed, as hard as can be, when it is let go.
pub(crate) struct Killed(pub(crate) Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Everybody but the gateway. It keeps its folder, and so the gateway's, for as long as it stands.
pub(crate) struct Region {
    ready: Value,
    program: PathBuf,
    client: Client,
    _process: Killed,
    folder: tempfile::TempDir,
}

/// The gateway alone.
pub(crate) struct Gateway {
    process: Killed,
}

/// Of one person, before one professional.
pub(crate) struct View {
    client: Client,
    url: String,
    cookie: String,
}

/// One record as it came. Times count from the request.
pub(crate) struct Drawn {
    pub(crate) first_byte: Duration,
    /// The allergy row or any section had begun.
    pub(crate) first_section: Duration,
    pub(crate) whole: Duration,
    pub(crate) text: String,
}

impl Region {
    pub(crate) async fn start(program: &Path, people: usize, seed: u64) -> Outcome<Self> {
        Self::begin(program, &["--no-latency"], people, seed).await
    }

    /// Every source takes its 20 to 250 ms over each answer.
    pub(crate) async fn with_latency(program: &Path, people: usize, seed: u64) -> Outcome<Self> {
        Self::begin(program, &[], people, seed).await
    }

    async fn begin(program: &Path, pace: &[&str], people: usize, seed: u64) -> Outcome<Self> {
        // A test before this one may have installed it.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let folder = tempfile::Builder::new().prefix("shcr-bench-").tempdir()?;
        let at = |name: &str| folder.path().join(name);
        let (people, seed) = (people.to_string(), seed.to_string());
        let arguments = ["demo", "--without-gateway", "--people", &people, "--seed", &seed];
        let mut command = Command::new(program);
        command.args(arguments).args(pace).arg("--ready-file").arg(at("ready.json"));
        command.arg("--state-dir").arg(at("state")).current_dir(folder.path()).stdin(Stdio::null());
        let log = File::create(at("region.log"))?;
        let mut process = Killed(command.stdout(log.try_clone()?).stderr(log).spawn()?);
        let began = Instant::now();
        while !at("ready.json").exists() {
            if process.0.try_wait()?.is_some() || began.elapsed() > PATIENCE {
                return Err(format!("the region does not stand: {}", end_of(&at("region.log"))).into());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let ready = serde_json::from_slice(&std::fs::read(at("ready.json"))?)?;
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(120))
            .build()?;
        Ok(Self { ready, program: program.to_owned(), client, _process: process, folder })
    }

    pub(crate) fn text(&self, key: &str) -> Outcome<&str> {
        let text = self.ready.get(key).and_then(Value::as_str);
        Ok(text.ok_or_else(|| format!("the ready file has no `{key}`"))?)
    }

    /// NHS numbers of everybody, the hand-made people first.
    pub(crate) fn numbers(&self) -> Vec<&str> {
        self.list("people", "nhs_number")
    }

    /// Whose name has that word in it.
    pub(crate) fn named(&self, word: &str) -> Outcome<&str> {
        let place = self.list("people", "name").iter().position(|name| name.contains(word));
        let number = place.and_then(|place| self.numbers().get(place).copied());
        Ok(number.ok_or_else(|| format!("nobody is called `{word}`"))?)
    }

    /// As faults go by.
    pub(crate) fn sources(&self) -> Vec<&str> {
        self.list("sources", "name")
    }

    fn list(&self, key: &str, member: &str) -> Vec<&str> {
        let list = self.ready.get(key).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(|one| one.get(member)?.as_str()).collect()
    }

    /// From the next request on.
    pub(crate) async fn fault(&self, source: &str, fault: &str) -> Outcome<()> {
        let url = format!("{}/faults", self.text("control_url")?);
        let answer = self.client.post(url).form(&[("source", source), ("fault", fault)]).send().await?;
        match answer.status() {
            status if status.is_success() || status.is_redirection() => Ok(()),
            status => Err(format!("`{source}={fault}` was answered with {status}").into()),
        }
    }

    /// Started anew, over the audit store that is there.
    pub(crate) async fn gateway(&self) -> Outcome<Gateway> {
        self.gateway_by(self.text("config")?).await
    }

    /// The same by another file than the region's own, which must have it listen where the other would.
    pub(crate) async fn gateway_by(&self, config: &str) -> Outcome<Gateway> {
        let log = self.folder.path().join("gateway.log");
        let mut command = Command::new(&self.program);
        command.args(["serve", "--config", config]).stdin(Stdio::null());
        let file = File::create(&log)?;
        let mut process = Killed(command.stdout(file.try_clone()?).stderr(file).spawn()?);
        let began = Instant::now();
        loop {
            let asked = self.client.get(format!("{}/health", self.text("admin_url")?)).send().await;
            if asked.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(Gateway { process });
            }
            if process.0.try_wait()?.is_some() || began.elapsed() > PATIENCE {
                return Err(format!("the gateway does not answer: {}", end_of(&log)).into());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Signs in to the host, finds the person in its list, presses the button and follows the link.
    pub(crate) async fn open(&self, number: &str) -> Outcome<View> {
        let host = self.text("host_url")?;
        let asked = self.client.post(format!("{host}/sign-in")).form(&[("login", LOGIN)]).send().await?;
        let cookie = cookie(&asked)?;
        let with = |request: RequestBuilder| request.header(header::COOKIE, &cookie);
        let list = with(self.client.get(format!("{host}/patients"))).send().await?.text().await?;
        let (a, rest) = number.split_at(3);
        let (b, c) = rest.split_at(3);
        let spaced = format!("{a} {b} {c}");
        let row = list.split("<tr").find(|row| row.contains(&spaced) || row.contains(number));
        let path = row.and_then(|row| row.split("href=\"").nth(1)?.split('"').next());
        let path = path.ok_or("a person of the region is not in the host's list")?;
        let pressed =
            self.client.post(format!("{host}{path}/shared-care-record")).form(&[("view", "window")]);
        let link = location(&with(pressed).send().await?)?;
        let opened = navigation(self.client.get(link)).send().await?;
        let url = format!("{}{}", self.text("gateway_url")?, location(&opened)?);
        // Connections of its own, as a browser has.
        Ok(View { client: self.client.clone(), url, cookie: self::cookie(&opened)? })
    }
}

impl Gateway {
    pub(crate) fn pid(&self) -> u32 {
        self.process.0.id()
    }

    pub(crate) fn cpu(&self) -> Outcome<Duration> {
        process::cpu(self.pid())
    }

    pub(crate) fn peak_kib(&self) -> Outcome<u64> {
        process::peak_kib(self.pid())
    }
}

impl View {
    /// A new opening, read to its last byte; refused where that is not there.
    pub(crate) async fn draw(&self) -> Outcome<Drawn> {
        let began = Instant::now();
        let mut answer = navigation(self.client.get(&self.url))
            .header(header::COOKIE, &self.cookie)
            .header(header::ACCEPT_ENCODING, "identity")
            .send()
            .await?
            .error_for_status()?;
        let mut body = Vec::new();
        let (mut first_byte, mut first_section) = (None, None);
        while let Some(piece) = answer.chunk().await? {
            first_byte.get_or_insert_with(|| began.elapsed());
            body.extend_from_slice(&piece);
            if first_section.is_none() && holds(&body, b"id=\"s-") {
                first_section = Some(began.elapsed());
            }
        }
        let whole = began.elapsed();
        let text = String::from_utf8(body)?;
        let (Some(first_byte), Some(first_section)) = (first_byte, first_section) else {
            return Err("a record without a section".into());
        };
        if !(text.contains("id=\"complete\"") && text.trim_end().ends_with("</html>")) {
            return Err("a record without its end".into());
        }
        Ok(Drawn { first_byte, first_section, whole, text })
    }

    /// The same opening as FHIR, for the host's own software.
    pub(crate) async fn searchset(&self) -> Outcome<String> {
        Ok(self.searchset_request().send().await?.error_for_status()?.text().await?)
    }

    /// For whoever reads the answer piece by piece.
    pub(crate) fn searchset_request(&self) -> RequestBuilder {
        let request = self.client.get(format!("{}fhir", self.url)).header(header::COOKIE, &self.cookie);
        navigation(request.header(header::ACCEPT_ENCODING, "identity"))
    }
}

impl Drawn {
    /// The page's last line: who answered.
    pub(crate) fn coverage(&self) -> String {
        let line = self.text.split("id=\"complete\"").nth(1).unwrap_or_default();
        let line = line.split_once('>').map_or("", |(_, line)| line).split("</p>").next().unwrap_or_default();
        let mut words = String::new();
        for piece in line.split('<') {
            words.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
        }
        words
    }

    /// How many of how many answered, as the last line has it.
    pub(crate) fn answered(&self) -> Option<(usize, usize)> {
        let line = self.coverage();
        let (before, _) = line.split_once(" sources answered")?;
        let mut words = before.split(' ').rev();
        let all = words.next()?.parse().ok()?;
        match words.next()? {
            "All" => Some((all, all)),
            "of" => Some((words.next()?.parse().ok()?, all)),
            _ => None,
        }
    }
}

/// What a browser sends with a click on a link.
fn navigation(request: RequestBuilder) -> RequestBuilder {
    let request = request.header("Sec-Fetch-Mode", "navigate").header("Sec-Fetch-Dest", "document");
    request.header(header::ACCEPT, "text/html")
}

fn cookie(answer: &reqwest::Response) -> Outcome<String> {
    let cookie = answer.headers().get(header::SET_COOKIE).ok_or("no cookie was set")?.to_str()?;
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

fn location(answer: &reqwest::Response) -> Outcome<String> {
    let location = answer.headers().get(header::LOCATION);
    let location = location.ok_or_else(|| format!("no way on was given: {}", answer.status()))?;
    Ok(location.to_str()?.to_owned())
}

fn holds(body: &[u8], mark: &[u8]) -> bool {
    body.windows(mark.len()).any(|window| window == mark)
}

/// Its last lines, as one.
pub(crate) fn end_of(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(5)..).unwrap_or_default().join(" / ")
}
