//! Takes the scopes a client asks for, gives what its token will be good for; refuses what is not to be had: writing,
//! other contexts, anything that is no scope.
//! Source: SMART App Launch 2.2, Scopes for requesting FHIR resources (both syntaxes, `system/` context).

/// Resource types a token is good for; `*` is every type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scopes(Vec<String>);

impl Scopes {
    /// `None`: at least one of them cannot be granted.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let kinds: Option<Vec<String>> = text.split_whitespace().map(kind).collect();
        kinds.filter(|kinds| !kinds.is_empty()).map(Self)
    }

    pub(super) fn cover(&self, kind: &str) -> bool {
        self.0.iter().any(|own| own == "*" || own == kind)
    }
}

/// The type in `system/Type.rs` or `system/Type.read`.
fn kind(scope: &str) -> Option<String> {
    let (kind, rights) = scope.strip_prefix("system/")?.split_once('.')?;
    let named = kind == "*" || kind.bytes().all(|byte| byte.is_ascii_alphabetic()) && !kind.is_empty();
    (named && matches!(rights, "read" | "rs")).then(|| kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Scopes;

    #[test]
    fn a_token_is_good_for_the_types_asked_for_and_no_others() {
        let all = Scopes::parse("system/*.read").unwrap();
        assert!(all.cover("Patient") && all.cover("Flag"));
        let two = Scopes::parse("system/Patient.rs system/Flag.read").unwrap();
        assert!(two.cover("Patient") && two.cover("Flag") && !two.cover("Condition"));
    }

    #[test]
    fn writing_other_contexts_and_what_is_no_scope_are_not_granted() {
        for scope in [
            "",
            " ",
            "system/*.write",
            "system/Patient.cruds",
            "system/*.*",
            "patient/*.read",
            "user/Patient.rs",
            "system/.read",
            "system/Pat ient.rs",
            "system/*.read system/*.write",
            "launch",
            "system/Patient",
        ] {
            assert_eq!(Scopes::parse(scope), None, "{scope}");
        }
    }
}
