//! The shipped configuration is whole, and a wrong line is named.

use super::*;
use access::launch::Route;

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/demo.toml")
}

fn with(change: impl Fn(String) -> String) -> miette::Result<Config> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("demo.toml");
    std::fs::write(&path, change(std::fs::read_to_string(shipped()).unwrap())).unwrap();
    Config::load(&path)
}

#[test]
fn the_shipped_configuration_names_eleven_partners() {
    let config = Config::load(&shipped()).unwrap();
    let partners = config.sources.iter().filter(|source| source.kind.name() != "nrl").count();
    assert_eq!(partners, 11, "shows: R21");
}

#[test]
fn the_order_of_every_role_that_opens_records_is_told_as_it_is_configured() {
    let config = Config::load(&shipped()).unwrap();
    let views = crate::opening::compose::views(&config);
    let of = |role: access::Role| {
        let title = role.title().to_lowercase();
        let mut telling =
            views.iter().filter(|view| view.who.to_lowercase().split("; ").any(|who| who == title));
        let order = telling.next().map(|view| view.order.clone());
        assert!(telling.next().is_none(), "HAZ-027: {role:?} is told twice");
        order
    };
    for role in access::Role::ALL {
        let configured = config.views.get(role.name()).or_else(|| config.views.get("default"));
        let opens = !matches!(role, access::Role::R10 | access::Role::R11);
        assert_eq!(of(role), configured.map(|view| view.0.clone()).filter(|_| opens), "HAZ-027: {role:?}");
    }
    assert!(views.len() > 1 && views.iter().any(|view| view.who == "Pharmacist"), "HAZ-027");
    let own = views.iter().find(|view| view.who == "Doctor or prescriber at a GP practice");
    assert_eq!(own.map(|view| &view.order), config.views.get("R1-gp").map(|view| &view.0), "HAZ-027");
    let whos: Vec<_> = access::organisation::KINDS.into_iter().map(crate::opening::compose::at).collect();
    assert!(whos.iter().all(|who| who.starts_with(" at a")), "every kind has its words: {whos:?}");
}

#[test]
fn whoever_says_nothing_of_admission_has_its_defaults() {
    let cut = |text: String| {
        let (before, rest) = text.split_once("[admission]").unwrap();
        let after = rest.split_once("# Identity providers").unwrap().1;
        format!("{before}# Identity providers{after}")
    };
    let (left_out, shipped) = (with(cut).unwrap().admission, with(|text| text).unwrap().admission);
    assert_eq!((left_out.openings, &left_out.shed_last), (500, &vec![access::Role::R3]));
    assert_eq!((left_out.openings, left_out.shed_last), (shipped.openings, shipped.shed_last));
}

#[test]
fn whoever_says_nothing_of_replicas_runs_alone_and_several_need_a_server_and_a_number_that_can_share() {
    let shipped = with(|text| text).unwrap();
    assert_eq!(shipped.fleet.replicas, 1);
    let several = |replicas: usize, audit: &str| {
        let change = |text: String| {
            let fleet = format!("[fleet]\nreplicas = {replicas}\n\n[admission]");
            text.replacen("[admission]", &fleet, 1).replacen("[audit]\n", &format!("[audit]\n{audit}\n"), 1)
        };
        with(change).map(|config| config.fleet.replicas).map_err(|fault| format!("{fault:?}"))
    };
    for (replicas, said) in
        [(0, "nobody is to run"), (65, "more than can share"), (3, "cannot write to one file")]
    {
        let fault = several(replicas, "").unwrap_err();
        assert!(fault.contains(said), "HAZ-036: {fault}");
        assert!(fault.contains(&format!("replicas = {replicas}")), "with its line: {fault}");
    }
    assert_eq!(several(3, "server = { url_file = \"audit-server.url\" }"), Ok(3));
}

// shows: F43
#[test]
fn a_misspelt_key_a_wrong_type_and_a_bare_number_are_each_named() {
    for (from, to, said) in [
        ("training = true", "trainning = true", "unknown field `trainning`"),
        ("training = true", "training = 7", "invalid type"),
        ("wait = \"1500ms\"", "wait = \"1500\"", "is not a duration"),
        ("kind = \"fhir-stu3\"", "kind = \"fhir-stu9\"", "unknown kind"),
        ("default = [\"plans\"", "default = [\"plants\"", "is no part of the summary"),
        ("R1-gp = ", "R1-clinic = ", "`R1-clinic` is nobody's view"),
        ("R1-gp = ", "default-gp = ", "`default-gp` is nobody's view"),
        ("R4 = [\"medicines\"", "R44 = [\"medicines\"", "`R44` is nobody's view"),
        ("default = [\"plans\"", "default = [\"plans\", \"plans\"", "`plans` stands twice in one summary"),
        ("id = \"eput\"", "id = \"acute\"", "stands twice"),
        ("[audit]", "[retention]\nentries = \"8\"\n[audit]", "is not how long something is kept"),
        ("scopes = [\"launch\", \"fhir\"]", "scopes = [\"launch\", \"everything\"]", "unknown variant"),
        (
            "flows = [\"signed\", \"exchange\", \"form\"]",
            "flows = [\"form\"]",
            "asked for on the back channel",
        ),
        ("persons_an_hour = 30", "persons_an_hoor = 30", "unknown field `persons_an_hoor`"),
        ("after_working_days = 5", "after_working_days = 0", "nonzero"),
        ("[identity]", "[alerts.notify]\nurl = \"http://told.example\"\n[identity]", "no address of HTTPS"),
        ("[identity]", "[alerts.notify]\nurl = \"https://a:b@told.example\"\n[identity]", "holds a name"),
        (
            "[identity]",
            "[alerts.notify]\nurl = \"https://told.example\"\nalso = [\"PO-31\"]\n[identity]",
            "is no rule",
        ),
        (
            "[identity]",
            "[traces]\nurl = \"http://told.example/v1/traces\"\n[identity]",
            "no address of HTTPS",
        ),
        ("[identity]", "[traces]\nurl = \"https://told.example\"\n[identity]", "has no path"),
        ("[identity]", "[traces]\nurl = \"https://told.example/t?key=1\"\n[identity]", "or a query"),
        (
            "[identity]",
            "[traces]\nurl = \"http://127.0.0.1:4318/v1/traces\"\ntls = {}\n[identity]",
            "there is no TLS to it",
        ),
        ("[identity]", "[traces]\nurl = \"https://told.example/t\"\none_in = 0\n[identity]", "nonzero"),
        ("\nat = \"03:00\"", "\nat = \"3:00\"", "is no time of day"),
        ("\nat = \"03:00\"", "\nat = \"24:00\"", "is no time of day"),
        ("\nat = \"03:00\"", "\nfrom = \"1 May\"", "is no day"),
        ("openings = 500", "openings = 0", "nothing could be opened"),
        ("shed_last = [\"R3\"]", "shed_last = [\"R33\"]", "`R33` is no role"),
        ("shed_first = []", "shed_first = [\"R3\"]", "to be first and last"),
        ("\ntls = {", "\naddresses = [\"10.20\"]\ntls = {", "is no range of addresses"),
        ("\nidle = \"10m\"", "\nidle = \"1m\"", "2 to 30 minutes"),
        ("\nabsolute = \"60m\"", "\nabsolute = \"5h\"", "longer than 4 hours"),
    ] {
        let report = with(|text| text.replacen(from, to, 1)).err().expect(said);
        assert!(format!("{report:?}").contains(said), "{said}: {report:?}");
    }
}

/// A check must find what would keep a gateway from starting, and tell no password.
#[test]
fn a_server_for_the_audit_that_could_not_be_reached_in_secret_is_refused_before_anything_starts() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("url");
    let server = format!("[audit]\nserver = {{ url_file = \"{}\" }}\n", file.display());
    let place = || with(|text| text.replacen("[audit]\n", &server, 1)).unwrap().audit.place();
    let refused = |why: &str| {
        let told = format!("{:?}", place().expect_err(why));
        assert!(told.contains(why) && !told.contains("secret"), "{why}: {told}");
    };
    refused("could not read");
    for (text, why) in [
        ("host=db.example user=gateway password=secret", "on another machine"),
        ("user=gateway password='secret", "malformed"),
        ("", "names no host"),
    ] {
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        refused(why);
    }
    std::fs::write(&file, "host=127.0.0.1 user=gateway password=secret").unwrap();
    place().unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    refused("others than its owner");
}

/// What an operator reads: the message, the line and column, and what to write instead.
fn read(report: &miette::Report) -> String {
    let mut text = String::new();
    let narrow = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::none()).with_width(400);
    narrow.render_report(&mut text, report.as_ref()).unwrap();
    text
}

#[test]
fn a_wrong_source_is_told_with_file_line_column_and_a_fix() {
    for (from, to, said, fix) in [
        (
            "kind = \"fhir-stu3\"",
            "kind = \"fhir-stu9\"",
            "unknown kind `fhir-stu9`",
            "did you mean `fhir-stu3`?",
        ),
        ("person_search", "person_serach", "unknown field `person_serach`", "did you mean `person_search`?"),
        ("shares = [\"alle", "shares = [\"ale", "unknown variant `alergies`", "did you mean `allergies`?"),
        ("id = \"eput\"", "id = \"acute\"", "stands twice", "an `id` of its own"),
        (
            "subject_key_file",
            "subjects_key_file",
            "unknown field `subjects_key_file`",
            "did you mean `subject_key_file`?",
        ),
    ] {
        let shipped = std::fs::read_to_string(shipped()).unwrap();
        let wrong = shipped.replacen(from, to, 1);
        let text = read(&with(|text| text.replacen(from, to, 1)).err().expect(said));
        let line = wrong.lines().zip(shipped.lines()).position(|(a, b)| a != b).unwrap() + 1;
        assert!(text.contains(said) && text.contains(fix), "{text}");
        assert!(text.contains("demo.toml:") && text.contains(&format!(":{line}:")), "line {line}: {text}");
    }
}

/// What only a look at the sources finds, told at its place.
fn faults(change: impl Fn(String) -> String) -> String {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("demo.toml");
    std::fs::write(&path, change(std::fs::read_to_string(shipped()).unwrap())).unwrap();
    let (mut config, text) = Config::load_with_text(&path).unwrap();
    // Key files are the deployment's; here only what the text says is looked at.
    config.national.sds_api_key_file = None;
    config.national.gateway_url = None;
    config.national.gateway_token_file = None;
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let limits = federation::Limits::default();
    let faults = federation::Federation::faults(&config.sources, &config.national, &limits);
    faults.iter().map(|fault| read(&report::Report::of(vec![text.fault(fault)]).unwrap().into())).collect()
}

#[test]
fn what_a_source_cannot_be_asked_with_is_told_at_its_place() {
    for (from, to, said, fix) in [
        ("every = \"1h\"", "every = \"1 hour\"", "unreadable duration `1 hour`", "whole hours or minutes"),
        ("scope = \"system/*.read\"", "scope = \"system/*.write\"", "could write", "ask for reading only"),
        (
            "kind = \"gp-connect\"",
            "kind = \"gp-connect\"\nperson_search = \"get\"",
            "takes no `person_search`",
            "take `person_search` away",
        ),
        (
            "tls = { identity_file = \"shcr-gateway-tls.pem\"",
            "tls = { identity_file = \"nowhere.pem\"",
            "nowhere.pem",
            "can read",
        ),
    ] {
        let text = faults(|text| text.replacen(from, to, 1));
        assert!(text.contains(said) && text.contains(fix), "{said}: {text}");
        assert!(text.contains("demo.toml:"), "{text}");
    }
}

const SMART: &str = r#"launches_per_second = 20

[hosts.smart]
iss = "https://ehr.example/fhir"
jwks_url = "https://ehr.example/jwks"
client_id = "shcr"
key_file = "smart.pem"
key_id = "k"
endpoint_hosts = ["ehr.example"]
algorithms = ["RS256"]
roles_from = "practitioner-role"
"#;

const DIRECT: &str = r#"
[direct]
enabled = true
name = "Care Identity"
issuer = "https://id.example"
jwks_url = "https://id.example/jwks"
client_id = "shcr"
key_file = "direct.pem"
key_id = "k"
endpoint_hosts = ["id.example"]
algorithms = ["RS256"]
acr = "AAL3_ANY"
roles = "roles/direct.csv"
partners = [{ ods = "ZZ910", approved_by = ["A", "B"] }]
"#;

fn with_providers(text: String) -> String {
    text.replacen("launches_per_second = 20", SMART, 1) + DIRECT
}

#[test]
fn a_smart_host_and_direct_access_are_read_and_what_is_wrong_is_told_at_its_line() {
    let config = with(with_providers).unwrap();
    let smart = config.hosts.first().and_then(|host| host.smart.as_ref()).unwrap();
    assert!(smart.key_file.is_absolute() && config.direct.is_some());
    let life = config.session.life(Route::Direct);
    assert_eq!((life.idle_ms, life.absolute_ms), (300_000, 1_800_000), "half of a launched view's");
    for (from, to, said, fix) in [
        (
            "iss = \"https://ehr.example/fhir\"",
            "iss = \"https://ehr.example/fhir/\"",
            "without a slash",
            "as the host sends it",
        ),
        (
            "iss = \"https://ehr.example/fhir\"",
            "iss = \"http://ehr.example/fhir\"",
            "must be https",
            "https://",
        ),
        (
            "endpoint_hosts = [\"ehr.example\"]",
            "endpoint_hosts = [\"https://ehr.example\"]",
            "is a host name",
            "id.example.nhs.uk",
        ),
        ("\nalgorithms = [\"RS256\"]", "\nalgorithms = [\"HS256\"]", "signature algorithms", "RS256"),
        ("\"practitioner-role\"", "\"id-token\"", "no claim is named", "role_claim"),
        ("acr = \"AAL3_ANY\"", "acr = \"AAL1_USERPASS\"", "strength of sign-in", "AAL3_ANY"),
        (
            "approved_by = [\"A\", \"B\"]",
            "approved_by = [\"A\", \"A\"]",
            "two different people",
            "both names",
        ),
    ] {
        let whole = with_providers(std::fs::read_to_string(shipped()).unwrap());
        let wrong = whole.replacen(from, to, 1);
        let text = read(&with(|_| wrong.clone()).err().expect(said));
        assert!(text.contains(said) && text.contains(fix), "{said}: {text}");
        let line = wrong.lines().zip(whole.lines()).position(|(a, b)| a != b).unwrap() + 1;
        assert!(text.contains(&format!(":{line}:")), "line {line}: {text}");
    }
}

#[test]
fn a_host_that_cannot_be_registered_is_told_with_file_line_column_and_a_fix() {
    for (from, to, said, fix) in [
        (
            "certificates = [\"marlowe",
            "certificates = [\"*.marlowe",
            "a certificate is a DNS name",
            "alternative names",
        ),
        (
            "origins = [\"http://127.0.0.1\"]\n# More",
            "origins = []\n# More",
            "`origins` go together",
            "name the host's origins",
        ),
        (
            "algorithms = [\"ES384\"]\n# Assurance",
            "algorithms = [\"RS256\"]\n# Assurance",
            "ES384, PS384",
            "write `algorithms",
        ),
        (
            "scopes = [\"launch\", \"fhir\"]",
            "scopes = [\"fhir\"]",
            "nothing can be asked for without",
            "write `scopes",
        ),
        ("networks = [\"127.0.0.0/8\"]", "networks = []", "names no network", "write `networks"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("demo.toml");
        std::fs::write(&path, std::fs::read_to_string(shipped()).unwrap().replacen(from, to, 1)).unwrap();
        let (config, text) = Config::load_with_text(&path).unwrap();
        let policy = shipped().parent().unwrap().join("policy");
        let fault = access::host::Hosts::load(config.hosts.clone(), &policy).unwrap_err();
        let said_to_operator =
            read(&report::Report::of(vec![text.host_fault(&fault).unwrap()]).unwrap().into());
        assert!(said_to_operator.contains(said) && said_to_operator.contains(fix), "{said_to_operator}");
        assert!(said_to_operator.contains("demo.toml:"), "{said_to_operator}");
    }
}

#[test]
fn training_refuses_a_source_that_is_not_on_this_machine() {
    let report =
        with(|text| text.replacen("http://127.0.0.1/fhir", "https://trust.example/fhir", 1)).err().unwrap();
    assert!(format!("{report:?}").contains("HAZ-054"));
}

#[test]
fn durations_carry_their_unit() {
    assert_eq!(parse_duration("1500ms"), Some(Duration::from_millis(1500)));
    assert_eq!(parse_duration("10m"), Some(Duration::from_secs(600)));
    for wrong in ["", "10", "m", "-1s", "1.5s", "99999999999999999999h", "18446744073709551615h", "10 m"] {
        assert_eq!(parse_duration(wrong), None, "{wrong}");
    }
}
