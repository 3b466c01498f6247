//! Invented reports in the forms published ones take, and hostile ones.

/// Every published report.
mod corpus;

use super::{Cda, answer, report};
use crate::format::{About, Format, Kept, Seen, Shown, Unusable};
use crate::unit::{Refused, Unit, Untraced, Whose};
use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use serde_json::Value;
use std::ops::ControlFlow;

type Taken = Vec<Result<Unit, Refused>>;

pub(super) const IC24: Cda = Cda { restricted_is_ordinary: true };

pub(super) fn read(format: &Cda, xml: &[u8]) -> (Result<Seen, Unusable>, Taken) {
    let mut taken = Vec::new();
    let seen = format.read(&mut &xml[..], &mut |_, unit| {
        taken.push(unit);
        ControlFlow::Continue(())
    });
    (seen, taken)
}

pub(super) fn show(format: &Cda, units: &[&Unit]) -> Vec<Shown> {
    let kept: Vec<Kept<'_>> = units.iter().map(|unit| Kept { order: unit.order, body: &unit.body }).collect();
    let id = |name: &str| name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    format.show(&kept, &About { ods: "ZZ1", partner: "Invented urgent care", feed: "calls", id: &id })
}

fn parsed(shown: &[Shown], kind: &str) -> Vec<Value> {
    let of = shown.iter().filter(|one| one.resource_type == kind);
    of.map(|one| serde_json::from_str(&one.json).unwrap()).collect()
}

/// A report: its person's ids, its version, its confidentiality, its sections.
fn report_xml(ids: &str, version: &str, confidentiality: &str, sections: &str) -> String {
    format!(
        r#"<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="AAAA"/>
        <code code="819551000000100" codeSystem="2.16.840.1.113883.2.1.3.2.4.15"/><title>NHS 111 Report</title>
        <effectiveTime value="20260102030405+0000"/><confidentialityCode code="{confidentiality}"/><setId root="SET1"/>
        <versionNumber value="{version}"/><recordTarget><patientRole>{ids}<patient><name><given>Ann</given>
        <family>Other</family></name><administrativeGenderCode code="2"/><birthTime value="19400203"/></patient>
        </patientRole></recordTarget><author><assignedAuthor><assignedPerson><name>Sam Caller</name></assignedPerson>
        <representedOrganization><name>Invented 111</name></representedOrganization></assignedAuthor></author>
        <participant typeCode="CALLBCK"><associatedEntity><telecom value="tel:01632 960001"/></associatedEntity></participant>
        <authorization><consent><code code="425691002" displayName="Consent given for electronic record sharing"/></consent>
        </authorization><componentOf><encompassingEncounter>
        <id root="2.16.840.1.113883.2.1.3.2.4.18.34" extension="CASE7"/><code code="NHS111Encounter" displayName="NHS111 Encounter"/>
        <effectiveTime><low value="202601020300+00"/><high value="202601020310+00"/></effectiveTime>
        <dischargeDispositionCode code="Dx06" codeSystem="2.16.840.1.113883.2.1.3.2.4.17.325" displayName="Contact within 6 hours"/>
        </encompassingEncounter></componentOf><component><structuredBody><component><section>{sections}</section></component>
        </structuredBody></component></ClinicalDocument>"#
    )
}

const TRACED: &str = r#"<id root="2.16.840.1.113883.2.1.4.1" extension="9990000018"/>"#;
const TWO: &str = r#"<component><section><title>Patient's Reported Condition</title><text>Cough &lt;2 days<br/>no fever</text></section></component>
    <component><section><title>Advice Given</title><text><paragraph>Rest.</paragraph></text></section></component>"#;

fn ordinary() -> String {
    report_xml(TRACED, "1", "R", TWO)
}

fn enveloped(manifest: &str, payloads: &str) -> String {
    format!(
        r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="http://www.w3.org/2005/08/addressing">
        <s:Header><a:Action>urn:nhs-itk:services:201005:SendNHS111Report-v2-0</a:Action><a:MessageID>M1</a:MessageID></s:Header>
        <s:Body><DistributionEnvelope xmlns="urn:nhs-itk:ns:201005"><header trackingid="T1">{manifest}</header>{payloads}
        </DistributionEnvelope></s:Body></s:Envelope>"#
    )
}

fn one(xml: &str) -> Unit {
    let (seen, mut taken) = read(&IC24, xml.as_bytes());
    assert_eq!(seen.unwrap().units, 1);
    taken.remove(0).unwrap()
}

#[test]
fn a_report_becomes_one_unit_whose_higher_version_is_the_later() {
    let (first, second) = (one(&ordinary()), one(&report_xml(TRACED, "2", "R", TWO)));
    assert!(matches!(&first.whose, Whose::Person(number) if number.digits() == "9990000018"));
    assert_eq!((first.key.as_str(), &first.key), ("set1", &second.key), "HAZ-043");
    assert!(second.order > first.order, "HAZ-043");
    assert!(first.local.is_empty() && first.act.is_none());
    let later = report_xml(TRACED, "1", "R", TWO).replace("20260102030405", "20260102030406");
    assert!(one(&later).order > first.order && one(&later).order < second.order);
}

#[test]
fn only_the_root_of_traced_numbers_says_whose_it_is() {
    let id = |root: &str, value: &str| format!(r#"<id root="{root}" extension="{value}"/>"#);
    let unverified = "2.16.840.1.113883.2.1.3.2.4.18.23";
    let traced = "2.16.840.1.113883.2.1.4.1";
    let cases = [
        (String::new(), Untraced::NoNumber),
        (id("2.16.840.1.113883.2.1.3.2.4.18.24", "K1"), Untraced::NoNumber),
        (id(unverified, "9990000018"), Untraced::NotVerified),
        (id(unverified, "999000001"), Untraced::NotVerified),
        (id(traced, "9990000019"), Untraced::NotANumber),
        (format!("{TRACED}{}", id(traced, "9990000026")), Untraced::Several),
    ];
    for (ids, why) in cases {
        let unit = one(&report_xml(&ids, "1", "R", TWO));
        assert!(matches!(unit.whose, Whose::Untraced(found) if found == why), "HAZ-042: {why:?}");
    }
}

/// shows: R62
#[test]
fn a_report_is_shown_as_a_contact_with_its_sections_whole_and_in_order() {
    let shown = show(&IC24, &[&one(&ordinary())]);
    let encounter = &parsed(&shown, "Encounter")[0];
    assert_eq!(encounter["type"][0]["text"], "NHS 111 Report");
    assert_eq!(encounter["period"]["start"], "2026-01-02T03:00:00+00:00");
    assert_eq!(encounter["hospitalization"]["dischargeDisposition"]["text"], "Contact within 6 hours (Dx06)");
    assert_eq!(encounter["serviceProvider"]["display"], "Invented 111");
    assert_eq!(encounter["identifier"][0]["value"], "CASE7");
    assert_eq!(encounter["reasonCode"][0]["text"], "Cough <2 days no fever");
    assert_eq!(encounter["subject"]["reference"], "Patient/~");
    let div = encounter["text"]["div"].as_str().unwrap();
    let expected = [
        "01632 960001",
        "Consent given for electronic record sharing",
        "Reported Condition",
        "Cough &lt;2 days<br/>no fever",
        "Advice Given",
        "<p>Rest.</p>",
    ];
    let places: Vec<usize> =
        expected.iter().map(|words| div.find(words).unwrap_or_else(|| panic!("{words}"))).collect();
    assert!(places.is_sorted(), "HAZ-020");
    assert!(
        shown
            .iter()
            .all(|one| !["AllergyIntolerance", "Condition", "Consent"].contains(&one.resource_type.as_str()))
    );
    assert_eq!(shown.iter().filter(|one| one.is_context).count(), 2);
}

/// shows: R67
#[test]
fn the_original_is_served_byte_by_byte_and_the_page_begins_with_its_head() {
    let xml = ordinary();
    let shown = show(&IC24, &[&one(&xml)]);
    let (reference, binaries) = (parsed(&shown, "DocumentReference").remove(0), parsed(&shown, "Binary"));
    let bytes = |place: usize| STANDARD.decode(binaries[place]["data"].as_str().unwrap()).unwrap();
    assert_eq!(bytes(1), xml.as_bytes());
    for place in 0..2 {
        let attachment = &reference["content"][place]["attachment"];
        assert_eq!(attachment["url"], format!("Binary/{}", binaries[place]["id"].as_str().unwrap()));
        assert_eq!(attachment["size"], bytes(place).len());
    }
    let page = String::from_utf8(bytes(0)).unwrap();
    let places: Vec<usize> =
        ["<h1>NHS 111 Report</h1>", "Invented 111", "(Dx06)", "01632 960001", "Advice Given"]
            .iter()
            .map(|w| page.find(w).unwrap())
            .collect();
    assert!(places.is_sorted());
}

#[test]
fn v_restricts_whatever_is_shown_and_r_only_where_the_feed_says_so() {
    let strict = Cda { restricted_is_ordinary: false };
    for (format, code, restricts) in
        [(&IC24, "V", true), (&IC24, "R", false), (&IC24, "N", false), (&strict, "R", true)]
    {
        let shown = show(format, &[&one(&report_xml(TRACED, "1", code, TWO))]);
        assert_eq!(shown.len(), 4);
        for resource in &shown {
            let json: Value = serde_json::from_str(&resource.json).unwrap();
            let found = json["meta"]["security"][0]["code"].as_str();
            assert_eq!(found, restricts.then_some(code), "HAZ-023: {}", resource.resource_type);
        }
    }
}

#[test]
fn every_word_of_a_narrative_stays_and_nothing_active_does() {
    let text = r#"<text><content styleCode="Bold" onclick="x()">Bold</content><content revised="delete">Gone</content>
        <list listType="ordered"><caption>Steps</caption><item>First</item><item>Second<sub>2</sub></item></list>
        <table border="1"><caption>Readings</caption><thead><tr><th colspan="2">Pulse</th></tr></thead><tbody><tr><td>80</td><td>90</td></tr></tbody></table>
        <footnote>Small print</footnote><linkHtml href="javascript:alert(1)">Leaflet</linkHtml>
        <renderMultiMedia referencedObject="p1"><caption>Rash</caption></renderMultiMedia>5<script>alert(2)</script>6
        <paragraph>&lt;img src=x onerror=y&gt;</paragraph></text>"#;
    let section = format!("<component><section><title>A &lt;b&gt;</title>{text}</section></component>");
    let (seen, mut taken) = read(&IC24, report_xml(TRACED, "1", "R", &section).as_bytes());
    assert_eq!(seen.unwrap().unknown, [("narrative elements shown by their words alone".to_owned(), 2)]);
    let shown = show(&IC24, &[&taken.remove(0).unwrap()]);
    let div = parsed(&shown, "Encounter")[0]["text"]["div"].as_str().unwrap().to_owned();
    for kept in [
        "<b>Bold</b>",
        "<del>Gone</del>",
        "<p>Steps</p><ol><li>First</li><li>Second<sub>2</sub></li></ol>",
        "<table><caption>Readings</caption><thead><tr><th colspan=\"2\">Pulse</th></tr></thead><tbody><tr><td>80</td><td>90</td></tr></tbody></table>",
        "[Footnote: Small print]",
        "Leaflet (javascript:alert(1))",
        "[picture not shown]",
        "Rash",
        "5 alert(2) 6",
        "<p>&lt;img src=x onerror=y&gt;</p>",
        "A &lt;b&gt;",
    ] {
        assert!(div.contains(kept), "HAZ-021: {kept}\n{div}");
    }
    for active in ["onclick", "<script", "<a ", "href=", "<img"] {
        assert!(!div.contains(active), "HAZ-041: {active}");
    }
}

#[test]
fn sections_without_words_say_what_they_have() {
    let sections = "<component><section><title>Questions</title><entry/><entry/></section></component>\
        <component><section><title>Empty</title></section></component>\
        <component><section><title>Outer</title><component><section><title>Inner</title><text>Deep</text></section></component></section></component>";
    let shown = show(&IC24, &[&one(&report_xml(TRACED, "1", "R", sections))]);
    let div = parsed(&shown, "Encounter")[0]["text"]["div"].as_str().unwrap().to_owned();
    for said in [
        "[2 coded or attached entries, in the original only.]",
        "[Nothing was sent under this heading.]",
        "<h3>Outer, Inner</h3><div>Deep</div>",
    ] {
        assert!(div.contains(said), "HAZ-011: {said}\n{div}");
    }
}

#[test]
fn payloads_are_read_inline_or_in_base64_and_counted_against_the_manifest() {
    let inline = ordinary();
    let encoded = STANDARD.encode(report_xml(TRACED, "2", "R", TWO).replace("SET1", "SET2"));
    let manifest = r#"<manifest count="2"><manifestitem id="a" mimetype="text/xml"/><manifestitem id="b" mimetype="text/xml" base64="true"/></manifest>"#;
    let payloads = format!(
        r#"<payloads count="2"><payload id="a">{inline}</payload><payload id="b">{encoded}</payload></payloads>"#
    );
    let (seen, taken) = read(&IC24, enveloped(manifest, &payloads).as_bytes());
    assert_eq!(seen.unwrap().units, 2);
    let keys: Vec<&str> = taken.iter().map(|unit| unit.as_ref().unwrap().key.as_str()).collect();
    assert_eq!(keys, ["set1", "set2"]);
    let fewer = payloads.replace(r#"count="2""#, "");
    let fewer =
        fewer.split_once(r#"<payload id="b">"#).map(|(kept, _)| format!("{kept}</payloads>")).unwrap();
    let (seen, taken) = read(&IC24, enveloped(manifest, &fewer).as_bytes());
    assert_eq!(seen, Err(Unusable::Whole("its manifest counts 2 payloads and 1 came".to_owned())), "HAZ-042");
    assert!(taken.is_empty());
}

#[test]
fn a_namespace_declared_further_out_goes_with_the_document() {
    let prefixed = ordinary().replace("<ClinicalDocument xmlns=\"urn:hl7-org:v3\">", "<h:ClinicalDocument>");
    let prefixed = prefixed.replace("</ClinicalDocument>", "</h:ClinicalDocument>");
    let all = prefixed.replace("<", "<h:").replace("<h:/", "</h:").replace("h:h:", "h:");
    let payloads =
        format!(r#"<payloads xmlns:h="urn:hl7-org:v3"><payload id="a">{all}</payload></payloads>"#);
    let unit = one(&enveloped("", &payloads));
    assert!(matches!(unit.whose, Whose::Person(_)));
    assert_eq!(parsed(&show(&IC24, &[&unit]), "Encounter").len(), 1);
}

#[test]
fn what_is_compressed_encrypted_or_no_report_is_refused_by_name() {
    let said = |attributes: &str, inside: &str| {
        let manifest = format!(r#"<manifest count="1"><manifestitem id="a" {attributes}/></manifest>"#);
        let (_, mut taken) = read(
            &IC24,
            enveloped(&manifest, &format!(r#"<payloads><payload id="a">{inside}</payload></payloads>"#))
                .as_bytes(),
        );
        taken.remove(0).unwrap_err().to_string()
    };
    assert!(said(r#"compressed="true""#, "H4sI").contains("compressed"));
    assert!(said(r#"encrypted="true""#, "H4sI").contains("encrypted"));
    assert!(said("", "<other/>").contains("something else"));
    assert!(said("", "&amp;&amp;").contains("base64"));
    assert!(said("", "").contains("empty"));
    assert!(said("", &STANDARD.encode("<!DOCTYPE a><a/>")).contains("document type"));
    let nameless = ordinary().replace(r#"<setId root="SET1"/>"#, "").replace(r#"<id root="AAAA"/>"#, "");
    assert!(read(&IC24, nameless.as_bytes()).1[0].is_err(), "HAZ-043");
    for other in ["<html/>", "{}", "", "<ClinicalDocument/>"] {
        assert!(read(&IC24, other.as_bytes()).0.is_err(), "{other}");
    }
}

// shows: A38
#[test]
fn hostile_xml_is_refused_and_a_report_cut_anywhere_is_never_a_panic() {
    let bomb = format!("<!DOCTYPE a [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>{}", ordinary());
    let entity = ordinary().replace("Cough", "&xxe;");
    let deep = report_xml(
        TRACED,
        "1",
        "R",
        &format!(
            "<component><section><text>{}{}</text></section></component>",
            "<x>".repeat(100_000),
            "</x>".repeat(100_000)
        ),
    );
    for hostile in [bomb, entity, deep] {
        let (seen, taken) = read(&IC24, hostile.as_bytes());
        assert!(seen.is_err() && taken.is_empty(), "HAZ-041");
    }
    let huge = report_xml(
        TRACED,
        "1",
        "R",
        &TWO.replace("<title>", &format!("<title x=\"{}\">", "y".repeat(2_000_000))),
    );
    assert!(read(&IC24, huge.as_bytes()).0.is_ok());
    let whole = enveloped("", &format!("<payloads><payload id='a'>{}</payload></payloads>", ordinary()));
    for end in 0..whole.len() {
        assert!(read(&IC24, &whole.as_bytes()[..end]).0.is_err(), "HAZ-042: cut at {end}");
    }
}

#[test]
fn what_was_kept_and_cannot_be_read_shows_nothing_and_never_panics() {
    for body in [&b""[..], b"{}\n", b"{\"parts\":[9]}\nab", b"{\"parts\":[2]}\n<a", b"\xff\n"] {
        let kept = [Kept { order: 0, body }];
        let about = About { ods: "ZZ1", partner: "p", feed: "f", id: &|name| name.to_owned() };
        assert!(IC24.show(&kept, &about).is_empty());
        assert!(IC24.person(&kept).is_none());
    }
}

#[test]
fn the_sender_knows_the_person_from_its_latest_report() {
    let (first, second) = (one(&ordinary()), one(&report_xml(TRACED, "2", "R", TWO).replace("Ann", "Anne")));
    let kept =
        [Kept { order: first.order, body: &first.body }, Kept { order: second.order, body: &second.body }];
    let person = IC24.person(&kept).unwrap();
    assert_eq!(
        (person.family.as_deref(), person.given.as_slice()),
        (Some("Other"), &["Anne".to_owned()][..])
    );
    assert_eq!((person.birth_date.as_deref(), person.gender), (Some("1940-02-03"), Some("female")));
}

#[test]
fn the_sender_is_answered_with_its_own_ids_or_with_a_fault() {
    let xml = enveloped("", &format!("<payloads><payload id='uuid_1'>{}</payload></payloads>", ordinary()));
    let request = answer::request(xml.as_bytes());
    let made =
        answer::Answer { message_id: "N1", created: "2026-01-02T03:04:05Z", expires: "2026-01-02T03:09:05Z" };
    let read = |xml: &str| {
        let tree = roxmltree::Document::parse(xml).unwrap();
        let text = |name: &str| {
            tree.descendants()
                .find(|node| node.tag_name().name() == name)
                .and_then(|node| node.text())
                .map(str::to_owned)
        };
        ["RelatesTo", "Action", "SimpleMessageResponse", "ErrorDiagnosticText", "faultcode"].map(text)
    };
    let some = |text: &str| Some(text.to_owned());
    let action = some("urn:nhs-itk:services:201005:SendNHS111Report-v2-0Response");
    assert_eq!(read(&answer::taken(&request, &made)), [some("M1"), action, some("OK:uuid_1"), None, None]);
    let fault = some("http://www.w3.org/2005/08/addressing/soap/fault");
    let refused = answer::refused(&request, &made, "`payload`: a <bad> & one");
    assert_eq!(read(&refused), [some("M1"), fault, None, some("`payload`: a <bad> & one"), some("s:Client")]);
    let unread = answer::refused(&answer::request(b"\xff"), &made, "not UTF-8");
    assert_eq!(read(&unread)[0], None);
}

/// Trees of narrative elements, known and unknown, with words between them.
fn trees() -> impl Strategy<Value = String> {
    let names = [
        "content",
        "paragraph",
        "list",
        "item",
        "table",
        "tbody",
        "tr",
        "td",
        "caption",
        "sub",
        "footnote",
        "linkHtml",
        "script",
        "x",
        "br",
    ];
    let word = "[a-z<>&\"']{1,6}".prop_map(|word| super::narrative::escape(&word));
    word.prop_recursive(5, 40, 5, move |inner| {
        (prop::sample::select(names.to_vec()), prop::collection::vec(inner, 0..5))
            .prop_map(|(name, parts)| format!("<{name} onclick='x'>{}</{name}>", parts.join(" ")))
    })
}

proptest! {
    /// HAZ-021, HAZ-041: whatever a sender nests, every word of it stays in its order, and every element is one of ours.
    #[test]
    fn any_narrative_keeps_its_words_and_becomes_our_elements(inside in trees()) {
        let xml = format!("<text>{inside}</text>");
        let tree = roxmltree::Document::parse(&xml).unwrap();
        let made = format!("<div>{}</div>", super::narrative::render(tree.root_element()).html);
        let made = roxmltree::Document::parse(&made).unwrap();
        const OURS: [&str; 21] = ["div", "p", "span", "b", "i", "u", "del", "ul", "ol", "li", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "sub", "sup", "br"];
        for node in made.descendants().filter(|node| node.is_element()) {
            prop_assert!(OURS.contains(&node.tag_name().name()) && node.attributes().len() == 0);
        }
        let words = |tree: &roxmltree::Document<'_>| -> Vec<String> {
            let text: String = tree.descendants().filter(|node| node.is_text()).filter_map(|node| node.text()).map(|text| format!(" {text}")).collect();
            text.split_whitespace().map(|word| word.trim_end_matches(']').to_owned()).collect()
        };
        // A caption goes before its list, so words are counted; the bracket behind a footnote is ours.
        let (mut sent, mut shown) = (words(&tree), words(&made));
        sent.sort();
        shown.sort();
        let mut left = shown.into_iter();
        for word in sent {
            prop_assert!(left.any(|kept| kept == word), "lost a word");
        }
    }
}

/// The reader by itself.
pub(super) fn sections(xml: &str) -> Vec<(String, String)> {
    let tree = super::envelope::tree(xml).unwrap();
    let report = report::read(tree.root_element()).unwrap();
    report.sections.into_iter().map(|section| (section.title, section.words)).collect()
}
