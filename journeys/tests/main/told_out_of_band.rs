//! Word of an emergency as it reaches a privacy officer's own address: within a minute, and with nobody named in it.

use journeys::{browser::View, demo::Demo};
use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::mpsc,
    time::Duration,
};

const WHY: &str = "Found unconscious at home, no history";
const TOKEN: &str = "b24tY2FsbA";

/// Everything that comes to that port, request by request.
fn listen() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}/alerts", listener.local_addr().expect("it has an address"));
    let (to, heard) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let (mut text, mut some) = (String::new(), [0; 4096]);
            // What is sent ends with the one object in it.
            while !text.ends_with('}') {
                let read = stream.read(&mut some).expect("bytes come");
                text.push_str(&String::from_utf8_lossy(&some[..read]));
            }
            stream.write_all(b"HTTP/1.1 204 x\r\nconnection: close\r\n\r\n").expect("it is answered");
            if to.send(text).is_err() {
                return;
            }
        }
    });
    (url, heard)
}

async fn emergency(view: &View) {
    let page = view.browser.get(&format!("{}break-glass", view.path)).await;
    let token = page.field("token").expect("a form carries a token");
    let form = [("token", token.as_str()), ("reason", "emergency"), ("text", WHY), ("objection", "")];
    let began = view.browser.post(&format!("{}break-glass", view.path), &form).await;
    assert!(began.status.is_redirection(), "{} {}", began.status, began.text());
}

// shows: R49
#[tokio::test]
async fn au37_word_of_an_emergency_is_out_within_a_minute_and_names_nobody() {
    let (url, heard) = listen();
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (config, token) = (folder.path().join("told.toml"), folder.path().join("on-call.token"));
    std::fs::write(&token, TOKEN).expect("a file can be written");
    let text = format!("[alerts.notify]\nurl = \"{url}\"\ntoken_file = \"{}\"\n", token.display());
    std::fs::write(&config, text).expect("a file can be written");
    let demo = Demo::start(&["--with-config", &config.display().to_string()]);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    assert!(view.read().await.is_complete());
    emergency(&view).await;

    let organisations: Vec<String> =
        demo.auditor().alerts_of("PO-06").iter().map(|alert| alert["organisation"].clone()).collect();
    assert!(!organisations.is_empty(), "HAZ-048");
    let mut told = Vec::new();
    for _ in &organisations {
        told.push(heard.recv_timeout(Duration::from_secs(60)).expect("word of each is out within a minute"));
    }
    let mut kept =
        vec![doreen.nhs_number.clone(), doreen.spaced(), "Testpatient".to_owned(), "Okafor".to_owned()];
    kept.extend(["okafor", "unconscious", "emergency", "PO-06"].map(str::to_owned));
    kept.extend(demo.auditor().opened());
    // The log's own name and nothing else names an organisation.
    kept.extend(organisations.into_iter().filter(|organisation| organisation != "ZZ920"));
    for text in &told {
        assert!(text.contains(&format!("Bearer {TOKEN}")) && text.contains("\"what\":\"raised\""), "{text}");
        for kept in &kept {
            assert!(!text.contains(kept.as_str()), "HAZ-049: `{kept}` in {text}");
        }
    }
    demo.finish();
}
