//! Takes what the driver says went wrong, gives a fault of the store. Keeps the SQLSTATE and nothing of the server's words: its
//! detail line may quote a row. Source: PostgreSQL 15 manual, appendix A (error codes).

use crate::Fault;
use ::postgres::{Error, error::SqlState};
use std::{error::Error as _, io};

/// What may be told of a failure.
#[derive(Debug, thiserror::Error)]
pub(super) enum Said {
    #[error("the server answered with SQLSTATE {0}")]
    State(String),
    #[error("{0}")]
    Driver(String),
    #[error("{0}: {1}")]
    Connection(String, String),
    #[error("the server committed with a warning: it is not known whether the commit is durable")]
    Unconfirmed,
    #[error("a statement of the transaction failed, and it was ended as if none had")]
    Swallowed,
    #[error("every connection for reading is in use")]
    Busy,
    #[error("the server has not yet given up the connection this node lost")]
    Lingering,
}

impl From<Said> for Fault {
    fn from(said: Said) -> Self {
        Fault::Unavailable(Box::new(said))
    }
}

/// Of a statement.
pub(super) fn of_statement(error: &Error) -> Fault {
    match error.code() {
        Some(state) => of_state(state),
        // Only the operating system's words, or those of TLS: no other cause is known to hold no content.
        None => match error.source().and_then(|cause| cause.downcast_ref::<io::Error>()) {
            Some(cause) => Said::Connection(error.to_string(), cause.to_string()).into(),
            None => Said::Driver(error.to_string()).into(),
        },
    }
}

/// Of an attempt to connect: no row has been spoken of yet.
pub(super) fn of_connection(error: &Error) -> Fault {
    match (error.code(), error.source()) {
        (Some(state), _) => of_state(state),
        (None, Some(cause)) => Said::Connection(error.to_string(), cause.to_string()).into(),
        (None, None) => Said::Driver(error.to_string()).into(),
    }
}

pub(super) fn of_state(state: &SqlState) -> Fault {
    match *state {
        SqlState::DISK_FULL => Fault::Full,
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => Fault::Damaged,
        SqlState::LOCK_NOT_AVAILABLE => Fault::Busy,
        SqlState::UNIQUE_VIOLATION => Fault::Taken(Box::new(Said::State(state.code().to_owned()))),
        _ => Said::State(state.code().to_owned()).into(),
    }
}

/// Whether the transaction, which the server has undone, may succeed when it is run again.
pub(super) fn is_passing(error: &Error) -> bool {
    let passing = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED];
    error.code().is_some_and(|state| passing.contains(state))
}

/// Whether a commit was surely undone. Of any other failure nobody knows: also a server told to stop, or to stop waiting for a
/// standby, may have it.
pub(super) fn is_undone(error: &Error) -> bool {
    let states = [SqlState::IN_FAILED_SQL_TRANSACTION, SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT];
    // Class 40 is "transaction rollback", class 23 a constraint looked at in the end.
    error.code().is_some_and(|state| {
        states.contains(state) || state.code().starts_with("40") || state.code().starts_with("23")
    })
}

/// Whether a table is not there: a reader may see it named in its own state of everything when it has just been dropped.
pub(super) fn is_gone(error: &Error) -> bool {
    error.code() == Some(&SqlState::UNDEFINED_TABLE)
}
