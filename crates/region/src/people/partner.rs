//! The ten contributors of the region and what identifies each. Codes are invented; names are the partners'
//! own.
//! Source: requirements, section 2 (the eleven partners; the eleventh contributes nothing).

/// Who holds a fact. `Gp` stands for the practice the person is registered at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Partner {
    Gp,
    Acute,
    Eput,
    Nelft,
    Provide,
    Ic24,
    Ambulance,
    Essex,
    Southend,
    Thurrock,
}

/// What a partner writes about itself.
pub(crate) struct PartnerProfile {
    pub(crate) slug: &'static str,
    pub(crate) ods: &'static str,
    pub(crate) name: &'static str,
    pub(crate) telephone: &'static str,
}

impl Partner {
    /// Everyone who answers over FHIR R4 or STU3 REST.
    pub(crate) const REST: [Partner; 9] = [
        Partner::Acute,
        Partner::Eput,
        Partner::Nelft,
        Partner::Provide,
        Partner::Ic24,
        Partner::Ambulance,
        Partner::Essex,
        Partner::Southend,
        Partner::Thurrock,
    ];

    /// Each of them, as the only holder.
    pub(crate) const REST_ALONE: [&[Partner]; 9] = [
        &[Partner::Acute],
        &[Partner::Eput],
        &[Partner::Nelft],
        &[Partner::Provide],
        &[Partner::Ic24],
        &[Partner::Ambulance],
        &[Partner::Essex],
        &[Partner::Southend],
        &[Partner::Thurrock],
    ];

    pub(crate) fn parse(slug: &str) -> Option<Self> {
        Self::REST.into_iter().find(|partner| partner.profile().slug == slug)
    }

    pub(crate) fn profile(self) -> PartnerProfile {
        let (slug, ods, name, telephone) = match self {
            Partner::Gp => ("gp", "ZZ901", "GP practice", "01632960900"),
            Partner::Acute => {
                ("acute", "ZZ910", "Mid and South Essex NHS Foundation Trust (demonstration)", "01632960910")
            }
            Partner::Eput => {
                ("eput", "ZZ911", "Essex Partnership University Trust (demonstration)", "01632960911")
            }
            Partner::Nelft => {
                ("nelft", "ZZ912", "North East London NHS Foundation Trust (demonstration)", "01632960912")
            }
            Partner::Provide => ("provide", "ZZ913", "Provide CIC (demonstration)", "01632960913"),
            Partner::Ic24 => ("ic24", "ZZ915", "IC24 (demonstration)", "01632960915"),
            Partner::Ambulance => {
                ("ambulance", "ZZ916", "East of England Ambulance Service (demonstration)", "01632960916")
            }
            Partner::Essex => ("essex", "ZZ917", "Essex County Council (demonstration)", "01632960917"),
            Partner::Southend => {
                ("southend", "ZZ918", "Southend City Council (demonstration)", "01632960918")
            }
            Partner::Thurrock => ("thurrock", "ZZ919", "Thurrock Council (demonstration)", "01632960919"),
        };
        PartnerProfile { slug, ods, name, telephone }
    }
}
