//! The reading of pages: words that belong together stay together, and what nobody sees is not read.

use super::*;

#[test]
fn words_are_read_in_order_without_tags_or_scripts() {
    let html = "<h2>Known&nbsp;<b>all</b>ergies</h2><!-- <p>not --><script>no()</script><p>a &lt; b &#39;c&#x27; R&D</p>";
    assert_eq!(text(html), "Known allergies a < b 'c' R&D");
}

#[test]
fn one_section_is_read_alone() {
    let html = "<section id=\"s-ale\"><h2>Alerts</h2></section><section class=\"x\" id=\"s-med\" y><p>Tablets</p></section>";
    assert_eq!(section(html, "med").as_deref(), Some("Tablets"));
    assert_eq!(section(html, "pla"), None);
}
