//! For simulations: on a thread that has been given a network, every request goes there instead of to a socket. Limits, deadlines and
//! everything behind them stay what they are. Nothing of this is in a program that is built to be run: the feature is one of tests.

use crate::fault::Fault;
use futures_util::future::BoxFuture;
use reqwest::{Client, Request, Response};
use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

/// Whoever answers.
pub trait Network: Send + Sync {
    /// The head of an answer; its body may be on its way. Dropped when nobody waits any more.
    fn answer(&self, request: Request) -> BoxFuture<'static, Result<Response, NoAnswer>>;
}

/// Why there is not even a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    Refused,
    Unreachable,
    Broke,
}

/// Bugs that a simulation must find, one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    /// Whom an answer is about is not looked at once its Patient is the right one.
    EntriesOfAnybody,
    /// Every place at a source is counted twice.
    CeilingTwice,
    /// Every place that was lent is counted twice.
    LeaseTwice,
}

thread_local! {
    static NETWORK: RefCell<Option<Arc<dyn Network>>> = const { RefCell::new(None) };
    static PLANTED: Cell<Option<Planted>> = const { Cell::new(None) };
}

/// The network of this thread; `None`: sockets again.
pub fn lay(network: Option<Arc<dyn Network>>) {
    NETWORK.set(network);
}

/// From now on, on this thread.
pub fn plant(bug: Option<Planted>) {
    PLANTED.set(bug);
}

pub(crate) fn has(bug: Planted) -> bool {
    PLANTED.get() == Some(bug)
}

/// `None`: over a socket.
pub(crate) fn answer(request: &Request) -> Option<BoxFuture<'static, Result<Response, NoAnswer>>> {
    let network = NETWORK.with_borrow(Clone::clone)?;
    request.try_clone().map(|request| network.answer(request))
}

pub(crate) fn is_laid() -> bool {
    NETWORK.with_borrow(Option::is_some)
}

/// The client of this thread, which sends nothing.
pub(crate) fn client() -> Option<Client> {
    access::socketless::client()
}

impl From<NoAnswer> for Fault {
    fn from(why: NoAnswer) -> Self {
        match why {
            NoAnswer::Refused => Fault::Refused,
            NoAnswer::Unreachable => Fault::Unreachable,
            NoAnswer::Broke => Fault::Broke,
        }
    }
}
