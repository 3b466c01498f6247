//! Takes why a view ended while its page was still being written, gives the end of that page: words in the place of all that
//! stood there. Also the page without script that nobody has used. Source: access.md section 4; HAZ-003, HAZ-034.

use super::finish::Footer;
use super::frame::drawn;
use crate::assets;
use crate::page::Page;
use crate::words;
use access::session::Ending;
use askama::Template;

#[derive(Template)]
#[template(path = "ended.html", whitespace = "minimize")]
struct Ended<'a> {
    words: &'static str,
    footer: Footer<'a>,
}

#[derive(Template)]
#[template(path = "put_away.html", whitespace = "minimize")]
struct PutAway<'a> {
    css: &'a str,
    icon: &'a str,
    path: &'a str,
    training: bool,
}

/// The end of a document whose view has ended: by style sheet it covers all that was written before it, with script and
/// without; with script it also takes it away. It must be written last.
pub fn ended(page: &Page, ending: Ending) -> String {
    drawn(&Ended { words: words::ended(ending), footer: Footer::of(page) })
}

/// The whole page. It names nobody; its link opens the record anew while the view lives.
pub fn put_away(path: &str, training: bool) -> String {
    drawn(&PutAway { css: &assets::STYLE.path, icon: &assets::ICON.path, path, training })
}
