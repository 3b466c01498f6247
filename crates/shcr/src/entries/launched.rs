//! Takes a launch, gives who, how, whom and why as every entry of an opening has them.

use access::{Launch, launch::Practitioner};

pub(super) fn who(launch: &Launch) -> audit::Who {
    let Practitioner {
        host_sub,
        display,
        family,
        given,
        title,
        sds_user_id,
        sds_role_profile_id,
        registration,
        ..
    } = launch.practitioner.clone();
    audit::Who {
        host: launch.host.clone(),
        subject: host_sub,
        name: audit::Name { family: family.unwrap_or(display), given, title },
        role: launch.role.map_or_else(|| "none".to_owned(), |role| role.name().to_owned()),
        claims: launch
            .role_claims
            .iter()
            .map(|code| audit::Role { system: launch.host.clone(), code: code.clone() })
            .collect(),
        organisation: launch.organisation.ods.to_string(),
        organisation_name: Some(launch.organisation.name.clone()),
        sds_user_id,
        sds_role_profile_id,
        registration,
        map: Some(launch.role_map_version.clone()),
    }
}

pub(super) fn how(launch: &Launch, address: &str) -> audit::How {
    audit::How {
        route: launch.route.name().to_owned(),
        host: launch.host.clone(),
        assurance: launch.assurance,
        host_session: host_session(launch),
        auth_time: launch.auth_time_s,
        jti_hash: Some(launch.assertion_hash.clone()),
        device: launch.particulars.workstation.clone(),
        address: Some(address.to_owned()),
    }
}

/// The host's session, named so that two hosts never share one.
pub(crate) fn host_session(launch: &Launch) -> Option<String> {
    launch.host_session.as_ref().map(|session| named_session(&launch.host, session))
}

/// The same, as a host or its identity provider names it later.
pub(crate) fn named_session(host: &str, session: &str) -> String {
    format!("{host} {session}")
}

pub(super) fn whom(launch: &Launch) -> audit::Whom {
    let sent = launch.person.nhs_number.digits().to_owned();
    audit::Whom {
        nhs_number: sent.clone(),
        sent,
        superseded: Vec::new(),
        trace: "not-asked".to_owned(),
        differed: Vec::new(),
    }
}

pub(super) fn why(launch: &Launch) -> audit::Reason {
    let evidence = |evidence: &access::launch::Evidence| audit::Relationship {
        code: evidence.code.clone(),
        service: evidence.service.clone(),
        reference: evidence.reference.clone(),
    };
    audit::Reason {
        purpose: launch.purpose.code().to_owned(),
        relationship: launch.relationship.iter().map(evidence).collect(),
        reason_code: launch.reason.as_ref().map(|reason| reason.code.clone()),
        reason_text: launch.reason.as_ref().map(|reason| reason.text.clone()),
        overridden: None,
    }
}
