//! One message into the store: all of it or none, durable before anybody is told that it was taken. What cannot be taken is
//! set aside, sealed, with the reason. The same message again is known, and changes nothing.

use crate::{
    feed::Feed,
    format::Unusable,
    sql::{self, StoreFault},
    unit::{Refused, Unit, Untraced},
    vault::{
        Vault,
        filing::{Filed, Filing},
        generation,
    },
};
use std::ops::ControlFlow;

/// A message larger than this is refused.
pub(crate) const MESSAGE_MAX_BYTES: usize = 24 * 1024 * 1024;

/// What became of one unit of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    Taken,
    Held(Untraced),
    /// The very same was here before.
    Repeated,
    Refused(Refused),
}

/// Takes one message in. `Ok(Err)`: nothing in it could be read, and it was set aside.
pub(crate) fn deliver(
    vault: &Vault,
    feed: &Feed,
    bytes: &[u8],
    now: i64,
) -> Result<Result<Vec<Delivered>, Unusable>, StoreFault> {
    let id = &feed.config.id;
    if bytes.len() > MESSAGE_MAX_BYTES {
        return Ok(Err(Unusable::Whole(format!("it is larger than {MESSAGE_MAX_BYTES} bytes"))));
    }
    let mut units: Vec<Result<Unit, Refused>> = Vec::new();
    let mut input = bytes;
    let read = feed.format.read(&mut input, &mut |_, unit| {
        units.push(feed.admitted(unit));
        ControlFlow::Continue(())
    });
    if let Err(unusable) = read {
        vault.set_aside(id, &unusable.to_string(), bytes, now)?;
        return Ok(Err(unusable));
    }
    let delivered = file(vault, feed, &units, now)?;
    if let Some(Delivered::Refused(why)) = delivered.iter().find(|one| matches!(one, Delivered::Refused(_))) {
        vault.set_aside(id, &why.to_string(), bytes, now)?;
    }
    Ok(Ok(delivered))
}

fn file(
    vault: &Vault,
    feed: &Feed,
    units: &[Result<Unit, Refused>],
    now: i64,
) -> Result<Vec<Delivered>, StoreFault> {
    let to = vault.messages(&feed.config.id, now)?;
    vault.write(|link| {
        // Asked for here: a change of key that ends before this commits must not leave rows under the old one.
        let ring = vault.ring()?;
        let mut filing = Filing::new(&ring, &vault.ods, &to, now);
        let mut n = generation::next_row(link, &to)?;
        let mut delivered = Vec::with_capacity(units.len());
        for unit in units {
            let unit = match unit {
                Ok(unit) => unit,
                Err(why) => {
                    delivered.push(Delivered::Refused(why.clone()));
                    continue;
                }
            };
            let (filed, row) = filing.file(link, n, unit)?;
            n += 1;
            if let Some(row) = row {
                sql::insert(link, &to.content(), &[row])?;
            }
            delivered.push(match filed {
                Filed::Taken => Delivered::Taken,
                Filed::Held(why) => Delivered::Held(why),
                Filed::Duplicate => Delivered::Repeated,
                Filed::Conflict(reason) => Delivered::Refused(Refused::new(reason)),
            });
        }
        let count = |is: fn(&Delivered) -> bool| {
            i64::try_from(delivered.iter().filter(|one| is(one)).count()).unwrap_or(i64::MAX)
        };
        let taken = count(|one| *one == Delivered::Taken);
        let held = count(|one| matches!(one, Delivered::Held(_)));
        let refused = count(|one| matches!(one, Delivered::Refused(_)));
        generation::count(link, &to, taken, held, refused)?;
        // What was refused makes nothing fresher (HAZ-008).
        if delivered.iter().any(|one| !matches!(one, Delivered::Refused(_))) {
            generation::came(link, &to, now)?;
        }
        Ok(delivered)
    })
}
