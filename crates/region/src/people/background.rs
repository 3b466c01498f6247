//! People whom a seed makes up: a name, a practice, and a modest record at the practice and one or two
//! partners.

use super::{
    PRACTICES, Person,
    facts::*,
    partner::Partner::{self, *},
    seed::SplitMix64,
    terms::*,
    when::When::{Day, Time, Year},
};
use fhir::{NhsNumber, nhs_number::check_digit};
use jiff::{ToSpan, civil::Date};

/// Below every hand-made number's neighbourhood and still never issued.
const FIRST_NINE: u64 = 999_500_000;
const SPREAD: u64 = 200_000;

pub(super) fn people(seed: u64, count: usize, today: Date) -> Vec<Person> {
    let mut dice = SplitMix64::new(seed);
    let start = FIRST_NINE.saturating_add(dice.below(SPREAD));
    (start..).filter_map(number).take(count).map(|number| person(&mut dice, number, today)).collect()
}

/// `None` for the one in eleven that no check digit fits.
fn number(nine: u64) -> Option<NhsNumber> {
    let nine = nine.to_string();
    let check = check_digit(&nine)?;
    NhsNumber::parse(&format!("{nine}{check}")).ok()
}

const FAMILIES: [&str; 24] = [
    "ALDERTON",
    "BRACKEN",
    "CULVER",
    "DUNMOW",
    "ELVEDEN",
    "FENWICK",
    "GANTRY",
    "HOLLOWAY",
    "INGLE",
    "JESSOP",
    "KELVEDON",
    "LARKIN",
    "MALTBY",
    "NAYLAND",
    "ORWELL",
    "PITSEA",
    "QUILTER",
    "ROCHE",
    "STAMBRIDGE",
    "TILLING",
    "UPSHIRE",
    "VANGE",
    "WICKFORD",
    "YARDLEY",
];
const WOMEN: [&str; 12] = [
    "Ada", "Brenda", "Clara", "Dilys", "Enid", "Freda", "Gwen", "Irene", "Joyce", "Lilian", "Nora", "Sheila",
];
const MEN: [&str; 12] = [
    "Albert", "Bernard", "Clive", "Dennis", "Ernest", "Geoffrey", "Hubert", "Kenneth", "Leonard", "Ronald",
    "Sidney", "Trevor",
];

fn person(dice: &mut SplitMix64, nhs_number: NhsNumber, today: Date) -> Person {
    let woman = dice.chance(55);
    let given = dice.pick(if woman { &WOMEN } else { &MEN }).unwrap_or("Alex");
    let birth_date = today.saturating_sub(dice.between(24_000, 35_000).days());
    let practice = dice.pick(&PRACTICES).map_or("ZZ901", |practice| practice.ods);
    let house = dice.between(1, 240);
    Person {
        nhs_number,
        superseded: Vec::new(),
        family: dice.pick(&FAMILIES).unwrap_or("ALDERTON").into(),
        given: vec![given.into()],
        title: Some(if woman { "Mrs" } else { "Mr" }.into()),
        preferred: None,
        host_given: None,
        gender: if woman { "female" } else { "male" },
        birth_date,
        deceased: None,
        address: vec![format!("{house} Sample Road"), "Marshford".into()],
        postcode: format!("ZZ99 {}AA", dice.between(1, 9)),
        telephone: format!("01632960{:03}", dice.between(100, 899)),
        practice,
        restricted: false,
        gp_refuses: false,
        story: "Background person".into(),
        story_key: "background",
        story_facts: facts(dice),
    }
}

/// Holders of a fact: the practice alone, or the practice and the trust, when the trust knows the person.
fn shared(dice: &mut SplitMix64, known: &[Partner]) -> Holders {
    if known.contains(&Acute) && dice.chance(50) { &[Gp, Acute] } else { &[Gp] }
}

fn facts(dice: &mut SplitMix64) -> Facts {
    let chances = [
        (Acute, 70),
        (Eput, 15),
        (Nelft, 12),
        (Provide, 30),
        (Ic24, 15),
        (Ambulance, 15),
        (Essex, 18),
        (Southend, 6),
        (Thurrock, 6),
    ];
    let known_to: Vec<Partner> = chances
        .into_iter()
        .filter(|(_, percent)| dice.chance(*percent))
        .map(|(partner, _)| partner)
        .collect();
    Facts {
        allergies: vec![allergy(dice, &known_to)],
        medicines: medicines(dice),
        problems: problems(dice, &known_to),
        reports: reports(dice, &known_to),
        measures: measures(dice),
        vaccines: vec![Vaccine { at: &[Gp], name: FLU, on: Day(dice.between(20, 80)), ..Vaccine::default() }],
        visits: visits(dice, &known_to),
        episodes: episodes(dice, &known_to),
        known_to,
        ..Facts::default()
    }
}

fn allergy(dice: &mut SplitMix64, known: &[Partner]) -> Allergy {
    let recorded = Day(dice.between(100, 5000));
    let at = shared(dice, known);
    if dice.chance(75) {
        Allergy { at, substance: NO_KNOWN_ALLERGIES, recorded, ..Allergy::default() }
    } else {
        Allergy { at, substance: PENICILLIN_ALLERGY, reaction: Some(RASH), recorded, ..Allergy::default() }
    }
}

const CONDITIONS: [Term; 9] = [
    HYPERTENSION,
    TYPE_2_DIABETES,
    ASTHMA,
    COPD,
    ATRIAL_FIBRILLATION,
    HEART_FAILURE,
    OSTEOPOROSIS,
    OSTEOARTHRITIS,
    KIDNEY_DISEASE,
];

fn problems(dice: &mut SplitMix64, known: &[Partner]) -> Vec<Problem> {
    let start = usize::try_from(dice.below(9)).unwrap_or(0);
    let some = usize::try_from(dice.between(1, 4)).unwrap_or(1);
    let names: Vec<Term> = CONDITIONS.iter().cycle().skip(start).take(some).copied().collect();
    names
        .into_iter()
        .map(|name| Problem {
            at: shared(dice, known),
            name,
            since: Year(dice.between(1, 25)),
            major: dice.chance(60),
            ..Problem::default()
        })
        .collect()
}

const REPEATS: [(Term, &str); 9] = [
    (AMLODIPINE_5, "One To Be Taken Each Day"),
    (RAMIPRIL_5, "One To Be Taken Each Day"),
    (ATORVASTATIN_20, "One To Be Taken At Night"),
    (METFORMIN_500, "One To Be Taken Twice A Day With Meals"),
    (PARACETAMOL, "Two To Be Taken Four Times A Day When Required"),
    (ALENDRONIC_70, "One To Be Taken Each Week"),
    (OMEPRAZOLE_20, "One To Be Taken Each Day"),
    (CITALOPRAM_10, "One To Be Taken Each Morning"),
    (CITALOPRAM_20, "One To Be Taken Each Morning"),
];

fn medicines(dice: &mut SplitMix64) -> Vec<Medicine> {
    let start = usize::try_from(dice.below(9)).unwrap_or(0);
    let some = usize::try_from(dice.between(1, 6)).unwrap_or(1);
    let chosen: Vec<(Term, &str)> = REPEATS.iter().cycle().skip(start).take(some).copied().collect();
    chosen
        .into_iter()
        .map(|(name, dose)| Medicine {
            at: &[Gp],
            name,
            dose,
            started: Day(dice.between(60, 3000)),
            quantity: Some((28.0, "tablet")),
            issued: &[17, 45],
            ..Medicine::default()
        })
        .collect()
}

fn reports(dice: &mut SplitMix64, known: &[Partner]) -> Vec<Report> {
    let mut tenth = |from: i32, to: i32| f64::from(dice.between(from, to)) / 10.0;
    let values =
        vec![sodium(tenth(1320, 1470).round()), potassium(tenth(34, 56)), egfr(tenth(300, 900).round())];
    let count = vec![haemoglobin(tenth(950, 1600).round())];
    let at = shared(dice, known);
    vec![
        Report { at, panel: RENAL_PANEL, on: Time(dice.between(20, 380), 9, 5), values, ..Report::default() },
        Report {
            at: &[Gp],
            panel: BLOOD_COUNT,
            on: Time(dice.between(20, 380), 9, 5),
            values: count,
            ..Report::default()
        },
    ]
}

fn measures(dice: &mut SplitMix64) -> Vec<Measure> {
    let pressure = Reading::Pressure(f64::from(dice.between(105, 165)), f64::from(dice.between(58, 95)));
    let weight = Reading::Amount(f64::from(dice.between(450, 1050)) / 10.0, "kg");
    vec![
        measure(&[Gp], BLOOD_PRESSURE, Time(dice.between(5, 300), 10, 0), pressure),
        measure(&[Gp], WEIGHT, Day(dice.between(5, 300)), weight),
    ]
}

fn visits(dice: &mut SplitMix64, known: &[Partner]) -> Vec<Visit> {
    let mut visits = vec![Visit {
        at: &[Gp],
        what: text("Surgery consultation"),
        on: Time(dice.between(5, 300), 10, 0),
        reason: "Review",
        clinician: "Dr Idris Vane",
        headings: &[("History", "No new concerns."), ("Plan", "Continue.")],
        ..Visit::default()
    }];
    let elsewhere = [
        (Acute, &[Acute] as Holders, Setting::Outpatient, "Outpatient attendance", "Dr Priya Sethi"),
        (Eput, &[Eput], Setting::Outpatient, "Clinic attendance", "Dr Ruth Calder"),
        (Nelft, &[Nelft], Setting::HomeVisit, "Community visit", "Physiotherapist Mel Sand"),
        (Provide, &[Provide], Setting::HomeVisit, "District nursing visit", "Nurse Ade Bright"),
        (Ic24, &[Ic24], Setting::Telephone, "NHS 111 call", "111 clinical adviser"),
        (Ambulance, &[Ambulance], Setting::Emergency, "999 incident", "Paramedic Jo Cole"),
    ];
    for (partner, at, setting, what, clinician) in elsewhere {
        if known.contains(&partner) {
            let on = Time(dice.between(3, 700), 14, 20);
            visits.push(Visit {
                at,
                setting,
                what: text(what),
                on,
                reason: "Review",
                clinician,
                ..Visit::default()
            });
        }
    }
    visits
}

fn episodes(dice: &mut SplitMix64, known: &[Partner]) -> Vec<Episode> {
    let councils = [(Essex, &[Essex] as Holders), (Southend, &[Southend]), (Thurrock, &[Thurrock])];
    let here = councils.into_iter().filter(|(partner, _)| known.contains(partner));
    here.map(|(_, at)| Episode {
        at,
        service: text("Long term support: community"),
        since: Day(dice.between(30, 1500)),
        worker: "Duty desk",
        ..Episode::default()
    })
    .collect()
}
