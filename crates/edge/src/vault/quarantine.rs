//! Messages that could not be taken, sealed, with the reason: nothing a partner sends is lost, and nothing of it is served.

use super::{Owner, Vault, place};
use crate::sql::{Line, StoreFault, Value};

/// One message that waits for a person to look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quarantined {
    pub(crate) id: i64,
    pub(crate) feed: String,
    /// Milliseconds since 1970.
    pub(crate) since: i64,
    pub(crate) reason: String,
}

/// What stands for the key of a quarantined message.
pub(crate) fn place_of(id: i64) -> Vec<u8> {
    [&b"quarantine\0"[..], &id.to_be_bytes()].concat()
}

impl Vault {
    /// Keeps it; its number.
    pub(crate) fn set_aside(
        &self,
        feed: &str,
        reason: &str,
        body: &[u8],
        now: i64,
    ) -> Result<i64, StoreFault> {
        self.write(|link| {
            let ring = self.ring()?;
            let current = ring.current()?;
            let seal = ring.seal(current, Owner::Held)?;
            let next = link.query("SELECT COALESCE(MAX(id), 0) + 1 FROM quarantine", &[])?;
            let id = next.into_iter().next().map_or(1, |mut line| line.int());
            let sealed = seal.close(&place(&self.ods, feed, None, &place_of(id)), body);
            let sealed = sealed.map_err(|_| StoreFault::WrongKey)?;
            link.execute(
                "INSERT INTO quarantine (id, feed, since, reason, key_id, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
                &[
                    Value::Int(id),
                    Value::Text(feed),
                    Value::Int(now),
                    Value::Text(reason),
                    Value::Int(current.id),
                    Value::Bytes(&sealed),
                ],
            )?;
            Ok(id)
        })
    }

    pub(crate) fn quarantined(&self) -> Result<Vec<Quarantined>, StoreFault> {
        let read = |mut line: Line| Quarantined {
            id: line.int(),
            feed: line.text(),
            since: line.int(),
            reason: line.text(),
        };
        let sql = "SELECT id, feed, since, reason FROM quarantine ORDER BY id";
        self.read(|link| Ok(link.query(sql, &[])?.into_iter().map(read).collect()))
    }

    /// The message as it came; `None` where there is none of that number.
    pub(crate) fn taken_out(&self, id: i64) -> Result<Option<Vec<u8>>, StoreFault> {
        let ring = self.ring()?;
        self.read(|link| {
            let sql = "SELECT feed, key_id, sealed FROM quarantine WHERE id = $1";
            let Some(mut line) = link.query(sql, &[Value::Int(id)])?.into_iter().next() else {
                return Ok(None);
            };
            let (feed, key_id, sealed) = (line.text(), line.int(), line.bytes().unwrap_or_default());
            ring.opened(&self.ods, &feed, None, &place_of(id), key_id, &sealed).map(Some)
        })
    }

    /// Forgets one message, or all of them.
    pub(crate) fn forget_quarantined(&self, id: Option<i64>) -> Result<u64, StoreFault> {
        self.write(|link| match id {
            Some(id) => link.execute("DELETE FROM quarantine WHERE id = $1", &[Value::Int(id)]),
            None => link.execute("DELETE FROM quarantine", &[]),
        })
    }
}
