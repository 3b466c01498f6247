//! What partners read of the audit: takes a partner's code and the certificate of who asks, gives its next rows once it is
//! recorded that they are read; states to every partner once a day how many it should have. Refuses everybody else, and records
//! that too. Source: audit.md section 11; decision 0038.

use super::Program;
use crate::{clock, entries::reading};
use access::Certificate;
use audit::feed::Partner;
use std::{sync::Arc, time::Duration};
use web::gateway::Feed;

/// How often it is looked whether a day has begun.
const EVERY: Duration = Duration::from_secs(10 * 60);

/// States until told to stop. What cannot be stated now is stated later: a statement covers everything behind the last.
pub(crate) async fn state(program: Arc<Program>, stopped: impl Future<Output = ()>) {
    tokio::pin!(stopped);
    loop {
        program.state_feeds().await;
        tokio::select! {
            () = &mut stopped => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

impl Program {
    pub(super) async fn audit_feed(
        &self,
        partner: &str,
        after: Option<u64>,
        (certificate, address): (Certificate, String),
    ) -> Feed {
        let feed = self.config.audit.feeds.iter().find(|feed| feed.ods.as_str() == partner);
        let feed = feed.filter(|feed| feed.certificates.has(&certificate));
        let (now, thumbprint) = (clock::millis(), certificate.thumbprint());
        let read = reading::by_partner((partner, &thumbprint, &address), after, feed.is_some(), now);
        let Some(feed) = feed else {
            if self.store.append(vec![read], now).await.is_err() {
                tracing::error!("that a feed was refused could not be recorded");
            }
            return Feed::NotYours;
        };
        match self.store.feed(self.partner(feed.ods.as_str()), after, read, now).await {
            Ok(batch) => lines(&batch).map_or(Feed::Unavailable, Feed::Lines),
            Err(fault) => {
                tracing::error!(partner.ods = partner, ?fault, "a partner's feed could not be read");
                Feed::Unavailable
            }
        }
    }

    pub(super) async fn state_feeds(&self) {
        let day = clock::now().strftime("%Y-%m-%d").to_string();
        for feed in &self.config.audit.feeds {
            let stated = self.store.state_feed(&self.partner(feed.ods.as_str()), &day, clock::millis()).await;
            if let Err(fault) = stated {
                tracing::error!(
                    partner.ods = feed.ods.as_str(),
                    ?fault,
                    "a feed could not be stated; it is tried again"
                );
            }
        }
    }

    fn partner(&self, ods: &str) -> Partner {
        let sources = self.config.sources.iter().filter(|source| source.ods.as_str() == ods);
        Partner { ods: ods.to_owned(), sources: sources.map(|source| source.id.to_string()).collect() }
    }
}

/// `None`: a row has no text, which no row is without.
fn lines(batch: &audit::Batch) -> Option<String> {
    let rows: Option<String> = batch.rows.iter().map(|row| row.line().ok()).collect();
    Some(rows? + &batch.end.line().ok()?)
}
