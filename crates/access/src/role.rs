//! The eleven roles of the sharing agreement, by the names policy, tables and audit have for them.

/// From a host's own role names to these.
mod map;

pub use map::{Claimed, Mapped, Maps, RoleMap, Smartcard};

use serde::{Deserialize, Serialize};

/// A role of the sharing agreement, in the order of its matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// Doctor, prescriber.
    R1,
    /// Nurse, midwife, allied health professional.
    R2,
    /// Urgent care: emergency department, 999, 111, out of hours.
    R3,
    /// Pharmacist.
    R4,
    /// Mental-health practitioner.
    R5,
    /// Social worker, approved mental-health professional.
    R6,
    /// Care-home and social-care support.
    R7,
    /// Clinical administration.
    R8,
    /// Student.
    R9,
    /// Privacy officer, Caldicott function: cannot open a record.
    R10,
    /// Support: cannot open a record.
    R11,
}

impl Role {
    pub const ALL: [Role; 11] = [
        Role::R1,
        Role::R2,
        Role::R3,
        Role::R4,
        Role::R5,
        Role::R6,
        Role::R7,
        Role::R8,
        Role::R9,
        Role::R10,
        Role::R11,
    ];

    /// The name in policy, tables and audit.
    pub fn name(self) -> &'static str {
        match self {
            Role::R1 => "R1",
            Role::R2 => "R2",
            Role::R3 => "R3",
            Role::R4 => "R4",
            Role::R5 => "R5",
            Role::R6 => "R6",
            Role::R7 => "R7",
            Role::R8 => "R8",
            Role::R9 => "R9",
            Role::R10 => "R10",
            Role::R11 => "R11",
        }
    }

    /// In words, for the page: `doctor or prescriber`.
    pub fn title(self) -> &'static str {
        match self {
            Role::R1 => "doctor or prescriber",
            Role::R2 => "nurse, midwife or allied health professional",
            Role::R3 => "urgent care",
            Role::R4 => "pharmacist",
            Role::R5 => "mental-health practitioner",
            Role::R6 => "social worker or approved mental-health professional",
            Role::R7 => "care-home or social-care support",
            Role::R8 => "clinical administration",
            Role::R9 => "student",
            Role::R10 => "privacy officer",
            Role::R11 => "support",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

#[cfg(test)]
mod tests;
