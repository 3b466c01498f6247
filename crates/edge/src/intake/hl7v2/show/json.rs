//! Takes members of a resource, gives R4 JSON: what is absent is left out, digits stand as they were sent (HAZ-014).
//! Source: FHIR R4 2.6.2, decimal precision.

/// A JSON value.
#[derive(Clone)]
pub(crate) enum Node {
    Text(String),
    /// Written as it stands: the digits of a JSON number.
    Digits(String),
    List(Vec<Node>),
    Object(Object),
}

/// A JSON object; its members keep their order.
#[derive(Clone, Default)]
pub(crate) struct Object(Vec<(&'static str, Node)>);

impl Object {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// With one more member, unless there is nothing to say in it.
    pub(crate) fn with(mut self, key: &'static str, value: impl Worth) -> Self {
        self.0.extend(value.node().map(|node| (key, node)));
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        out.push('{');
        for (place, (key, node)) in self.0.iter().enumerate() {
            out.push_str(if place > 0 { ",\"" } else { "\"" });
            out.push_str(key);
            out.push_str("\":");
            node.write(out);
        }
        out.push('}');
    }
}

impl Node {
    fn write(&self, out: &mut String) {
        match self {
            // A text always has a JSON form.
            Node::Text(text) => out.push_str(&serde_json::to_string(text).unwrap_or_else(|_| "\"\"".into())),
            Node::Digits(digits) => out.push_str(digits),
            Node::Object(object) => object.write(out),
            Node::List(nodes) => {
                out.push('[');
                for (place, node) in nodes.iter().enumerate() {
                    out.push_str(if place > 0 { "," } else { "" });
                    node.write(out);
                }
                out.push(']');
            }
        }
    }

    /// The text as a number, digit for digit; nothing where JSON has no such number.
    pub(crate) fn number(digits: &str) -> Option<Self> {
        let starts = digits.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        let is_number = starts && serde_json::from_str::<&serde_json::value::RawValue>(digits).is_ok();
        (is_number && digits.trim() == digits).then(|| Node::Digits(digits.to_owned()))
    }
}

/// What may stand in a member.
pub(crate) trait Worth {
    /// `None` where there is nothing to say.
    fn node(self) -> Option<Node>;
}

impl Worth for Node {
    fn node(self) -> Option<Node> {
        Some(self)
    }
}

impl Worth for &str {
    fn node(self) -> Option<Node> {
        (!self.is_empty()).then(|| Node::Text(self.to_owned()))
    }
}

impl Worth for String {
    fn node(self) -> Option<Node> {
        (!self.is_empty()).then_some(Node::Text(self))
    }
}

impl Worth for Object {
    fn node(self) -> Option<Node> {
        (!self.is_empty()).then_some(Node::Object(self))
    }
}

impl<T: Worth> Worth for Option<T> {
    fn node(self) -> Option<Node> {
        self.and_then(Worth::node)
    }
}

impl<T: Worth> Worth for Vec<T> {
    fn node(self) -> Option<Node> {
        let nodes: Vec<Node> = self.into_iter().filter_map(Worth::node).collect();
        (!nodes.is_empty()).then_some(Node::List(nodes))
    }
}
