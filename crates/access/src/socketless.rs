//! For simulations: on a thread that has been given key sets, issuers' keys come from these and no client is made that could reach
//! anybody. Nothing of this is in a program that is built to be run: the feature is one of tests.

use std::{cell::RefCell, collections::HashMap};

thread_local! {
    static SETS: RefCell<Option<HashMap<String, Vec<u8>>>> = const { RefCell::new(None) };
    static CLIENT: RefCell<Option<reqwest::Client>> = const { RefCell::new(None) };
}

/// The key sets of this thread, by address; `None`: the network's again.
pub fn lay(sets: Option<HashMap<String, Vec<u8>>>) {
    SETS.set(sets);
}

/// `None`: the network is to be asked.
pub(crate) fn key_set(url: &str) -> Option<Option<Vec<u8>>> {
    SETS.with_borrow(|sets| sets.as_ref().map(|sets| sets.get(url).cloned()))
}

/// One client for everybody on this thread, which sends nothing: reading the machine's certificates for each would be most of what a
/// gateway costs to make.
pub fn client() -> Option<reqwest::Client> {
    if !SETS.with_borrow(Option::is_some) {
        return None;
    }
    CLIENT.with_borrow_mut(|client| {
        if client.is_none() {
            *client = reqwest::Client::builder().no_proxy().build().ok();
        }
        client.clone()
    })
}
