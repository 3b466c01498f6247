//! Terms that several stories use. A SNOMED CT code stands only where it is certain; the rest is words, as
//! records have them.
//! Source: SNOMED CT UK Edition and dm+d (identifiers only).

use super::facts::{Term, Value, sct, text};

pub(super) const PENICILLIN_ALLERGY: Term =
    sct("91936005", "Penicillin allergy").preferring("Allergy to penicillin");
pub(super) const NO_KNOWN_ALLERGIES: Term = sct("716186003", "No known allergies");
pub(super) const DEGRADED_ALLERGY: Term =
    sct("196461000000101", "Sulphonamide mixture (old record)").preferring("Transfer-degraded drug allergy");
pub(super) const RASH: Term = sct("271807003", "Rash");
pub(super) const ANAPHYLAXIS: Term = sct("39579001", "Anaphylaxis");

pub(super) const HYPERTENSION: Term = sct("38341003", "Hypertension");
pub(super) const TYPE_2_DIABETES: Term = sct("44054006", "Type 2 diabetes mellitus");
pub(super) const ASTHMA: Term = sct("195967001", "Asthma");
pub(super) const COPD: Term = sct("13645005", "Chronic obstructive pulmonary disease");
pub(super) const ATRIAL_FIBRILLATION: Term = sct("49436004", "Atrial fibrillation");
pub(super) const HEART_FAILURE: Term = sct("84114007", "Heart failure");
pub(super) const OSTEOPOROSIS: Term = sct("64859006", "Osteoporosis");
pub(super) const OSTEOARTHRITIS: Term = sct("396275006", "Osteoarthritis");
pub(super) const ALZHEIMERS: Term = sct("26929004", "Alzheimer's disease");
pub(super) const STROKE: Term = sct("230690007", "Stroke");
pub(super) const KIDNEY_DISEASE: Term = sct("433144002", "Chronic kidney disease stage 3");
pub(super) const BIPOLAR: Term = sct("13746004", "Bipolar disorder");
pub(super) const HIV: Term = sct("86406008", "Human immunodeficiency virus infection");
pub(super) const FALLS: Term = text("Falls");

pub(super) const AMLODIPINE_5: Term = sct("319283006", "Amlodipine 5mg tablets");
pub(super) const AMLODIPINE_10: Term = sct("319284000", "Amlodipine 10mg tablets");
pub(super) const PARACETAMOL: Term = sct("322236009", "Paracetamol 500mg tablets");
pub(super) const ASPIRIN: Term = sct("319773006", "Aspirin 75mg dispersible tablets");
pub(super) const CITALOPRAM_10: Term = sct("321989000", "Citalopram 10mg tablets");
pub(super) const CITALOPRAM_20: Term = sct("321987003", "Citalopram 20mg tablets");
pub(super) const APIXABAN_25: Term = text("Apixaban 2.5mg tablets");
pub(super) const APIXABAN_5: Term = text("Apixaban 5mg tablets");
pub(super) const BISOPROLOL_25: Term = text("Bisoprolol 2.5mg tablets");
pub(super) const RAMIPRIL_5: Term = text("Ramipril 5mg capsules");
pub(super) const FUROSEMIDE_40: Term = sct("317972000", "Furosemide 40mg tablets");
pub(super) const ATORVASTATIN_20: Term = sct("320030001", "Atorvastatin 20mg tablets");
pub(super) const METFORMIN_500: Term = sct("325278007", "Metformin 500mg tablets");
pub(super) const ALENDRONIC_70: Term = text("Alendronic acid 70mg tablets");
pub(super) const OMEPRAZOLE_20: Term = sct("317291008", "Omeprazole 20mg gastro-resistant capsules");
pub(super) const SALBUTAMOL: Term =
    sct("39113611000001102", "Salbutamol 100micrograms/dose inhaler CFC free");

pub(super) const BLOOD_PRESSURE: Term = sct("163020007", "O/E - blood pressure reading");
pub(super) const PULSE: Term = sct("364075005", "Pulse rate");
pub(super) const WEIGHT: Term = sct("27113001", "Body weight");
pub(super) const RESPIRATORY_RATE: Term = sct("86290005", "Respiratory rate");
pub(super) const OXYGEN_SATURATION: Term = sct("103228002", "Oxygen saturation");
pub(super) const NEWS2: Term = sct("1104051000000101", "NEWS2 total score");
pub(super) const CFS: Term = text("Clinical frailty scale");
pub(super) const EFI: Term = text("Electronic frailty index");
pub(crate) const REFUSED_SHARING: Term =
    sct("416409005", "Refused consent for upload to local shared electronic record");
pub(crate) const CONSENTED_SHARING: Term =
    sct("417528008", "Consent given for upload to local shared electronic record");

pub(super) const FLU: Term = sct("86198006", "Influenza vaccination");
pub(super) const PNEUMOCOCCAL: Term = sct("12866006", "Pneumococcal vaccination");
pub(super) const COVID: Term = sct("1324681000000101", "Administration of first dose of COVID-19 vaccine");

pub(super) const DISCHARGE_SUMMARY: Term = sct("373942005", "Discharge summary");
pub(super) const CLINIC_LETTER: Term = text("Outpatient letter");
pub(super) const RESPECT: Term = sct("1382601000000107", "ReSPECT form");
pub(super) const EPACCS: Term = sct("861421000000109", "End of life care coordination summary");
pub(super) const NEWS2_CHART: Term = sct("1363501000000100", "NEWS2 chart");
pub(super) const CRISIS_PLAN: Term = sct("736253002", "Mental health crisis plan");
pub(super) const CONTINGENCY_PLAN: Term = sct("325691000000100", "Contingency plan");
pub(super) const CARE_AND_SUPPORT_PLAN: Term = sct("2181441000000107", "Personalised care and support plan");
pub(super) const TREATMENT_ESCALATION: Term = sct("735324008", "Treatment escalation plan");

pub(super) const RENAL_PANEL: Term = text("Urea and electrolytes");
pub(super) const BLOOD_COUNT: Term = text("Full blood count");
pub(super) const CRP_PANEL: Term = text("C reactive protein");
pub(super) const GLUCOSE_PANEL: Term = text("Plasma glucose level");
pub(super) const HBA1C_PANEL: Term = text("Haemoglobin A1c");

pub(super) fn egfr(value: f64) -> Value {
    Value {
        test: text("eGFR"),
        value,
        unit: "mL/min/1.73m2",
        ucum: "mL/min/{1.73_m2}",
        low: Some(60.0),
        flag: (value < 60.0).then_some("L"),
        ..Value::default()
    }
}

pub(super) fn creatinine(value: f64) -> Value {
    let flag = (value > 84.0).then_some("H");
    let test = sct("1000731000000107", "Serum creatinine");
    Value {
        test,
        value,
        unit: "umol/L",
        ucum: "umol/L",
        low: Some(45.0),
        high: Some(84.0),
        flag,
        ..Value::default()
    }
}

pub(super) fn potassium(value: f64) -> Value {
    let test = sct("1000651000000109", "Serum potassium");
    let (low, high) = (3.5, 5.3);
    let flag = flag(value, low, high);
    Value {
        test,
        value,
        places: 1,
        unit: "mmol/L",
        ucum: "mmol/L",
        low: Some(low),
        high: Some(high),
        flag,
        ..Value::default()
    }
}

pub(super) fn sodium(value: f64) -> Value {
    let test = sct("1000661000000107", "Serum sodium");
    let (low, high) = (133.0, 146.0);
    let flag = flag(value, low, high);
    Value {
        test,
        value,
        unit: "mmol/L",
        ucum: "mmol/L",
        low: Some(low),
        high: Some(high),
        flag,
        ..Value::default()
    }
}

pub(super) fn haemoglobin(value: f64) -> Value {
    let test = sct("1022431000000105", "Haemoglobin");
    let (low, high) = (115.0, 165.0);
    let flag = flag(value, low, high);
    Value {
        test,
        value,
        unit: "g/L",
        ucum: "g/L",
        low: Some(low),
        high: Some(high),
        flag,
        ..Value::default()
    }
}

pub(super) fn hba1c(value: f64) -> Value {
    let test = text("Haemoglobin A1c level (IFCC)");
    let flag = flag(value, 20.0, 41.0);
    Value { test, value, unit: "mmol/mol", ucum: "mmol/mol", high: Some(41.0), flag, ..Value::default() }
}

pub(super) fn crp(value: f64) -> Value {
    let test = sct("999651000000107", "Serum C reactive protein");
    let bound = (value <= 1.0).then_some("<");
    let flag = flag(value, 0.0, 5.0);
    Value { test, value, unit: "mg/L", ucum: "mg/L", high: Some(5.0), flag, bound, ..Value::default() }
}

/// This laboratory prints glucose with two places, noughts and all.
pub(super) fn glucose(value: f64) -> Value {
    let test = text("Plasma glucose");
    let (low, high) = (4.0, 7.8);
    let flag = flag(value, low, high);
    Value {
        test,
        value,
        places: 2,
        unit: "mmol/L",
        ucum: "mmol/L",
        low: Some(low),
        high: Some(high),
        flag,
        ..Value::default()
    }
}

fn flag(value: f64, low: f64, high: f64) -> Option<&'static str> {
    match value {
        v if v < low => Some("L"),
        v if v > high => Some("H"),
        _ => None,
    }
}
