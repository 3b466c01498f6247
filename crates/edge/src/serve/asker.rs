//! Who asks, as the gateway says it in headers: the professional, the organisation, the opening. Kept for the partner's own
//! people, who may see who viewed their data; decides nothing, since whoever could lie here holds the gateway's key.
//! Source: Booking and Referral Standard, request headers; FHIR R4 Organization, PractitionerRole.

use axum::http::HeaderMap;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use fhir::{Json, Object};

/// A header longer than this is not read.
const LONGEST: usize = 16 * 1024;

#[derive(Default)]
pub(super) struct Asker {
    pub(super) opening: String,
    pub(super) request: String,
    organisation: String,
    organisation_name: Option<String>,
    subject: String,
    role: String,
    family: String,
    given: Vec<String>,
    title: Option<String>,
}

impl Asker {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut asker = Self {
            opening: plain(headers, "X-Correlation-Id"),
            request: plain(headers, "X-Request-Id"),
            organisation: plain(headers, "NHSD-End-User-Organisation-ODS"),
            ..Self::default()
        };
        if let Some(text) = decoded(headers, "NHSD-End-User-Organisation") {
            let organisation = Json::of(&text).object().unwrap_or_default();
            asker.organisation_name = organisation.text("name").map(|name| short(&name));
            if let Some(code) = identifiers(&organisation).into_iter().next() {
                asker.organisation = code;
            }
        }
        if let Some(text) = decoded(headers, "NHSD-Requesting-Practitioner") {
            asker.practitioner(&Json::of(&text).object().unwrap_or_default());
        }
        asker
    }

    /// A Practitioner, or a PractitionerRole that contains one.
    fn practitioner(&mut self, sent: &Object<'_>) {
        let contained = sent.objects("contained");
        let is_practitioner = |one: &&Object<'_>| one.text("resourceType").as_deref() == Some("Practitioner");
        let practitioner = contained.iter().find(is_practitioner).unwrap_or(sent);
        self.subject = identifiers(practitioner).into_iter().next().unwrap_or_default();
        let roles = sent.objects("code");
        let role = roles.iter().find_map(|role| {
            role.text("text").map(|text| short(&text)).or_else(|| {
                let coding = role.object("coding")?;
                coding.text("display").or_else(|| coding.text("code")).map(|text| short(&text))
            })
        });
        self.role = role.unwrap_or_default();
        let Some(name) = practitioner.object("name") else { return };
        self.family =
            name.text("family").or_else(|| name.text("text")).map(|text| short(&text)).unwrap_or_default();
        let texts = |key: &str| -> Vec<String> {
            name.items(key).iter().filter_map(|item| item.text().map(|text| short(&text))).collect()
        };
        (self.given, self.title) = (texts("given"), texts("prefix").into_iter().next());
    }

    /// `None` where the gateway does not say.
    pub(super) fn who(&self) -> Option<audit::Who> {
        if self.subject.is_empty() && self.organisation.is_empty() {
            return None;
        }
        Some(audit::Who {
            host: "gateway".to_owned(),
            subject: self.subject.clone(),
            name: audit::Name {
                family: self.family.clone(),
                given: self.given.clone(),
                title: self.title.clone(),
            },
            role: self.role.clone(),
            claims: Vec::new(),
            organisation: self.organisation.clone(),
            organisation_name: self.organisation_name.clone(),
            sds_user_id: None,
            sds_role_profile_id: None,
            registration: None,
            map: None,
        })
    }
}

fn identifiers(resource: &Object<'_>) -> Vec<String> {
    let known =
        |one: &Object<'_>| one.text("value").map(|value| short(&value)).filter(|value| value != "UNK");
    resource.objects("identifier").iter().filter_map(known).collect()
}

fn plain(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).map(short).unwrap_or_default()
}

fn decoded(headers: &HeaderMap, name: &str) -> Option<String> {
    let sent = headers.get(name)?.as_bytes();
    let bytes = BASE64.decode(sent).ok().filter(|_| sent.len() <= LONGEST)?;
    fhir::json::check(&bytes).ok().map(str::to_owned)
}

/// What stands in the log has an end.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}
