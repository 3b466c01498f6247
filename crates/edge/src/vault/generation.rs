//! Extracts as generations: one is filled unseen, and becomes what is answered in a single step that either happened or did
//! not (HAZ-042, F30). A snapshot takes the place of everything its feed had; a delta lies on top of it. A feed of messages
//! has one generation that grows.

use super::Vault;
use crate::sql::{self, Line, Link, Row, StoreFault, Value};

/// What arrives, and how it stands to what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Everything there is: what is not in it is no more.
    Snapshot,
    /// Changes to what is there, in order.
    Delta,
    /// One at a time.
    Messages,
}

impl Mode {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Mode::Snapshot => "snapshot",
            Mode::Delta => "delta",
            Mode::Messages => "messages",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Mode::Snapshot, Mode::Delta, Mode::Messages].into_iter().find(|mode| mode.name() == name)
    }
}

/// One extract in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Generation {
    pub(crate) id: i64,
    pub(crate) feed: String,
    pub(crate) mode: Mode,
    /// The sender's own count of its extracts.
    pub(crate) sequence: i64,
    /// Milliseconds since 1970.
    pub(crate) as_at: i64,
    pub(crate) received: i64,
    pub(crate) sha256: String,
    pub(crate) size_bytes: i64,
    pub(crate) progress: Progress,
}

/// How far an extract has got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Units that are safe.
    pub(crate) reached: i64,
    /// Bytes of the report that belong to them.
    pub(crate) report: i64,
    pub(crate) taken: i64,
    pub(crate) held: i64,
    pub(crate) refused: i64,
}

const COLUMNS: &str =
    "id, feed, mode, sequence, as_at, received, sha256, size, reached, report, taken, held, refused";

/// Rows deleted in one step while an old generation is cleared away.
const CLEARED_AT_ONCE: i64 = 5_000;

impl Generation {
    pub(crate) fn content(&self) -> String {
        format!("content_{}", self.id)
    }

    pub(crate) fn names(&self) -> String {
        format!("name_{}", self.id)
    }

    /// Where the sender's own names of people mean something: in a feed of messages always, in an extract within it.
    pub(crate) fn scope(&self) -> String {
        match self.mode {
            Mode::Messages => self.feed.clone(),
            Mode::Snapshot | Mode::Delta => format!("{}#{}", self.feed, self.id),
        }
    }

    fn of(mut line: Line) -> Option<Self> {
        Some(Self {
            id: line.int(),
            feed: line.text(),
            mode: Mode::parse(&line.text())?,
            sequence: line.int(),
            as_at: line.int(),
            received: line.int(),
            sha256: line.text(),
            size_bytes: line.int(),
            progress: Progress {
                reached: line.int(),
                report: line.int(),
                taken: line.int(),
                held: line.int(),
                refused: line.int(),
            },
        })
    }
}

/// What of a feed is answered, lowest layer first.
pub(crate) fn live(link: &mut dyn Link, feed: &str) -> Result<Vec<Generation>, StoreFault> {
    in_state(link, feed, "live")
}

fn in_state(link: &mut dyn Link, feed: &str, state: &str) -> Result<Vec<Generation>, StoreFault> {
    let sql = format!("SELECT {COLUMNS} FROM generation WHERE feed = $1 AND state = $2 ORDER BY layer, id");
    let lines = link.query(&sql, &[Value::Text(feed), Value::Text(state)])?;
    Ok(lines.into_iter().filter_map(Generation::of).collect())
}

/// Everything of any feed that has tables.
pub(crate) fn all(link: &mut dyn Link) -> Result<Vec<Generation>, StoreFault> {
    let lines = link.query(&format!("SELECT {COLUMNS} FROM generation ORDER BY id"), &[])?;
    Ok(lines.into_iter().filter_map(Generation::of).collect())
}

impl Vault {
    /// What was being filled when the node last stopped.
    pub(crate) fn staged(&self, feed: &str) -> Result<Option<Generation>, StoreFault> {
        self.read(|link| Ok(in_state(link, feed, "staged")?.pop()))
    }

    pub(crate) fn live(&self, feed: &str) -> Result<Vec<Generation>, StoreFault> {
        self.read(|link| live(link, feed))
    }

    /// Begins an extract; `id` and `progress` are given.
    pub(crate) fn begin(&self, new: &Generation, state: &str) -> Result<Generation, StoreFault> {
        self.write(|link| begin(link, new, state))
    }

    /// What rests in these generations: an extract knows its counts, messages are counted.
    pub(crate) fn counts(&self, layers: &[Generation]) -> Result<Progress, StoreFault> {
        let mut counts = Progress::default();
        for layer in layers {
            if layer.mode != Mode::Messages {
                counts.taken += layer.progress.taken;
                counts.held += layer.progress.held;
                counts.refused += layer.progress.refused;
                continue;
            }
            let sql = format!("SELECT COUNT(person), COUNT(*) FROM {}", layer.content());
            let (taken, all) = self.read(|link| {
                let lines = link.query(&sql, &[])?;
                Ok(lines.into_iter().next().map_or((0, 0), |mut line| (line.int(), line.int())))
            })?;
            counts.taken += taken;
            counts.held += all - taken;
        }
        Ok(counts)
    }

    /// A feed of messages has one generation, made when first needed.
    pub(crate) fn messages(&self, feed: &str, now: i64) -> Result<Generation, StoreFault> {
        if let Some(there) = self.live(feed)?.into_iter().find(|one| one.mode == Mode::Messages) {
            return Ok(there);
        }
        let new = Generation {
            id: 0,
            feed: feed.to_owned(),
            mode: Mode::Messages,
            sequence: 0,
            as_at: 0,
            received: now,
            sha256: String::new(),
            size_bytes: 0,
            progress: Progress::default(),
        };
        self.write(|link| {
            // Two first messages may come at once: the second finds what the first made.
            match live(link, feed)?.into_iter().find(|one| one.mode == Mode::Messages) {
                Some(there) => Ok(there),
                None => begin(link, &new, "live"),
            }
        })
    }

    /// Makes a filled extract what is answered. What it replaces is cleared away later.
    pub(crate) fn publish(
        &self,
        staged: &Generation,
        receipt: (&str, &str),
        now: i64,
    ) -> Result<(), StoreFault> {
        self.write(|link| indexes(link, staged))?;
        self.write(|link| {
            let layers = live(link, &staged.feed)?;
            let layer = match staged.mode {
                Mode::Snapshot => {
                    let sql = "UPDATE generation SET state = 'dropped' WHERE feed = $1 AND state = 'live'";
                    link.execute(sql, &[Value::Text(&staged.feed)])?;
                    0
                }
                _ => i64::try_from(layers.len()).unwrap_or(i64::MAX),
            };
            link.execute(
                "UPDATE generation SET state = 'live', layer = $1, received = $2 WHERE id = $3",
                &[Value::Int(layer), Value::Int(now), Value::Int(staged.id)],
            )?;
            note_receipt(link, receipt, &staged.feed, now)
        })
    }

    /// Gives up what was being filled.
    pub(crate) fn discard(&self, staged: &Generation) -> Result<(), StoreFault> {
        let sql = "UPDATE generation SET state = 'dropped' WHERE id = $1";
        self.write(|link| link.execute(sql, &[Value::Int(staged.id)]).map(drop))
    }

    /// Clears one step of what is answered no more; `false` when nothing is left.
    pub(crate) fn clear_step(&self) -> Result<bool, StoreFault> {
        let sql = format!("SELECT {COLUMNS} FROM generation WHERE state = 'dropped' ORDER BY id");
        let dropped =
            self.read(|link| Ok(link.query(&sql, &[])?.into_iter().next().and_then(Generation::of)))?;
        let Some(dropped) = dropped else { return Ok(false) };
        self.write(|link| {
            let content = dropped.content();
            let last = Value::Int(CLEARED_AT_ONCE);
            let sql =
                format!("DELETE FROM {content} WHERE n IN (SELECT n FROM {content} ORDER BY n LIMIT $1)");
            if link.execute(&sql, &[last])? == 0 {
                link.batch(&format!("DROP TABLE {content}; DROP TABLE {};", dropped.names()))?;
                link.execute(
                    "DELETE FROM party WHERE scope = $1",
                    &[Value::Text(&format!("{}#{}", dropped.feed, dropped.id))],
                )?;
                link.execute("DELETE FROM generation WHERE id = $1", &[Value::Int(dropped.id)])?;
            }
            Ok(true)
        })
    }
}

/// Its tables and its line.
fn begin(link: &mut dyn Link, new: &Generation, state: &str) -> Result<Generation, StoreFault> {
    let next = link.query("SELECT COALESCE(MAX(id), 0) + 1 FROM generation", &[])?;
    let id = next.into_iter().next().map_or(1, |mut line| line.int());
    let made = Generation { id, progress: Progress::default(), ..new.clone() };
    link.execute(
        "INSERT INTO generation VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, $9, 0, 0, 0, 0, 0)",
        &[
            Value::Int(id),
            Value::Text(&made.feed),
            Value::Text(state),
            Value::Text(made.mode.name()),
            Value::Int(made.sequence),
            Value::Int(made.as_at),
            Value::Int(made.received),
            Value::Text(&made.sha256),
            Value::Int(made.size_bytes),
        ],
    )?;
    let (content, names) = (made.content(), made.names());
    link.batch(&format!(
        "CREATE TABLE {content} (n ROWKEY PRIMARY KEY, person BYTEA, subject BYTEA, key BYTEA NOT NULL, digest BYTEA NOT NULL, \
         ord BIGINT NOT NULL, received BIGINT NOT NULL, gone BIGINT NOT NULL, key_id BIGINT NOT NULL, sealed BYTEA NOT NULL);
         CREATE TABLE {names} (name BYTEA NOT NULL, n BIGINT NOT NULL);"
    ))?;
    if made.mode == Mode::Messages {
        indexes(link, &made)?;
    }
    Ok(made)
}

/// The same, of a generation that came back.
pub(crate) fn index(link: &mut dyn Link, id: i64) -> Result<(), StoreFault> {
    match all(link)?.into_iter().find(|one| one.id == id) {
        Some(one) => indexes(link, &one),
        None => Err(StoreFault::Damaged),
    }
}

/// Indexes cost least when the rows are in.
fn indexes(link: &mut dyn Link, of: &Generation) -> Result<(), StoreFault> {
    let (id, content, names) = (of.id, of.content(), of.names());
    link.batch(&format!(
        "CREATE INDEX IF NOT EXISTS {content}_person ON {content} (person);
         CREATE INDEX IF NOT EXISTS {names}_name ON {names} (name);"
    ))?;
    if of.mode != Mode::Snapshot {
        link.batch(&format!("CREATE INDEX IF NOT EXISTS content_{id}_key ON {content} (key);"))?;
    }
    if of.mode == Mode::Messages {
        link.batch(&format!("CREATE INDEX IF NOT EXISTS content_{id}_subject ON {content} (subject);"))?;
    }
    Ok(())
}

/// Adds rows and how far they reach, together.
pub(crate) fn append(
    link: &mut dyn Link,
    to: &Generation,
    rows: &[Row],
    progress: Progress,
) -> Result<(), StoreFault> {
    sql::insert(link, &to.content(), rows)?;
    link.execute(
        "UPDATE generation SET reached = $1, report = $2, taken = $3, held = $4, refused = $5 WHERE id = $6",
        &[
            Value::Int(progress.reached),
            Value::Int(progress.report),
            Value::Int(progress.taken),
            Value::Int(progress.held),
            Value::Int(progress.refused),
            Value::Int(to.id),
        ],
    )
    .map(drop)
}

/// Messages are counted one on another: a feed of them has no other total.
pub(crate) fn count(
    link: &mut dyn Link,
    to: &Generation,
    taken: i64,
    held: i64,
    refused: i64,
) -> Result<(), StoreFault> {
    let sql =
        "UPDATE generation SET taken = taken + $1, held = held + $2, refused = refused + $3 WHERE id = $4";
    let values = [taken, held, refused, to.id].map(Value::Int);
    link.execute(sql, &values).map(drop)
}

/// The number of the next message.
pub(crate) fn next_row(link: &mut dyn Link, of: &Generation) -> Result<i64, StoreFault> {
    let lines = link.query(&format!("SELECT COALESCE(MAX(n), 0) + 1 FROM {}", of.content()), &[])?;
    Ok(lines.into_iter().next().map_or(1, |mut line| line.int()))
}

/// Messages came: what is here is as at now.
pub(crate) fn came(link: &mut dyn Link, to: &Generation, now: i64) -> Result<(), StoreFault> {
    let sql = "UPDATE generation SET as_at = $1, received = $1 WHERE id = $2";
    link.execute(sql, &[Value::Int(now), Value::Int(to.id)]).map(drop)
}

pub(crate) fn note_receipt(
    link: &mut dyn Link,
    (id, body): (&str, &str),
    feed: &str,
    now: i64,
) -> Result<(), StoreFault> {
    let sql =
        "INSERT INTO receipt (id, feed, since, body) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING";
    link.execute(sql, &[Value::Text(id), Value::Text(feed), Value::Int(now), Value::Text(body)]).map(drop)
}
