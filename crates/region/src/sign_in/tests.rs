//! What the sign-in refuses.

use super::*;

fn service(folder: &Path) -> Arc<SignIn> {
    let client = Arc::new(Client::register(folder).unwrap());
    let urls = ("http://127.0.0.1:1", Some("http://127.0.0.1:2"));
    SignIn::new(folder, "http://127.0.0.1:3", urls, &client).unwrap()
}

fn asked() -> Asked {
    Asked {
        response_type: "code".to_owned(),
        client_id: CLIENT_ID.to_owned(),
        redirect_uri: "http://127.0.0.1:2/callback".to_owned(),
        scope: "openid profile".to_owned(),
        code_challenge: "c".to_owned(),
        code_challenge_method: "S256".to_owned(),
        ..Asked::default()
    }
}

#[test]
fn only_a_registered_program_returns_and_only_with_a_challenge() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    assert_eq!(service.wrong(&asked()), None);
    let other = |change: fn(&mut Asked)| {
        let mut asked = asked();
        change(&mut asked);
        service.wrong(&asked).is_some()
    };
    assert!(other(|asked| asked.client_id = "somebody".to_owned()));
    assert!(other(|asked| asked.redirect_uri = "http://127.0.0.1:2/callback/more".to_owned()));
    assert!(other(|asked| asked.redirect_uri = "https://elsewhere.example/callback".to_owned()));
    assert!(other(|asked| asked.code_challenge_method = "plain".to_owned()));
    assert!(other(|asked| asked.code_challenge.clear()));
    assert!(other(|asked| asked.response_type = "token".to_owned()));
    assert!(other(|asked| asked.scope = "profile".to_owned()));
}

#[test]
fn a_code_gives_nothing_without_the_clients_own_assertion() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    let code = Code { asked: asked(), staff: &OFFICERS[0], at_s: clock::now().as_second() };
    service.state.lock().unwrap().codes.insert("code".to_owned(), code);
    let exchange = Exchange {
        grant_type: "authorization_code".to_owned(),
        code: "code".to_owned(),
        redirect_uri: asked().redirect_uri,
        ..Exchange::default()
    };
    assert_eq!(service.granted(&exchange), Err("invalid_client"));
    let other = Exchange { grant_type: "client_credentials".to_owned(), ..exchange };
    assert_eq!(service.granted(&other), Err("unsupported_grant_type"));
}

#[test]
fn everybody_who_may_sit_there_has_a_smartcard_of_their_own() {
    let mut cards: Vec<_> = staff().map(subject).collect();
    let all = cards.len();
    cards.sort_unstable();
    cards.dedup();
    assert_eq!((cards.len(), cards.contains(&"")), (all, false));
}
