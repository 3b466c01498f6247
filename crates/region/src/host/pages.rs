//! The host's pages: sign-in, patient list, one patient. Plain HTML forms; every text from a person is escaped.

use super::{
    launch::LaunchFault,
    sessions::Session,
    users::{USERS, User},
};
use crate::{
    html::{document, escape},
    people::Person,
};
use jiff::{Unit, civil::Date};

/// Where people call when the Shared Care Record does not open. Invented, from the range kept for drama.
const SERVICE_DESK: &str = "01632 960000";

const WARDS: [&str; 6] =
    ["Elm ward", "Ash ward", "Frailty unit", "Community caseload A", "Community caseload B", "Clinic list"];

/// One open patient.
pub(super) struct Chart<'a> {
    pub(super) key: &'a str,
    pub(super) person: &'a Person,
    pub(super) session: &'a Session,
    pub(super) today: Date,
}

/// What stands beside the patient's own page.
pub(super) enum Panel {
    Closed,
    Open { launch_uri: String },
    Failed(LaunchFault),
}

/// The host's own number for a place in its list.
fn key(place: usize) -> String {
    format!("MPM{:05}", place + 1)
}

/// The place a local number stands for.
pub(super) fn place(key: &str) -> Option<usize> {
    key.strip_prefix("MPM")?.parse::<usize>().ok()?.checked_sub(1)
}

pub(super) fn sign_in(fault: Option<&str>) -> String {
    let fault = fault.map(|fault| format!("<p class=\"fault\" role=\"alert\">{}</p>\n", escape(fault)));
    let choice = |user: &User| {
        format!(
            "<li><button name=\"login\" value=\"{}\"><span class=\"who\">{}</span> \
             <span class=\"what\">{}, {}</span></button></li>\n",
            user.login,
            escape(&user.name()),
            escape(user.role),
            escape(user.organisation_name()),
        )
    };
    let users: String = USERS.iter().map(choice).collect();
    let body = format!(
        "<header class=\"top\"><p class=\"product\">Marlowe Patient Manager</p></header>\n<main>\n<h1>Sign in</h1>\n\
         {}<p>Demonstration system: everybody here is invented. Choose who you are.</p>\n\
         <form method=\"post\" action=\"/sign-in\">\n<ul class=\"users\">\n{users}</ul>\n</form>\n</main>\n",
        fault.unwrap_or_default(),
    );
    document("Sign in - Marlowe Patient Manager", &body)
}

pub(super) fn patient_list(session: &Session, people: &[Person]) -> String {
    let rows: String = people.iter().enumerate().map(|(place, person)| row(place, person)).collect();
    let body = format!(
        "{}<main>\n<h1>Patients</h1>\n<p>{} people. Open one, then press “Shared Care Record”.</p>\n\
         <div class=\"wide\" role=\"region\" aria-label=\"Patient list\" tabindex=\"0\">\n\
         <table>\n<thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Born</th><th scope=\"col\">NHS number</th>\
         <th scope=\"col\">Ward or caseload</th><th scope=\"col\">For the demo</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table>\n</div>\n</main>\n",
        top(session),
        people.len(),
    );
    document("Patients - Marlowe Patient Manager", &body)
}

fn row(place: usize, person: &Person) -> String {
    format!(
        "<tr><th scope=\"row\"><a href=\"/patients/{}\">{}</a></th><td>{}</td><td class=\"number\">{}</td>\
         <td>{}</td><td class=\"story\">{}</td></tr>\n",
        key(place),
        escape(&name(person)),
        day(person.birth_date),
        person.host_nhs_number().spaced(),
        ward(place),
        escape(&person.story),
    )
}

pub(super) fn no_such_patient(session: &Session) -> String {
    let body = format!(
        "{}<main>\n<h1>No such patient</h1>\n<p><a href=\"/patients\">Back to the patient list</a></p>\n</main>\n",
        top(session)
    );
    document("No such patient - Marlowe Patient Manager", &body)
}

pub(super) fn patient(chart: &Chart<'_>, panel: &Panel) -> String {
    let (said, side) = match panel {
        Panel::Closed => (String::new(), String::new()),
        Panel::Failed(fault) => (failed(fault), String::new()),
        Panel::Open { launch_uri } => (
            String::new(),
            format!(
                "<aside class=\"panel\" aria-label=\"Shared Care Record\">\n<p class=\"close\"><a href=\"/patients/{}\">Close the \
                 Shared Care Record</a></p>\n<iframe src=\"{}\" title=\"Shared Care Record\"></iframe>\n</aside>\n",
                chart.key,
                escape(launch_uri)
            ),
        ),
    };
    let layout = if side.is_empty() { "chart" } else { "chart beside" };
    let body = format!(
        "{}{}<div class=\"{layout}\">\n<main>\n{said}{}{}</main>\n{side}</div>\n",
        top(chart.session),
        banner(chart),
        buttons(chart.key),
        local_record(chart),
    );
    // The title names the system only: titles reach window lists and screen shares.
    document("Patient - Marlowe Patient Manager", &body)
}

/// The host carries on without the record, and says whom to call (R18).
fn failed(fault: &LaunchFault) -> String {
    let why = match fault {
        LaunchFault::Silent => "It did not answer.",
        LaunchFault::Refused(_) => "It refused the request.",
        LaunchFault::Sign | LaunchFault::Unreadable => "Something went wrong on the way.",
    };
    format!(
        "<div class=\"fault\" role=\"alert\"><p><strong>The Shared Care Record could not be opened.</strong> {why} \
         This patient’s own record below is complete and unaffected. If you need the shared record now, \
         call the service desk on <a href=\"tel:{}\">{SERVICE_DESK}</a>.</p></div>\n",
        SERVICE_DESK.replace(' ', "")
    )
}

fn top(session: &Session) -> String {
    format!(
        "<header class=\"top\"><p class=\"product\"><a href=\"/patients\">Marlowe Patient Manager</a></p>\
         <form method=\"post\" action=\"/sign-out\"><span>{}, {}</span> <button>Sign out</button></form></header>\n",
        escape(&session.user.name()),
        escape(session.user.role),
    )
}

fn banner(chart: &Chart<'_>) -> String {
    let person = chart.person;
    let age =
        person.birth_date.until((Unit::Year, chart.today)).map(|span| span.get_years()).unwrap_or_default();
    let age = match person.deceased {
        Some(died) => format!("Died <b>{}</b>", day(died)),
        None => format!("Age <b>{age}</b>"),
    };
    format!(
        "<section class=\"banner\" aria-label=\"Patient\">\n<h1>{}</h1>\n<p>Born <b>{}</b></p><p>{age}</p>\
         <p>Gender <b>{}</b></p><p>NHS number <b class=\"number\">{}</b></p></section>\n",
        escape(&name(person)),
        day(person.birth_date),
        escape(&capital(person.gender)),
        person.host_nhs_number().spaced(),
    )
}

fn buttons(key: &str) -> String {
    let action = format!("/patients/{key}/shared-care-record");
    format!(
        "<div class=\"actions\">\n<form method=\"post\" action=\"{action}\">\
         <button name=\"view\" value=\"panel\" class=\"main\">Shared Care Record</button></form>\n\
         <form method=\"post\" action=\"{action}\" target=\"_blank\" rel=\"noopener\">\
         <button name=\"view\" value=\"window\">Open in new window</button></form>\n\
         <form method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"purpose\" value=\"BTG\">\
         <button name=\"view\" value=\"window\" formtarget=\"_blank\">Emergency access</button></form>\n</div>\n"
    )
}

/// A little of what a hospital's own system would show.
fn local_record(chart: &Chart<'_>) -> String {
    let place = place(chart.key).unwrap_or_default();
    format!(
        "<section><h2>This stay</h2>\n<dl><dt>Where</dt><dd>{}</dd><dt>Responsible</dt><dd>Care of older people</dd>\
         <dt>Local number</dt><dd>{}</dd></dl></section>\n\
         <section><h2>Tasks today</h2>\n<ul><li>Observations every four hours</li><li>Medicines reconciliation to complete</li>\
         <li>Therapy assessment before discharge</li></ul></section>\n\
         <section><h2>For the demo</h2>\n<p>{}</p></section>\n",
        ward(place),
        escape(chart.key),
        escape(&chart.person.story),
    )
}

fn ward(place: usize) -> &'static str {
    WARDS.get(place % WARDS.len()).copied().unwrap_or_default()
}

/// FAMILY, Given (Title), as the NHS writes names, and as this host has them.
fn name(person: &Person) -> String {
    let title = person.title.as_ref().map(|title| format!(" ({title})")).unwrap_or_default();
    format!("{}, {}{title}", person.family.to_uppercase(), person.host_given().join(" "))
}

fn day(day: Date) -> String {
    day.strftime("%d-%b-%Y").to_string()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
