//! One resource as an ordered tree whose leaves are the source's own text: `10.00` stays `10.00` (HAZ-039), and every
//! leaf knows where in what was sent it comes from, so that nothing can go missing unsaid (HAZ-040).
//! Refuses nesting beyond [`DEPTH_MAX`] and repeated keys. Source: RFC 8259; FHIR R4 section 2.6.2.

use fhir::Json;
use fhir::json::DEPTH_MAX;
use std::borrow::Cow;

const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

#[derive(Clone)]
pub(super) enum Node<'a> {
    Object(Fields<'a>),
    Array(Vec<Node<'a>>),
    Leaf(Leaf<'a>),
}

/// A string, number, boolean or null, as JSON text.
#[derive(Clone)]
pub(super) struct Leaf<'a> {
    json: Cow<'a, str>,
    /// The text as sent that this leaf is, or says in R4's words. `None`: ours.
    from: Option<&'a str>,
}

/// An object's members in order.
#[derive(Clone, Default)]
pub(super) struct Fields<'a>(Vec<(Cow<'a, str>, Node<'a>)>);

impl<'a> Node<'a> {
    /// `None` where the text is no JSON, repeats a key, or is nested too deep.
    pub(super) fn read(json: Json<'a>) -> Option<Self> {
        Self::read_within(json, DEPTH_MAX)
    }

    fn read_within(json: Json<'a>, depth: usize) -> Option<Self> {
        let text = json.as_sent();
        let below = depth.checked_sub(1);
        if text.starts_with('{') {
            let mut fields = Fields::default();
            for (name, value) in json.object()?.members() {
                if fields.get(name).is_some() {
                    return None;
                }
                fields.put(name.clone(), Self::read_within(value, below?)?);
            }
            return Some(Node::Object(fields));
        }
        if text.starts_with('[') {
            let items = json.items().into_iter().map(|item| Self::read_within(item, below?));
            return items.collect::<Option<Vec<_>>>().map(Node::Array);
        }
        Some(Node::Leaf(Leaf { json: Cow::Borrowed(text), from: Some(text) }))
    }

    /// A string of ours.
    pub(super) fn ours(text: &str) -> Self {
        Node::Leaf(Leaf { json: Cow::Owned(quote(text)), from: None })
    }

    pub(super) fn object<const N: usize>(members: [(&'static str, Node<'a>); N]) -> Self {
        Node::Object(Fields(members.into_iter().map(|(name, node)| (Cow::Borrowed(name), node)).collect()))
    }

    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Node::Leaf(leaf) => leaf.text(),
            _ => None,
        }
    }

    pub(super) fn is_true(&self) -> bool {
        matches!(self, Node::Leaf(leaf) if leaf.json == "true")
    }

    /// The leaf in R4's words; anything else as it is.
    pub(super) fn instead(&self, text: &str) -> Node<'a> {
        match self {
            Node::Leaf(leaf) => leaf.instead(text),
            other => other.clone(),
        }
    }

    pub(super) fn is_false(&self) -> bool {
        matches!(self, Node::Leaf(leaf) if leaf.json == "false")
    }

    pub(super) fn as_object(&self) -> Option<&Fields<'a>> {
        match self {
            Node::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// The members of an array; a lone value is an array of one.
    pub(super) fn items(&self) -> &[Node<'a>] {
        match self {
            Node::Array(items) => items,
            lone => std::slice::from_ref(lone),
        }
    }

    pub(super) fn into_items(self) -> Vec<Node<'a>> {
        match self {
            Node::Array(items) => items,
            lone => vec![lone],
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Node::Object(fields) => fields.0.is_empty(),
            Node::Array(items) => items.is_empty(),
            Node::Leaf(leaf) => leaf.json == "null",
        }
    }

    /// Runs over this object, or over every object of this array.
    pub(super) fn each(&mut self, change: &mut dyn FnMut(&mut Fields<'a>)) {
        match self {
            Node::Object(fields) => change(fields),
            Node::Array(items) => items.iter_mut().for_each(|item| item.each(change)),
            Node::Leaf(_) => {}
        }
    }

    /// Every leaf below, in order.
    pub(super) fn leaves(&self, see: &mut dyn FnMut(&Leaf<'a>)) {
        match self {
            Node::Object(fields) => fields.0.iter().for_each(|(_, node)| node.leaves(see)),
            Node::Array(items) => items.iter().for_each(|node| node.leaves(see)),
            Node::Leaf(leaf) => see(leaf),
        }
    }

    pub(super) fn write(&self, out: &mut String) {
        match self {
            Node::Leaf(leaf) => out.push_str(&leaf.json),
            Node::Array(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    out.push_str(if place == 0 { "" } else { "," });
                    item.write(out);
                }
                out.push(']');
            }
            Node::Object(fields) => {
                out.push('{');
                for (place, (name, node)) in fields.0.iter().enumerate() {
                    out.push_str(if place == 0 { "" } else { "," });
                    out.push_str(&quote(name));
                    out.push(':');
                    node.write(out);
                }
                out.push('}');
            }
        }
    }
}

impl<'a> Leaf<'a> {
    pub(super) fn json(&self) -> &str {
        &self.json
    }

    pub(super) fn from(&self) -> Option<&'a str> {
        self.from
    }

    /// A string's text, unescaped.
    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        Json::of(&self.json).text()
    }

    /// The digits of a number that was sent as a string, as the number they are.
    pub(super) fn digits(&self) -> Option<Leaf<'a>> {
        let text = self.text()?;
        let is_number =
            Json::of(&text).number().is_some() && Json::of(&format!("[{text}]")).items().len() == 1;
        is_number.then(|| Leaf { json: Cow::Owned(text.trim().to_owned()), from: self.from })
    }

    /// What this leaf says, in R4's words.
    pub(super) fn said(&self, text: &str) -> Leaf<'a> {
        Leaf { json: Cow::Owned(quote(text)), from: self.from }
    }

    pub(super) fn instead(&self, text: &str) -> Node<'a> {
        Node::Leaf(self.said(text))
    }
}

impl<'a> Fields<'a> {
    /// Stands where R4 wants something and nothing was sent. Source: data-absent-reason.
    pub(super) fn not_known() -> Self {
        let mut fields = Self::default();
        let reason = Node::object([("url", Node::ours(ABSENT)), ("valueCode", Node::ours("unknown"))]);
        fields.put("extension", Node::Array(vec![reason]));
        fields
    }

    pub(super) fn get(&self, name: &str) -> Option<&Node<'a>> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, node)| node)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Node<'a>> {
        self.0.iter_mut().find(|(key, _)| key == name).map(|(_, node)| node)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(super) fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.get(name)?.text()
    }

    pub(super) fn object(&self, name: &str) -> Option<&Fields<'a>> {
        self.get(name)?.as_object()
    }

    pub(super) fn objects(&self, name: &str) -> impl Iterator<Item = &Fields<'a>> {
        self.get(name).map(Node::items).unwrap_or_default().iter().filter_map(Node::as_object)
    }

    /// Whether any member's name starts so: FHIR's `value[x]`.
    pub(super) fn has_choice(&self, prefix: &str) -> bool {
        self.names().any(|name| is_choice(name, prefix))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_ref())
    }

    pub(super) fn into_members(self) -> Vec<(Cow<'a, str>, Node<'a>)> {
        self.0
    }

    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &Node<'a>)> {
        self.0.iter().map(|(name, node)| (name.as_ref(), node))
    }

    pub(super) fn put(&mut self, name: impl Into<Cow<'a, str>>, node: Node<'a>) {
        self.0.push((name.into(), node));
    }

    /// After the type and the id, where readers look for it.
    pub(super) fn put_early(&mut self, name: &'static str, node: Node<'a>) {
        let head = self.0.iter().take_while(|(key, _)| key == "resourceType" || key == "id").count();
        self.0.insert(head, (Cow::Borrowed(name), node));
    }

    /// Puts a member in the place of the one of that name.
    pub(super) fn set(&mut self, name: &'static str, node: Node<'a>) {
        match self.get_mut(name) {
            Some(place) => *place = node,
            None => self.put(name, node),
        }
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Node<'a>> {
        let place = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(place).1)
    }

    /// The first member whose name is `prefix` and a type.
    pub(super) fn take_choice(&mut self, prefix: &str) -> Option<(Cow<'a, str>, Node<'a>)> {
        let place = self.0.iter().position(|(key, _)| is_choice(key, prefix))?;
        Some(self.0.remove(place))
    }

    /// Gives a member and its `_` companion another name, where it stands; where the new name is taken, nothing moves.
    pub(super) fn rename(&mut self, from: &str, to: &'static str) {
        if self.has(to) {
            return;
        }
        for (key, _) in &mut self.0 {
            if key == from {
                *key = Cow::Borrowed(to);
            } else if key.strip_prefix('_') == Some(from) {
                *key = Cow::Owned(format!("_{to}"));
            }
        }
    }

    /// Runs over the objects of one member.
    pub(super) fn each(&mut self, name: &str, change: &mut dyn FnMut(&mut Fields<'a>)) {
        if let Some(node) = self.get_mut(name) {
            node.each(change);
        }
    }
}

fn is_choice(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
}

fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if u32::from(c) < 0x20 => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
