//! The closed list, as the pages and the audit know it.

use super::Refusal;

#[test]
fn every_refusal_has_its_code_and_status() {
    let fields = vec!["date of birth".to_owned()];
    let all = [
        (Refusal::LaunchUsedOrExpired, "launch-used-or-expired", 403),
        (Refusal::LaunchNotAccepted, "launch-not-accepted", 403),
        (Refusal::LaunchIncomplete, "launch-incomplete", 400),
        (Refusal::HostUnreachable, "host-unreachable", 502),
        (Refusal::NoRole, "no-role", 403),
        (Refusal::NoRelationship, "no-relationship", 403),
        (Refusal::Purpose, "purpose", 403),
        (Refusal::OwnRecord, "own-record", 403),
        (Refusal::IdentityMismatch { fields }, "identity-mismatch", 403),
        (Refusal::NoSharedRecord, "no-shared-record", 404),
        (Refusal::Objection, "objection", 200),
        (Refusal::CannotRecord, "cannot-record", 503),
        (Refusal::Busy, "busy", 503),
        (Refusal::ViewEnded, "view-ended", 403),
    ];
    for (refusal, code, status) in all {
        assert_eq!((refusal.code(), refusal.status()), (code, status));
    }
}
