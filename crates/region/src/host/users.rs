//! The people who may sign in to the demo host, one for every kind of role the gateway is to tell apart.

use crate::{endpoints::UserLine, rest::partner::PARTNERS};

/// A member of staff.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) login: &'static str,
    pub(crate) title: &'static str,
    pub(crate) given: &'static str,
    pub(crate) family: &'static str,
    /// As this host names it.
    pub(crate) role: &'static str,
    /// ODS code.
    pub(crate) organisation: &'static str,
    /// `None` where the organisation has no smartcards.
    pub(crate) smartcard: Option<Smartcard>,
}

/// What a smartcard says.
#[derive(Debug)]
pub(crate) struct Smartcard {
    pub(crate) user_id: &'static str,
    pub(crate) role_profile_id: &'static str,
    pub(crate) job_role: &'static str,
}

impl User {
    pub(crate) fn name(&self) -> String {
        [self.title, self.given, self.family]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    pub(crate) fn organisation_name(&self) -> &'static str {
        match self.organisation {
            "ZZ901" => "Marsh Lane Surgery (demonstration)",
            "ZZ920" => "Mid and South Essex Integrated Care Board (demonstration)",
            "ZZ921" => "Orchard House Care Home (demonstration)",
            ods => PARTNERS.iter().find(|partner| partner.ods == ods).map_or("", |partner| partner.title()),
        }
    }

    pub(crate) fn line(&self) -> UserLine {
        UserLine {
            login: self.login.to_owned(),
            name: self.name(),
            role: self.role.to_owned(),
            organisation: self.organisation.to_owned(),
        }
    }
}

pub(crate) const fn user(
    login: &'static str,
    name: [&'static str; 3],
    role: &'static str,
    organisation: &'static str,
) -> User {
    let [title, given, family] = name;
    User { login, title, given, family, role, organisation, smartcard: None }
}

pub(crate) const fn card(
    user: User,
    user_id: &'static str,
    role_profile_id: &'static str,
    job_role: &'static str,
) -> User {
    User { smartcard: Some(Smartcard { user_id, role_profile_id, job_role }), ..user }
}

pub(crate) const USERS: [User; 14] = [
    card(
        user("dr.okafor", ["Dr", "Ngozi", "Okafor"], "DOCTOR", "ZZ910"),
        "555910000101",
        "555910000901",
        "S8000:G8000:R8000",
    ),
    card(
        user("nurse.bell", ["", "Marion", "Bell"], "NURSE", "ZZ910"),
        "555910000102",
        "555910000902",
        "S8000:G8000:R8001",
    ),
    card(
        user("dr.lindqvist", ["Dr", "Astrid", "Lindqvist"], "ED-DOCTOR", "ZZ910"),
        "555910000103",
        "555910000903",
        "S8000:G8000:R8000",
    ),
    user("para.cole", ["", "Denny", "Cole"], "PARAMEDIC", "ZZ916"),
    card(
        user("pharm.foss", ["", "Ida", "Foss"], "PHARMACIST", "ZZ910"),
        "555910000105",
        "555910000905",
        "S8000:G8000:R1290",
    ),
    card(
        user("cpn.grey", ["", "Tobias", "Grey"], "CPN", "ZZ911"),
        "555911000106",
        "555911000906",
        "S8000:G8000:R1975",
    ),
    user("sw.dean", ["", "Priya", "Dean"], "SW", "ZZ917"),
    user("care.hale", ["", "Winifred", "Hale"], "SENIOR-CARER", "ZZ921"),
    card(
        user("clerk.ellis", ["", "Rowan", "Ellis"], "WARD-CLERK", "ZZ910"),
        "555910000109",
        "555910000909",
        "S8000:G8000:R8008",
    ),
    card(
        user("priv.lowe", ["", "Harriet", "Lowe"], "PRIVACY-OFFICER", "ZZ910"),
        "555910000110",
        "555910000910",
        "S8000:G8000:R0001",
    ),
    user("student.pike", ["", "Jonah", "Pike"], "STUDENT", "ZZ910"),
    card(
        user("icb.rao", ["", "Leela", "Rao"], "NURSE", "ZZ920"),
        "555920000112",
        "555920000912",
        "S8000:G8000:R8001",
    ),
    card(
        user("dr.vane", ["Dr", "Idris", "Vane"], "GP", "ZZ901"),
        "555901000113",
        "555901000913",
        "S8000:G8000:R8000",
    ),
    card(
        user("nurse.bright", ["", "Ade", "Bright"], "DISTRICT-NURSE", "ZZ913"),
        "555913000114",
        "555913000914",
        "S8000:G8000:R8001",
    ),
];
