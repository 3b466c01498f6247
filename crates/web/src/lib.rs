//! Show it: routes, the streamed record document, refusals. Asks no source and keeps nothing;
//! what to show is handed to it, and the program answers through [`gateway::Gateway`].

/// Every URL on one screen.
pub mod routes;
/// What the program does for a route.
pub mod gateway;
/// What is known when the first byte of a page leaves.
pub mod page;
/// When a section is written.
pub mod schedule;
/// One module per part of the page, named as its template.
pub mod view;
/// What a browser may be sent of a document.
pub mod content;
/// Pages without a person that explain the others.
pub(crate) mod help;
/// Every state's exact words.
pub mod words;
/// The same for programs.
pub(crate) mod outcome;
/// What a browser is told when nothing can be shown.
pub mod refusal;
/// Style sheet, script and icon, embedded.
pub mod assets;
/// The operator's own listener.
pub mod admin;
/// The privacy officers' own listener.
pub mod office;

/// Pages and records made by hand.
#[cfg(test)]
mod fixture;
