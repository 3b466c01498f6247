//! Why a view ended: a closed list, stored by its code, in the audit by the same. Which words stand on the page is the page's
//! business. Source: access.md section 4.

/// Every cause by which a view ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nobody did anything for too long.
    Idle,
    /// The longest a view may last.
    Absolute,
    /// The professional closed it.
    Closed,
    /// The host closed the person's chart.
    PatientClosed,
    /// The host opened another person's chart (HAZ-003).
    PatientChanged,
    /// The professional signed out of the host.
    UserOut,
    /// The professional signed out at the identity provider.
    SignedOut,
    /// The same host session launched again, at a host that shows one chart at a time.
    NextLaunch,
    /// Another professional launched in the same browser (HAZ-047).
    AnotherProfessional,
    /// The cookie came from another browser than the one it was given to.
    OtherBrowser,
    /// The link it was opened by was used again (HAZ-046).
    HandleReuse,
    /// The host, or whatever it signed with, is no longer trusted.
    HostDisabled,
    /// The professional may no longer look, or an operator said so.
    Operator,
    /// The sharing agreement now gives less than the page shows.
    PolicyNarrowed,
    /// The person has objected (HAZ-022).
    Objected,
}

impl Ending {
    pub const ALL: [Ending; 15] = [
        Ending::Idle,
        Ending::Absolute,
        Ending::Closed,
        Ending::PatientClosed,
        Ending::PatientChanged,
        Ending::UserOut,
        Ending::SignedOut,
        Ending::NextLaunch,
        Ending::AnotherProfessional,
        Ending::OtherBrowser,
        Ending::HandleReuse,
        Ending::HostDisabled,
        Ending::Operator,
        Ending::PolicyNarrowed,
        Ending::Objected,
    ];

    /// As stored and as audited: never changes its meaning.
    pub fn code(self) -> &'static str {
        match self {
            Ending::Idle => "idle",
            Ending::Absolute => "absolute",
            Ending::Closed => "closed",
            Ending::PatientClosed => "patient-closed",
            Ending::PatientChanged => "patient-changed",
            Ending::UserOut => "user-out",
            Ending::SignedOut => "signed-out",
            Ending::NextLaunch => "next-launch",
            Ending::AnotherProfessional => "another-professional",
            Ending::OtherBrowser => "other-browser",
            Ending::HandleReuse => "handle-reuse",
            Ending::HostDisabled => "host-disabled",
            Ending::Operator => "operator",
            Ending::PolicyNarrowed => "policy-narrowed",
            Ending::Objected => "objected",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ending| ending.code() == code)
    }
}
