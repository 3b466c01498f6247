//! Ten thousand launches, each of a person nobody else is, and whatever the gateway says or writes meanwhile searched for them:
//! log lines, addresses, headers, titles, the operator's page, files. The same search is shown to find what leaks.

use super::doors::Host;
use crate::program::*;
use fhir::nhs_number::check_digit;
use reqwest::{Client, Response};
use std::{collections::HashSet, io::Write, path::Path, sync::OnceLock};
use web::gateway::TokenRequest;

const LAUNCHES: u32 = 10_000;
/// Of these the record is opened too.
const OPENED_EVERY: u32 = 50;
/// The shortest hash that is written anywhere, in digits.
const HASH_MIN: usize = 32;
/// Nobody is called so.
const MARK: &str = "Zqxwmark";

/// Everything this process logs, at every level of our own rooms.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        let writer = log.clone();
        let all = "info,shcr=trace,web=trace,access=trace,audit=trace,federation=trace,record=trace";
        tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::new(all))
            .with_writer(move || writer.clone())
            .try_init()
            .expect("no other test of this binary logs");
        log
    })
}

/// The persons who are launched.
struct Marks(HashSet<String>);

impl Marks {
    fn make() -> Self {
        let nine = (0..).map(|n| format!("99955{n:04}")).take(10_000);
        let more = (0..).map(|n| format!("99956{n:04}")).take(10_000);
        let whole =
            nine.chain(more).filter_map(|nine| check_digit(&nine).map(|check| format!("{nine}{check}")));
        Self(whole.take(LAUNCHES as usize).collect())
    }

    /// Where one stands in a text, whatever stands between its digits; or a name.
    fn found_in(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        if text.to_lowercase().contains(&MARK.to_lowercase()) {
            return true;
        }
        let is_between = |c: char| matches!(c, ' ' | '-' | '+' | '\u{a0}');
        without_hashes(&text).split(|c: char| !c.is_ascii_digit() && !is_between(c)).any(|run| {
            let digits: String = run.chars().filter(char::is_ascii_digit).collect();
            (0..digits.len().saturating_sub(9))
                .any(|at| digits.get(at..at + 10).is_some_and(|ten| self.0.contains(ten)))
        })
    }

    /// Files of a folder and of those below it.
    fn found_below(&self, folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let found = |path: std::path::PathBuf| match path.is_dir() {
            true => self.found_below(&path),
            false => {
                let bytes = std::fs::read(&path).unwrap_or_default();
                self.found_in(&bytes).then(|| path.display().to_string()).into_iter().collect()
            }
        };
        entries.flat_map(found).collect()
    }

    /// Address, headers and title of an answer: what a browser, a proxy and a history keep.
    async fn found_round(&self, answer: Response) -> bool {
        let mut kept = format!("{} {:?}", answer.url(), answer.headers());
        let body = answer.text().await.unwrap_or_default();
        let title = body.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
        kept.extend(title.map(|(title, _)| title));
        self.found_in(kept.as_bytes())
    }
}

/// Blanks every run that is a hash in hexadecimal: of ten thousand numbers one stands in some megabytes of these by chance.
fn without_hashes(text: &str) -> String {
    let is_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    let (mut kept, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(from) = rest.find(is_hex) {
        let (before, run) = rest.split_at(from);
        let (run, after) = run.split_at(run.find(|c| !is_hex(c)).unwrap_or(run.len()));
        kept.push_str(before);
        let is_hash = run.len() >= HASH_MIN && run.contains(|c: char| c.is_ascii_lowercase());
        kept.push_str(if is_hash { "#" } else { run });
        rest = after;
    }
    kept + rest
}

/// On a socket of its own: its address.
async fn serve(router: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

/// One gateway on a socket.
struct Place {
    host: Host,
    program: Arc<Program>,
    client: Client,
    address: String,
}

impl Place {
    fn form(&self, number: &str) -> TokenRequest {
        self.host.request_about(|patient| {
            patient["identifier"][0]["value"] = number.into();
            patient["name"] = serde_json::json!({"family": MARK, "given": [format!("{MARK}given")]});
        })
    }

    /// As a host and a browser launch: the token endpoint, the link, and now and then the record.
    async fn launch(&self, number: &str, opens: bool, marks: &Marks) -> Vec<&'static str> {
        let mut leaks = Vec::new();
        let form = self.form(number);
        let fields = [
            ("grant_type", Some(form.grant_type)),
            ("assertion", Some(form.assertion)),
            ("scope", Some(form.scope)),
            ("client_assertion_type", form.client_assertion_type),
            ("client_assertion", form.client_assertion),
        ];
        let url = format!("{}/oauth2/token", self.address);
        let granted = self.client.post(url).form(&fields).send().await.unwrap();
        assert_eq!(granted.status(), 200);
        let granted = granted.text().await.unwrap();
        leaks.extend(marks.found_in(granted.as_bytes()).then_some("the token endpoint's answer"));
        let granted: serde_json::Value = serde_json::from_str(&granted).unwrap();
        let link = format!("{}/launch/{}", self.address, granted["access_token"].as_str().unwrap());
        let followed = self.navigate(&link, None).await;
        assert_eq!(followed.status(), 303);
        let header = |name| followed.headers().get(name).unwrap().to_str().unwrap().to_owned();
        let (path, cookie) = (header("location"), header("set-cookie"));
        let cookie = cookie.split(';').next().unwrap().to_owned();
        leaks.extend(marks.found_round(followed).await.then_some("the link"));
        if opens {
            let record = self.navigate(&format!("{}{path}", self.address), Some(&cookie)).await;
            assert_eq!(record.status(), 200);
            leaks.extend(marks.found_round(record).await.then_some("the record"));
        }
        leaks
    }

    async fn navigate(&self, url: &str, cookie: Option<&str>) -> Response {
        let mut asked =
            self.client.get(url).header("Sec-Fetch-Mode", "navigate").header("Sec-Fetch-Dest", "document");
        if let Some(cookie) = cookie {
            asked = asked.header("cookie", cookie);
        }
        asked.send().await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t76_ten_thousand_launches_leave_no_person_anywhere_and_a_leak_is_found() {
    let log = log();
    let marks = Arc::new(Marks::make());
    let (host, program, folder) = super::doors::gateway(i64::from(LAUNCHES) * 10).await;
    let settings = web::routes::Settings {
        gateway_origin: program.config.public_url.clone(),
        training: true,
        contacts: Vec::new(),
        sharing_notice: String::new(),
        shared: Vec::new(),
        views: Vec::new(),
    };
    let address = serve(web::routes::router(Arc::new(Doors(Arc::clone(&program))), settings)).await;
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let place = Arc::new(Place { host, program, client, address });

    let numbers: Vec<String> = marks.0.iter().cloned().collect();
    assert_eq!(numbers.len(), LAUNCHES as usize);
    let quarters = numbers.chunks(numbers.len() / 4).map(|quarter| {
        let (place, marks, quarter) = (Arc::clone(&place), Arc::clone(&marks), quarter.to_vec());
        tokio::spawn(async move {
            let mut leaks = Vec::new();
            for (number, n) in quarter.iter().zip(0..) {
                leaks.extend(place.launch(number, n % OPENED_EVERY == 0, &marks).await);
            }
            leaks
        })
    });
    for quarter in quarters.collect::<Vec<_>>() {
        assert_eq!(quarter.await.unwrap(), [] as [&str; 0], "HAZ-049");
    }
    let operators = serve(web::admin::router(Arc::new(Doors(Arc::clone(&place.program))))).await;
    for page in ["/", "/status.json", "/metrics"] {
        let shown = place.navigate(&format!("{operators}{page}"), None).await.text().await.unwrap();
        assert!(shown.len() > 100 && !marks.found_in(shown.as_bytes()), "HAZ-049: the operator's {page}");
    }
    let logged = log.0.lock().unwrap().clone();
    let lines = logged.iter().filter(|byte| **byte == b'\n').count();
    assert!(lines >= 100, "what happened was logged: {lines} lines");
    let line = logged.split(|byte| *byte == b'\n').find(|line| marks.found_in(line));
    assert!(line.is_none(), "HAZ-049: a log line: {}", String::from_utf8_lossy(line.unwrap_or_default()));
    assert_eq!(marks.found_below(folder.path()), [] as [String; 0], "HAZ-049: the gateway's files");

    // What leaks is found, wherever it does; a hash is no leak.
    let (hash, letters) = ("3f9a".repeat(16), "abcdef");
    assert!(!marks.found_in(format!("{hash}{}{hash}", numbers[6]).as_bytes()), "chance");
    assert!(marks.found_in(format!("{letters}{}{letters} {hash}", numbers[6]).as_bytes()), "no chance");
    let spaced = fhir::NhsNumber::parse(&numbers[7]).unwrap().spaced();
    tracing::debug!(target: "shcr::leak", "opened for {spaced}");
    let logged = log.0.lock().unwrap().split_off(logged.len());
    assert!(marks.found_in(&logged), "a leaking log line is found");
    std::fs::create_dir(folder.path().join("deep")).unwrap();
    std::fs::write(folder.path().join("deep/cache.bin"), [b"\0\xff", numbers[8].as_bytes(), b"\0"].concat())
        .unwrap();
    assert_eq!(marks.found_below(folder.path()).len(), 1, "a leaking file is found");
    let leaking =
        axum::Router::new().fallback(|| async { axum::response::Html(format!("<title>{MARK}</title>")) });
    let url = format!("{}/", serve(leaking).await);
    assert!(marks.found_round(place.navigate(&url, None).await).await, "a leaking title is found");
    assert!(
        marks.found_round(place.navigate(&format!("{url}?{}", numbers[9]), None).await).await,
        "an address"
    );
}
