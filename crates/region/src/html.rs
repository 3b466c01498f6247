//! Takes text, gives it safe to stand in a page or an attribute; and wraps pages in their document.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};

/// Text with the five characters that mean something to HTML replaced.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A whole document in British English. `title` is text, `body` is HTML; the style sheet is at `/style.css`.
pub(crate) fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
         <link rel=\"stylesheet\" href=\"/style.css\">\n<link rel=\"icon\" href=\"data:,\">\n</head>\n\
         <body>\n{body}</body>\n</html>\n",
        escape(title)
    )
}

/// A page with the headers every page of the region has. `frames` is the one origin it may frame and post on to.
pub(crate) fn page(status: StatusCode, html: String, frames: &str) -> Response {
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; frame-src {frames}; \
         form-action 'self' {frames}; base-uri 'none'; frame-ancestors 'none'"
    );
    let mut response = (status, Html(html)).into_response();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    set(header::CONTENT_SECURITY_POLICY, &policy);
    set(header::CACHE_CONTROL, "no-store");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    response
}

/// A style sheet embedded in the program.
pub(crate) fn style(css: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], css).into_response()
}

#[cfg(test)]
mod tests {
    use super::{document, escape};

    #[test]
    fn text_from_a_person_never_becomes_markup() {
        assert_eq!(escape("<b onclick='x'>\"&\""), "&lt;b onclick=&#39;x&#39;&gt;&quot;&amp;&quot;");
        assert!(document("</title><script>", "").contains("<title>&lt;/title&gt;&lt;script&gt;</title>"));
    }
}
