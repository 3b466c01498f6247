//! Takes the name of a help page and what is known of the deployment, gives the page; nothing of a person, and no page by another name.
//! Source: viewer.md section 7, Help; requirements R28, R46, R55, R68.

use crate::routes::Settings;
use crate::view::drawn;
use crate::{assets, words};
use askama::Template;
use fhir::ReplyState;
use fhir::reply::{NotAsked, Silence, Withholder};
use std::sync::LazyLock;

/// One page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    Start,
    States,
    Glossary,
    Keyboard,
    Limits,
    Accessibility,
    Sharing,
    Partners,
    Contacts,
    Report,
    Safety,
    /// For training alone.
    Tour,
}

/// In the order of their links.
const PAGES: [Page; 12] = [
    Page::Start,
    Page::States,
    Page::Glossary,
    Page::Keyboard,
    Page::Limits,
    Page::Accessibility,
    Page::Sharing,
    Page::Partners,
    Page::Contacts,
    Page::Report,
    Page::Safety,
    Page::Tour,
];

#[derive(Template)]
#[template(path = "help.html", whitespace = "minimize")]
struct Help<'a> {
    css: &'a str,
    icon: &'a str,
    page: Page,
    pages: Vec<Page>,
    settings: &'a Settings,
    states: Vec<(String, &'static str)>,
    glossary: &'a [(&'static str, &'static str)],
}

/// `slug` is what stands behind `/help/`. `None`: there is no such page here.
pub(crate) fn help(slug: &str, settings: &Settings) -> Option<String> {
    let pages: Vec<Page> =
        PAGES.into_iter().filter(|page| *page != Page::Tour || settings.training).collect();
    let page = pages.iter().copied().find(|page| page.slug() == slug)?;
    Some(drawn(&Help {
        css: &assets::STYLE.path,
        icon: &assets::ICON.path,
        page,
        pages,
        settings,
        states: states(),
        glossary: &GLOSSARY,
    }))
}

impl Page {
    fn slug(self) -> &'static str {
        match self {
            Page::Start => "",
            Page::States => "states",
            Page::Glossary => "glossary",
            Page::Keyboard => "keyboard",
            Page::Limits => "limits",
            Page::Accessibility => "accessibility",
            Page::Sharing => "sharing",
            Page::Partners => "partners",
            Page::Contacts => "contacts",
            Page::Report => "report",
            Page::Safety => "safety",
            Page::Tour => "tour",
        }
    }

    pub(crate) fn address(self) -> String {
        format!("/help/{}", self.slug()).trim_end_matches('/').to_owned()
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Page::Start => "Quick start",
            Page::States => "What the words mean",
            Page::Glossary => "Glossary",
            Page::Keyboard => "Keyboard",
            Page::Limits => "Known limits",
            Page::Accessibility => "Accessibility",
            Page::Sharing => "How information is shared",
            Page::Partners => "What each partner shares",
            Page::Contacts => "Contacts",
            Page::Report => "Report a problem",
            Page::Safety => "Clinical safety",
            Page::Tour => "A first visit",
        }
    }
}

/// Term and meaning, from the one file.
static GLOSSARY: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let lines = include_str!("../help/glossary.txt").lines();
    lines.filter_map(|line| line.split_once(" | ")).collect()
});

/// The states as the page words them, with what each means.
fn states() -> Vec<(String, &'static str)> {
    let say = |state: ReplyState| words::in_section("Acute", "medicines", &state, "14:02", "7K2M-9QF4");
    vec![
        (say(ReplyState::Answered), "The source was asked and answered at that time."),
        (
            words::with_warnings("Acute", "14:02", &["showing 200 of 1,001"]),
            "It answered, and said something about its own answer.",
        ),
        (
            words::nothing_recorded("medicines", &["GP", "Acute"]),
            "These sources answered that they hold nothing. It says nothing about the others.",
        ),
        (say(ReplyState::DidNotAnswer(Silence::TimedOut)), "It was asked. What it holds is not known."),
        (
            say(ReplyState::DidNotAnswer(Silence::BreakerOpen { since: "13:40".to_owned() })),
            "It has been failing and is being left to recover.",
        ),
        (say(ReplyState::Unreadable(String::new())), "It answered in a form that could not be shown."),
        (
            say(ReplyState::Withheld(Withholder::Source(String::new()))),
            "It holds something it does not release.",
        ),
        (
            words::HELD_BACK_BY_ROLE.to_owned(),
            "Your role sees part of this. It is said whether or not there is more.",
        ),
        (say(ReplyState::NotShared), "The partner does not share this kind of information yet."),
        (
            say(ReplyState::NotAsked(NotAsked(words::ROLE_EXCLUDES.to_owned()))),
            "It was not asked, for the reason given.",
        ),
        (words::waiting(&["MH"]), "The page is still coming. The section will stand here."),
        (
            words::late_heading("MH", "14:02:07", 3),
            "It answered after its sections were written. Read them at the end of the page.",
        ),
        (
            words::periodic("Community", "nightly", "22-Nov-2026 02:10"),
            "It sends extracts: what you see is as old as that.",
        ),
        (
            words::stale("Community", "nightly", "19-Nov-2026 02:10", "24 h"),
            "Its last extract is older than agreed.",
        ),
        (words::NOT_FINISHED.to_owned(), "The page was cut off. Open it again before you rely on it."),
    ]
}

#[cfg(test)]
mod tests;
