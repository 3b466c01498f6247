//! Takes what passed between us and a source during a test question, gives it as a list for the report. An opening never
//! keeps one: its addresses could name a person (HAZ-049).

use crate::fault::Fault;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// One request and how it was answered.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Exchange {
    pub method: String,
    /// Without query, and without any number that could be a person's.
    pub path: String,
    /// `None`: no answer.
    pub status: Option<u16>,
    pub media_type: String,
    pub elapsed_ms: u64,
    pub size_bytes: u64,
    pub fault: Option<String>,
}

impl Exchange {
    /// A token endpoint speaks OAuth, not FHIR.
    pub fn is_token(&self) -> bool {
        self.path.ends_with("/token")
    }
}

/// The exchanges of one test question.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Vec<Exchange>>);

impl Log {
    pub(crate) fn taken(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn note(
        &self,
        request: &reqwest::Request,
        took: Duration,
        answer: Result<(u16, &str, usize), &Fault>,
    ) {
        let (status, media_type, size) = match answer {
            Ok((status, media_type, size)) => (Some(status), media_type.to_owned(), size),
            Err(_) => (None, String::new(), 0),
        };
        let exchange = Exchange {
            method: request.method().to_string(),
            path: masked(request.url().path()),
            status,
            media_type,
            elapsed_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            size_bytes: size as u64,
            fault: answer.err().map(ToString::to_string),
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    }
}

/// Ten digits in a row could be somebody.
fn masked(path: &str) -> String {
    let mask = |part: &str| {
        let is_number = part.len() == 10 && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { "{nhs-number}".to_owned() } else { part.to_owned() }
    };
    path.split('/').map(mask).collect::<Vec<_>>().join("/")
}
