//! The standard's columns: how each is called, whether a file must have it, whether it is taken at all. Cost, funding,
//! other people and what no page shows is never taken.
//! Source: Adult Social Care Client Level Data, release 1; sources.md 14.

use super::words;
use serde::{Deserialize, Serialize};

/// A column of the standard, and `Team`, which is ours. The names are also those of the kept body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Column {
    LaCode,
    PeriodStart,
    PeriodEnd,
    NhsNumber,
    Person,
    FirstName,
    LastName,
    PracticeName,
    PracticeCode,
    Gender,
    Ethnicity,
    Born,
    Died,
    Client,
    SupportReason,
    Postcode,
    Accommodation,
    Employment,
    UnpaidCarer,
    Autism,
    Visual,
    Hearing,
    Dementia,
    Funding,
    EventType,
    Reference,
    Start,
    End,
    Description,
    Outcome,
    Route,
    AssessmentType,
    EligibleNeeds,
    AssessmentMethod,
    HoursCaring,
    AdultsCaredFor,
    Adult1,
    Adult2,
    Adult3,
    ServiceType,
    Component,
    Mechanism,
    ProviderName,
    ProviderId,
    ReviewReason,
    ReviewAchieved,
    ReviewMethod,
    UnitCost,
    CostFrequency,
    PlannedUnits,
    Team,
}

/// What becomes of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taking {
    /// A file without it is refused.
    Needed,
    Taken,
    /// Known, and never kept.
    Left,
}

use Column::*;
use Taking::*;

/// In the standard's order, which is that of the names above: a column's place in one is its place in the other.
pub(super) const STANDARD: [(Column, &str, Taking); 51] = [
    (LaCode, "LA Code", Needed),
    (PeriodStart, "Reporting Period Start Date", Left),
    (PeriodEnd, "Reporting Period End Date", Needed),
    (NhsNumber, "NHS Number", Needed),
    (Person, "LA Person Unique Identifier", Needed),
    (FirstName, "First Name", Taken),
    (LastName, "Last Name", Taken),
    (PracticeName, "GP Practice Name", Left),
    (PracticeCode, "GP Practice Code", Left),
    (Gender, "Gender", Taken),
    (Ethnicity, "Ethnicity", Left),
    (Born, "Date of Birth", Needed),
    (Died, "Date of Death", Taken),
    (Client, "Client Type", Needed),
    (SupportReason, "Primary Support Reason", Needed),
    (Postcode, "Postcode", Left),
    (Accommodation, "Accommodation Status", Taken),
    (Employment, "Employment Status", Taken),
    (UnpaidCarer, "Has Unpaid Carer", Taken),
    (Autism, "Autism Spectrum Disorder (ASD)", Taken),
    (Visual, "Visual Impairment", Taken),
    (Hearing, "Hearing Impairment", Taken),
    (Dementia, "Dementia", Taken),
    (Funding, "Client Funding Status", Left),
    (EventType, "Event Type", Needed),
    (Reference, "Event Reference", Left),
    (Start, "Event Start Date", Needed),
    (End, "Event End Date", Needed),
    (Description, "Event Description", Taken),
    (Outcome, "Event Outcome", Needed),
    (Route, "Request: Route of Access", Taken),
    (AssessmentType, "Assessment Type", Taken),
    (EligibleNeeds, "Eligible Needs Identified", Taken),
    (AssessmentMethod, "Method of Assessment", Taken),
    (HoursCaring, "Total Hrs Caring per week", Taken),
    (AdultsCaredFor, "No. of adults being cared for", Taken),
    (Adult1, "Adult 1 Linked Person_ID", Left),
    (Adult2, "Adult 2 Linked Person_ID", Left),
    (Adult3, "Adult 3 Linked Person_ID", Left),
    (ServiceType, "Service Type", Needed),
    (Component, "Service Component", Needed),
    (Mechanism, "Delivery Mechanism", Taken),
    (ProviderName, "Provider CQC Location Name", Taken),
    (ProviderId, "Provider CQC Location ID", Taken),
    (ReviewReason, "Review Reason", Taken),
    (ReviewAchieved, "Review Outcomes Achieved", Taken),
    (ReviewMethod, "Method of Review", Taken),
    (UnitCost, "Unit Cost", Left),
    (CostFrequency, "Cost Frequency (Unit Type)", Left),
    (PlannedUnits, "Planned units per week", Taken),
    (Team, "Team", Taken),
];

/// The flags a council decides about one by one.
pub(super) const FLAGS: [Column; 4] = [Dementia, Visual, Hearing, Autism];

impl Column {
    /// As the standard writes it.
    pub(super) fn name(self) -> &'static str {
        self.standard().map_or("", |(_, name, _)| name)
    }

    /// By the standard's name, as headings are compared.
    pub(super) fn named(name: &str) -> Option<Self> {
        let folded = words::heading(name);
        STANDARD.iter().find(|(_, name, _)| words::heading(name) == folded).map(|(column, ..)| *column)
    }

    pub(super) fn is_left(self) -> bool {
        self.is(Left)
    }

    pub(super) fn is_needed(self) -> bool {
        self.is(Needed)
    }

    fn is(self, taking: Taking) -> bool {
        self.standard().is_some_and(|(_, _, own)| *own == taking)
    }

    fn standard(self) -> Option<&'static (Column, &'static str, Taking)> {
        STANDARD.get(self as usize)
    }
}
