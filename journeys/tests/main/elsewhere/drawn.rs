//! Takes a page somebody opened and a seed, gives requests: the page's own links and forms, every route of the gateway under every
//! method, and addresses of entries; with bodies a form, a resource, a patch or nothing.

use journeys::browser::Page;
use reqwest::Method;

/// Numbers of a seed, the same each time. Source: Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014 (SplitMix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn of(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let place = self.next() % u64::try_from(all.len()).unwrap();
        &all[usize::try_from(place).unwrap()]
    }
}

/// Method, path, and type and text of the body.
pub(super) type Request = (Method, String, (&'static str, String));

const FORM: &str = "application/x-www-form-urlencoded";
const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
/// What somebody would write who may not.
const RESOURCE: &str = r#"{"resourceType":"AllergyIntolerance","id":"x","code":{"text":"none"},"patient":{"reference":"Patient/x"}}"#;
const PATCH: &str = r#"[{"op":"replace","path":"/status","value":"entered-in-error"}]"#;

/// What may be drawn of one view.
pub(super) struct Drawn {
    path: String,
    routes: Vec<String>,
    links: Vec<String>,
    /// Address and fields of each.
    forms: Vec<(String, Vec<(String, String)>)>,
}

impl Drawn {
    /// `path` is empty, and there is no page, where the launch was refused.
    pub(super) fn from(path: &str, page: Option<&Page>) -> Self {
        let html = page.map_or("", |page| page.html.as_str());
        let links = html.split("<a ").skip(1).filter_map(|tag| attribute(tag, "href"));
        let links: Vec<String> = links.filter(|link| link.starts_with("/s/")).collect();
        let forms = html.split("<form ").skip(1).filter_map(form).collect();
        Self { path: path.to_owned(), routes: routes(), links, forms }
    }

    pub(super) fn request(&self, dice: &mut Dice) -> Request {
        match dice.next() % 4 {
            0 if !self.links.is_empty() => {
                (Method::GET, dice.one_of(&self.links).clone(), ("", String::new()))
            }
            1 if !self.forms.is_empty() => {
                let (action, fields) = dice.one_of(&self.forms).clone();
                (Method::POST, action, (FORM, written(&fields)))
            }
            2 => {
                let method = dice.one_of(&METHODS).clone();
                let source = dice.one_of(&["gp", "acute", "eput", "nelft", "provide", "ic24", "essex"]);
                let below = dice.one_of(&[
                    "",
                    "/AllergyIntolerance",
                    "/AllergyIntolerance/x",
                    "/Patient/x",
                    "/Binary/x",
                ]);
                let root = dice.one_of(&["/fhir/", "/s/{sid}/fhir/", "/s/{sid}/../fhir/"]);
                (method, self.here(&format!("{root}{source}{below}")), self.body(dice))
            }
            _ => {
                let method = dice.one_of(&METHODS).clone();
                let route: &String = dice.one_of(&self.routes);
                (method, self.here(route), self.body(dice))
            }
        }
    }

    /// Every route under every method that could write, each with a resource.
    pub(super) fn every_route(&self) -> Vec<Request> {
        let methods = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
        let all = self.routes.iter().flat_map(|route| methods.iter().map(move |method| (method, route)));
        let request = |(method, route): (&Method, &String)| {
            (method.clone(), self.here(route), ("application/fhir+json", RESOURCE.to_owned()))
        };
        all.map(request).collect()
    }

    /// The address with what is this view's: its session and a handle of a document; what stands for anything else is an `x`.
    fn here(&self, route: &str) -> String {
        let sid = self.path.split('/').nth(2).unwrap_or("x");
        let handles = self.links.iter().filter_map(|link| link.split('/').nth(4));
        let handle = handles.max_by_key(|handle| handle.len()).unwrap_or("x");
        let route = route.replace("{sid}", sid).replace("{handle}", handle);
        let parts = route.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
        parts.collect::<Vec<_>>().join("/")
    }

    /// A form with the page's own token, a resource, a patch, a line of an extract or nothing.
    fn body(&self, dice: &mut Dice) -> (&'static str, String) {
        let fields = self.forms.first().map_or(&[][..], |(_, fields)| fields.as_slice());
        let bodies = [
            (FORM, written(fields)),
            ("application/fhir+json", RESOURCE.to_owned()),
            ("application/json-patch+json", PATCH.to_owned()),
            ("application/x-ndjson", format!("{RESOURCE}\n")),
            (FORM, String::new()),
        ];
        dice.one_of(&bodies).clone()
    }
}

/// Every path of the public listener, from the table that is kept under test.
fn routes() -> Vec<String> {
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/web/routes.golden.txt");
    let text = std::fs::read_to_string(table).unwrap();
    let public = text.split("\n\n").next().unwrap();
    let path = |line: &str| line.split(' ').nth(1).unwrap().to_owned();
    public.lines().skip(1).map(path).collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = tag.split('>').next()?;
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    Some(rest.split('"').next()?.replace("&amp;", "&").replace("&#38;", "&"))
}

/// A form with every field filled: of a choice the first, what has no value by words.
fn form(html: &str) -> Option<(String, Vec<(String, String)>)> {
    let action = attribute(html, "action")?;
    let inside = html.split("</form>").next()?;
    let (mut fields, mut select): (Vec<(String, String)>, Option<String>) = (Vec::new(), None);
    for tag in inside.split('<').skip(1) {
        if tag.starts_with("select") {
            select = attribute(tag, "name");
        } else if tag.starts_with("option") {
            fields.extend(select.take().map(|name| (name, attribute(tag, "value").unwrap_or_default())));
        } else if let Some(name) = attribute(tag, "name") {
            fields
                .push((name, attribute(tag, "value").unwrap_or_else(|| "written from elsewhere".to_owned())));
        }
    }
    fields.dedup_by(|next, first| next.0 == first.0);
    Some((action, fields))
}

fn written(fields: &[(String, String)]) -> String {
    let encoded = |text: &str| -> String {
        let byte = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        };
        text.bytes().map(byte).collect()
    };
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}
