//! What a browser keeps of a page after it is closed: its whole profile, history, cache, titles and storage, looked through; with a page that
//! lets itself be kept as control.

use super::Stage;
use journeys::{apart, demo::Demo, kept::Scan};
use std::{path::Path, process::Command};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

const PROGRAM: &str = "chromium";
const CHANNEL: &str = "browser profile";

fn is_there() -> bool {
    Command::new(PROGRAM).arg("--version").output().is_ok_and(|ran| ran.status.success())
}

/// Opens an address in a browser with that profile, until it has loaded, and closes it; gives the page as it stood.
async fn look(profile: &Path, url: &str) -> String {
    let (profile, url) = (profile.display().to_string(), url.to_owned());
    let run = tokio::task::spawn_blocking(move || {
        Command::new(PROGRAM)
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
            ])
            .arg(format!("--user-data-dir={profile}"))
            .args(["--dump-dom", &url])
            .output()
    });
    let ran = run.await.expect("it ran").expect("it was there before");
    String::from_utf8_lossy(&ran.stdout).into_owned()
}

// shows: R41, A28
#[tokio::test]
async fn a_browser_keeps_nothing_of_a_page_after_it_is_closed() {
    if !is_there() {
        return apart::left_out("browser profile: no program `chromium` here");
    }
    let stage = Stage::set(Demo::program()).await;
    let marks = stage.demo.ready.marks();
    let mut scan = Scan::new(&marks);
    let _gateway = stage.place.start().await;
    let doreen = stage.demo.ready.golden_person();
    let link = stage.demo.host().sign_in("dr.okafor").await.launch_link(&doreen).await;
    let profile = tempfile::tempdir().expect("a folder");
    let page = look(profile.path(), &link).await;
    assert!(page.contains("id=\"complete\""), "the page was read to its end: {page}");
    assert!(marks.iter().filter(|mark| page.contains(&mark.mark)).count() > 1, "control: it shows marks");
    scan.folder(CHANNEL, profile.path(), &|_| false);
    println!("browser profile: {:?}", scan.looked_at);
    assert!(
        scan.looked_at.get(CHANNEL).is_some_and(|bytes| *bytes > 100_000),
        "control: {:?}",
        scan.looked_at
    );
    assert_eq!(scan.found, [], "HAZ-049");
}

#[tokio::test]
async fn a_page_that_lets_itself_be_kept_is_found_in_the_profile() {
    if !is_there() {
        return apart::left_out("browser profile: no program `chromium` here");
    }
    let mark = "Quzvkqxwjykeptbyabrowser".to_owned();
    let mut scan = Scan::new(&[journeys::kept::Mark { class: "text".to_owned(), mark: mark.clone() }]);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    let html = format!(
        "<!DOCTYPE html><title>{mark}</title><p>{mark}</p><script>localStorage.setItem('kept', '{mark}')</script>"
    );
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncache-control: max-age=600\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{html}",
        html.len()
    );
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 8192]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    let profile = tempfile::tempdir().expect("a folder");
    assert!(look(profile.path(), &url).await.contains(&mark));
    scan.folder(CHANNEL, profile.path(), &|_| false);
    let places: Vec<&str> = scan.found.iter().map(|found| found.place.as_str()).collect();
    println!("caught: {places:#?}");
    for part in ["History", "Cache", "Local Storage"] {
        assert!(places.iter().any(|place| place.contains(part)), "not caught: {part} among {places:?}");
    }
}
