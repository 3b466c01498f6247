//! What of a resource did not come over: takes what was sent and what was made of it, gives every path that stands in
//! "as sent" alone. Computed from the leaves themselves, so that no converter can forget to say it (HAZ-040).

use super::Dropped;
use super::tree::{Leaf, Node};
use super::work::{Work, place};
use std::collections::HashSet;

pub(super) fn dropped(sent: &Node<'_>, made: &Node<'_>, root: &str, work: &Work) -> Vec<Dropped> {
    let mut carried = HashSet::new();
    made.leaves(&mut |leaf| carried.extend(place(leaf)));
    let mut account = Account { carried, work, dropped: Vec::new() };
    account.walk(sent, root.to_owned());
    account.dropped
}

struct Account<'w> {
    carried: HashSet<usize>,
    work: &'w Work,
    dropped: Vec<Dropped>,
}

impl Account<'_> {
    /// A subtree that is lost whole for one reason is listed once.
    fn walk(&mut self, node: &Node<'_>, path: String) {
        if let Some(why) = self.lost_whole(node) {
            let mut sent = String::new();
            node.write(&mut sent);
            self.dropped.push(Dropped { path, why, sent });
            return;
        }
        match node {
            Node::Object(fields) => {
                fields.members().for_each(|(name, child)| self.walk(child, format!("{path}.{name}")));
            }
            Node::Array(items) => {
                let numbered = items.iter().enumerate();
                numbered.for_each(|(place, child)| self.walk(child, format!("{path}[{place}]")));
            }
            Node::Leaf(_) => {}
        }
    }

    fn lost_whole(&self, node: &Node<'_>) -> Option<&'static str> {
        let (mut reasons, mut is_whole) = (Vec::new(), true);
        node.leaves(&mut |leaf| match self.lost(leaf) {
            Some(why) if reasons.first().is_none_or(|first| *first == why) => reasons.push(why),
            _ => is_whole = false,
        });
        if is_whole { reasons.first().copied() } else { None }
    }

    fn lost(&self, leaf: &Leaf<'_>) -> Option<&'static str> {
        let place = place(leaf)?;
        let is_kept = leaf.json() == "null" || self.carried.contains(&place) || self.work.is_ruled(place);
        if is_kept { None } else { Some(self.work.why(place)) }
    }
}
