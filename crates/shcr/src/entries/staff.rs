//! Takes somebody who signed in by themselves, gives who they are and how they came as an entry says it.

use access::launch::direct::Staff;

/// `host`: the place they signed in to, where another has its host's name.
pub(super) fn who(staff: &Staff, host: &str) -> audit::Who {
    let one = &staff.practitioner;
    let role = |code: &String| audit::Role { system: host.to_owned(), code: code.clone() };
    audit::Who {
        host: host.to_owned(),
        subject: one.host_sub.clone(),
        name: audit::Name {
            family: one.family.clone().unwrap_or_else(|| one.display.clone()),
            given: one.given.clone(),
            title: one.title.clone(),
        },
        role: staff.role.map_or_else(|| "none".to_owned(), |role| role.name().to_owned()),
        claims: staff.role_claims.iter().map(role).collect(),
        organisation: staff.organisation.ods.to_string(),
        organisation_name: Some(staff.organisation.name.clone()),
        sds_user_id: one.sds_user_id.clone(),
        sds_role_profile_id: one.sds_role_profile_id.clone(),
        registration: one.registration.clone(),
        map: None,
    }
}

pub(super) fn how(staff: &Staff, (host, route): (&str, &str), address: &str) -> audit::How {
    audit::How {
        route: route.to_owned(),
        host: host.to_owned(),
        assurance: staff.assurance,
        host_session: staff.provider_session.as_ref().map(|session| format!("{host} {session}")),
        auth_time: Some(staff.auth_time_s),
        jti_hash: None,
        device: None,
        address: Some(address.to_owned()),
    }
}
