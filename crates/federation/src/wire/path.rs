//! Takes the path of an address that somebody else wrote, says whether it leads upwards once a server has decoded it: such
//! a path is compared as one place and read as another (HAZ-041). Source: RFC 3986 section 5.2.4 (dot segments) and 3.3.

/// Written, in small letters, and what a server may read it as.
const ESCAPES: [(&str, &str); 5] = [("%25", "%"), ("%2e", "."), ("%2f", "/"), ("%5c", "/"), ("%3b", ";")];

/// So often is it decoded; whatever is still wrapped then was wrapped to deceive.
const TIMES: usize = 4;

/// Some servers leave a step's parameters out: `..;x` is `..` to them.
pub(crate) fn climbs(path: &str) -> bool {
    let decoded = (0..TIMES).fold(path.to_ascii_lowercase().replace('\\', "/"), |path, _| {
        ESCAPES.iter().fold(path, |path, (written, read)| path.replace(written, read))
    });
    let is_upwards = |step: &str| step.split(';').next() == Some("..");
    decoded.contains("%25") || decoded.split('/').any(is_upwards)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_upwards_is_found_however_it_is_written() {
        let upwards = [
            "/a/../b",
            "/..",
            "/%2e%2e/b",
            "/.%2E/b",
            "/x%2f..%2fb",
            "/%252e%252e%252fb",
            "/%25252e./b",
            "/..;/b",
            "/..;x=1/b",
            "/..%3b/b",
            "/..%5cb",
            "/..\\b",
            "/%2525252525252e",
        ];
        for path in upwards {
            assert!(climbs(path), "HAZ-041: {path}");
        }
        for path in ["", "/", "/Binary/b1", "/a..b", "/...", "/a.b/c%20d", "/100%25", "/a;v=1/b", "/x..;y"] {
            assert!(!climbs(path), "{path}");
        }
    }
}
