//! What replicas share beside the log, kept as one note: read, settled and written in one transaction, so that of many who ask at once
//! each finds what the others left.

use super::{
    Fault, Store, Why,
    desk::{Desk, Stop},
    rows,
};
use crate::{
    Millis,
    fleet::{Asks, Ledger},
    seal::Use,
};
use sql::{Value, first};

const WHAT: &str = "fleet";
const NAME: &str = "ledger";
/// Long after everybody who had anything would have been given up on.
const KEPT_MS: i64 = 24 * 60 * 60 * 1_000;
const FIND: &str = "SELECT content FROM note WHERE what = $1 AND name = $2";

impl Store {
    /// Lends what is left, and gives everything as it then stands. `Unknown`: what was asked for more may be lent or not, and what was
    /// asked for less may still be held back from others; the next call says. A ledger that cannot be read is `Rejected(Conflict)`.
    pub async fn settle_fleet(&self, asks: Asks, now: Millis) -> Result<Ledger, Fault> {
        self.write(1, move |desk: &mut Desk<'_>| {
            let name = desk.keys.search(WHAT, NAME);
            let place = [Value::Text(WHAT), Value::Bytes(&name)];
            let found = first(desk.link, FIND, &place)?.map(|mut line| rows::bytes(&mut line)).transpose()?;
            let opened = found.map(|sealed| desk.keys.open(Use::Note, &name, &sealed).ok());
            let read = opened.map(|bytes| bytes.and_then(|bytes| Ledger::read(&bytes)));
            let mut ledger = match read {
                None => Ledger::default(),
                Some(ledger) => ledger.ok_or(Stop::Refuse(Why::Conflict))?,
            };
            ledger.settle(&asks, now);
            let content = ledger.bytes().and_then(|bytes| desk.keys.seal(Use::Note, &name, &bytes).ok());
            let content = content.ok_or(Stop::Refuse(Why::Malformed))?;
            desk.execute(
                "INSERT INTO note (what, name, content, until) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (what, name) DO UPDATE SET content = excluded.content, until = excluded.until",
                &[
                    Value::Text(WHAT),
                    Value::Bytes(&name),
                    Value::Bytes(&content),
                    Value::Int(now.plus_ms(KEPT_MS).0),
                ],
            )?;
            Ok(Ok(ledger))
        })
        .await
    }

    /// As it stands now; nothing is asked for. Empty before the first replica asked.
    pub async fn fleet(&self) -> Result<Ledger, Fault> {
        let name = self.0.keys.search(WHAT, NAME);
        let look = move |link: &mut dyn sql::Link| {
            let found = first(link, FIND, &[Value::Text(WHAT), Value::Bytes(&name)])?;
            found.map(|mut line| rows::bytes(&mut line)).transpose()
        };
        let Some(sealed) = self.0.reader.look(look).await? else { return Ok(Ledger::default()) };
        Ledger::read(&self.opened(Use::Note, &name, &sealed)?).ok_or(Fault::Rejected(Why::Conflict))
    }
}
