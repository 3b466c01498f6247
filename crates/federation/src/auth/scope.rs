//! Takes a scope as configured, gives the word in it that could write: no path of the gateway writes to a partner, so no
//! token may be able to. Source: SMART App Launch 2.2, scopes (both syntaxes).

/// Words in a scope of no standard's making that let its bearer write.
const WRITING: [&str; 6] = ["write", "create", "update", "delete", "manage", "admin"];

/// The first word that is not plainly for reading.
pub(super) fn writing(scope: &str) -> Option<&str> {
    scope.split_whitespace().find(|word| could_write(word))
}

/// A SMART scope must read or search and nothing else; any other word must not say that it writes.
fn could_write(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let is_smart = ["system/", "user/", "patient/"].iter().any(|context| word.starts_with(context));
    if !is_smart {
        return word.ends_with('*') || WRITING.iter().any(|writes| word.contains(writes));
    }
    let without_filter = word.split('?').next().unwrap_or_default();
    let permissions = without_filter.rsplit_once('.').map(|(_, permissions)| permissions);
    !permissions.is_some_and(|may| matches!(may, "read" | "r" | "s" | "rs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_scope_that_could_write_passes() {
        let reading = [
            "",
            "system/*.read",
            "system/*.rs",
            "system/Patient.r system/Observation.s",
            "system/Observation.rs?category=laboratory",
            "openid fhirUser",
            "https://partner.example/.default",
            "patient.read",
        ];
        assert!(reading.iter().all(|scope| writing(scope).is_none()));
        let could = [
            "system/*.write",
            "system/*.*",
            "system/*.cruds",
            "system/Patient.c",
            "system/Patient.rus",
            "system/Patient.d",
            "system/*",
            "system/Patient.READ.WRITE",
            "user/*.*",
            "patient/Observation.crs?category=laboratory",
            "system/Patient.readwrite",
            "records.write",
            "Records.ReadWrite.All",
            "api/*",
        ];
        for scope in could {
            assert_eq!(writing(&format!("system/*.rs {scope}")), Some(scope), "{scope}");
        }
    }
}
