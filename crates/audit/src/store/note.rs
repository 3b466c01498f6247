//! Small values with an end, for whoever must find them again within minutes or a day: an authorisation under way, a
//! state as it was last known. Names are keyed hashes and contents are sealed, so nothing here tells who anybody is.

use super::{Fault, Store, rows};
use crate::{Millis, hash::Hash, seal::Use};
use sql::{Value, first};

impl Store {
    /// Keeps `content` under `what` and `name` until `until`, in place of what was there.
    pub async fn put_note(
        &self,
        what: &'static str,
        name: &str,
        content: &[u8],
        until: Millis,
    ) -> Result<(), Fault> {
        let name = self.0.keys.search(what, name);
        let content = self.0.keys.seal(Use::Note, &name, content).map_err(|_| Fault::Unavailable)?;
        self.write(1, move |desk| {
            desk.execute(
                "INSERT INTO note (what, name, content, until) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (what, name) DO UPDATE SET content = excluded.content, until = excluded.until",
                &[Value::Text(what), Value::Bytes(&name), Value::Bytes(&content), Value::Int(until.0)],
            )?;
            Ok(Ok(()))
        })
        .await
    }

    /// What is kept and has not ended; it stays.
    pub async fn note(&self, what: &'static str, name: &str, now: Millis) -> Result<Option<Vec<u8>>, Fault> {
        let name = self.0.keys.search(what, name);
        let sealed: Option<Vec<u8>> = self
            .0
            .reader
            .look(move |link| {
                let sql = "SELECT content FROM note WHERE what = $1 AND name = $2 AND until > $3";
                let found = first(link, sql, &[Value::Text(what), Value::Bytes(&name), Value::Int(now.0)])?;
                found.map(|mut line| rows::bytes(&mut line)).transpose()
            })
            .await?;
        sealed.map(|sealed| self.opened_note(&name, &sealed)).transpose()
    }

    /// The same, once: whoever comes second finds nothing. On the writer, so that of many at once one gets it.
    pub async fn take_note(
        &self,
        what: &'static str,
        name: &str,
        now: Millis,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let name = self.0.keys.search(what, name);
        let sealed: Option<Vec<u8>> = self
            .write(1, move |desk| {
                let sql = "DELETE FROM note WHERE what = $1 AND name = $2 RETURNING content, until";
                let found = desk.query(sql, &[Value::Text(what), Value::Bytes(&name)])?.into_iter().next();
                let found = found.map(|mut line| (line.bytes(), line.int()));
                Ok(Ok(found.filter(|(_, until)| *until > now.0).and_then(|(content, _)| content)))
            })
            .await?;
        sealed.map(|sealed| self.opened_note(&name, &sealed)).transpose()
    }

    fn opened_note(&self, name: &Hash, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
        self.opened(Use::Note, name, sealed)
    }
}
