//! shows: R56, R57
//! A hospital's connection: yes only once it is durable, and never silence.

use crate::{
    node::tests::{answered, breaking},
    testing::{sent::*, *},
};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
    time::Duration,
};

fn framed(text: &str) -> Vec<u8> {
    [&[0x0B][..], text.as_bytes(), &[0x1C, 0x0D]].concat()
}

fn connected(live: &Live) -> TcpStream {
    let stream = TcpStream::connect(live.address("mllp.pas")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

/// One acknowledgement; empty where the connection ends.
fn heard(stream: &mut impl Read) -> String {
    let (mut all, mut one) = (Vec::new(), [0]);
    while !all.ends_with(&[0x1C, 0x0D]) {
        match stream.read(&mut one) {
            Ok(1) => all.push(one[0]),
            _ => break,
        }
    }
    String::from_utf8(all).unwrap()
}

fn said(stream: &mut (impl Read + Write), text: &str) -> String {
    stream.write_all(&framed(text)).unwrap();
    heard(stream)
}

#[test]
fn a_message_is_accepted_once_it_is_durable_and_what_cannot_be_is_answered_with_why() {
    let fixture = Fixture::new();
    let live = fixture.start();
    let mut stream = connected(&live);
    let text = result("202611270900", "m1", ("A1", Some(1)), "4.1");
    let accepted = said(&mut stream, &text);
    assert!(accepted.contains("MSA|AA|m1"), "{accepted}");
    assert!(answered(&live.node, 1).join("").contains("4.1"), "what is accepted is answered at once");
    assert!(said(&mut stream, &text).contains("MSA|AA|m1"), "the same again");
    let altered = said(&mut stream, &text.replace("|4.1|", "|9.9|"));
    assert!(altered.contains("MSA|AE|m1"), "{altered}");
    let training = said(&mut stream, &text.replace("|P|2.4", "|T|2.4").replace("m1", "m2"));
    assert!(training.contains("MSA|AR|m2"), "HAZ-054: {training}");
    assert!(!altered.contains("EXAMPLE") && !training.contains("EXAMPLE"), "HAZ-049");
    // Two in one stroke, and the second cut in two.
    let (third, fourth) = (framed(&text.replace("m1", "m3")), framed(&text.replace("m1", "m4")));
    stream.write_all(&[&third[..], &fourth[..20]].concat()).unwrap();
    assert!(heard(&mut stream).contains("MSA|AA|m3"));
    stream.write_all(&fourth[20..]).unwrap();
    assert!(heard(&mut stream).contains("MSA|AA|m4"));
    fixture.stop(live);
    fixture.verify_log();
}

#[test]
fn what_is_no_frame_closes_the_connection_and_no_other() {
    let fixture = Fixture::new();
    let live = fixture.start();
    let (mut good, mut bad) = (connected(&live), connected(&live));
    bad.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let mut left = Vec::new();
    bad.read_to_end(&mut left).expect("closed by the node, not by waiting");
    assert!(left.is_empty(), "HAZ-041");
    assert!(said(&mut good, &result("202611270900", "m1", ("A1", Some(1)), "4.1")).contains("MSA|AA|m1"));
    fixture.stop(live);
}

#[test]
fn while_the_store_cannot_be_written_nothing_is_accepted() {
    let fixture = Fixture::new();
    let (node, allowed) = breaking(&fixture);
    let running = fixture.runtime.block_on(node.clone().start()).unwrap();
    let live = Live { node, running };
    let mut stream = connected(&live);
    let text = result("202611270900", "m1", ("A1", Some(1)), "4.1");
    allowed.only(0);
    let failed = said(&mut stream, &text);
    assert!(failed.contains("MSA|AE|m1") && !failed.contains("MSA|AA"), "{failed}");
    allowed.mend();
    assert!(answered(&live.node, 1).is_empty());
    assert!(said(&mut stream, &text).contains("MSA|AA|m1"), "sent again, it is taken");
    fixture.stop(live);
}

#[test]
fn over_tls_only_a_certificate_of_the_authority_is_heard() {
    let tls = "mllp = { listen = \"127.0.0.1:0\", tls = { identity_file = \"server.pem\", client_ca_file = \"ca.pem\" } }";
    let fixture = Fixture::with(|config| config.replace("mllp = { listen = \"127.0.0.1:0\" }", tls));
    let live = fixture.start();
    let talk = |identity: Option<&str>| {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(fixture.state().join("ca.pem")).unwrap()).unwrap();
        let config = ClientConfig::builder().with_root_certificates(roots);
        let config = match identity {
            None => config.with_no_client_auth(),
            Some(pem) => config
                .with_client_auth_cert(
                    vec![CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()],
                    PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap(),
                )
                .unwrap(),
        };
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = StreamOwned::new(connection, connected(&live));
        match stream.write_all(&framed(&result("202611270900", "m1", ("A1", Some(1)), "4.1"))) {
            Ok(()) => heard(&mut stream),
            Err(_) => String::new(),
        }
    };
    let (known, _) = fixture.certify("hospital");
    let (foreign, _) = Fixture::new().certify("hospital");
    assert!(talk(Some(&known)).contains("MSA|AA|m1"));
    assert_eq!((talk(None), talk(Some(&foreign))), (String::new(), String::new()), "R40");
    let mut plain = connected(&live);
    plain.write_all(&framed("MSH|")).unwrap();
    assert!(!heard(&mut plain).contains("MSA"));
    fixture.stop(live);
}
