//! Every direct opening is raised and listed; a launch that a host vouches for is neither.

use super::own_word;
use access::Launch;
use audit::Millis;
use serde_json::json;

fn launch(route: &str, relationship: &str) -> Launch {
    let facts = json!({
        "id": "l", "route": route, "host": "direct", "host_name": "Care Identity", "host_session": null,
        "frame_origins": [], "role_claims": ["R8001"], "role": "R2", "emergency_access": false,
        "practitioner": {
            "host_sub": "555", "display": "Sam Reed", "family": "Reed", "given": ["Sam"], "title": null,
            "sds_user_id": null, "sds_role_profile_id": null, "sds_job_role": null, "local_user_id": null,
            "registration": null
        },
        "role_map_version": "v", "organisation": {"ods": "ZZ910", "name": "Trust", "kind": "acute"},
        "assurance": 3, "auth_time_s": 1,
        "person": {
            "nhs_number": "9990000018", "birth_date": "1935-08-14", "family": "Testpatient", "given": ["Doreen"],
            "gender": "female", "gp_ods": null
        },
        "purpose": "TREAT",
        "relationship": [{"code": relationship, "service": null, "since": null, "reference": null}],
        "reason": {"code": "handover", "text": "twenty characters ok"},
        "received_at": "2026-11-22T14:00:00Z", "assertion_hash": "", "configuration_hash": ""
    });
    Launch::from_sealed_bytes(facts.to_string().as_bytes()).unwrap()
}

fn causes(launch: &Launch, is_reviewed: bool) -> Vec<String> {
    let entries = own_word(launch, "0197-opening", is_reviewed, Millis(1));
    assert!(entries.iter().all(|entry| entry.whom.is_none()), "HAZ-049: an alert names no person");
    assert!(entries.iter().all(|entry| entry.detail["about"] == "0197-opening"));
    entries.into_iter().filter_map(|entry| entry.cause).collect()
}

#[test]
fn t34_every_direct_opening_is_raised_and_in_the_review_list_of_its_organisation() {
    let direct = launch("direct", "self-claimed");
    assert_eq!(causes(&direct, true), ["PO-01"], "HAZ-048: one item says both");
    assert_eq!(causes(&direct, false), ["PO-01"], "below a hundred per cent it is still raised");
    let listed = |is_reviewed| own_word(&direct, "0197-opening", is_reviewed, Millis(1)).pop().unwrap();
    assert_eq!(listed(true).detail.get("review").map(String::as_str), Some("ZZ910"));
    assert_eq!(listed(false).detail.get("review"), None);
    assert_eq!(causes(&launch("signed", "host-open"), true), [""; 0], "a host vouches for it");
}
