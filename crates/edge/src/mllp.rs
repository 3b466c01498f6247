//! HL7 v2 over MLLP: takes messages off a connection one after the other, and answers each once what became of it is durable.
//! A connection that brings what is no frame is closed; a store that cannot be written is answered with an error, never with
//! silence or a yes. Source: HL7 v2.5.1 chapter 2 and appendix C.

use crate::{
    deliver::Delivered,
    intake::hl7v2::{
        ack::{self, Outcome},
        mllp::{self, Decoder, Event},
    },
    node::Node,
    tls::Guard,
    unit::Refused,
};
use std::{io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    sync::Semaphore,
};

/// Connections at once.
const CONNECTIONS: usize = 64;
/// A connection that says nothing for so long is closed.
const SILENCE: Duration = Duration::from_secs(3600);

/// Takes connections until dropped.
pub(crate) async fn serve(node: Node, feed: String, listener: TcpListener, guard: Option<Guard>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
            tracing::warn!(feed.id = %feed, "more connections than are taken at once: one was closed");
            continue;
        };
        let (node, feed, guard) = (node.clone(), feed.clone(), guard.clone());
        tokio::spawn(async move {
            let _place = place;
            let ended = match guard {
                Some(guard) => match guard.greet(stream).await {
                    Ok(stream) => converse(&node, &feed, stream).await,
                    Err(error) => Err(error),
                },
                None => converse(&node, &feed, stream).await,
            };
            if let Err(error) = ended {
                tracing::debug!(%error, feed.id = %feed, "a connection ended");
            }
        });
    }
}

async fn converse(
    node: &Node,
    feed: &str,
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
) -> io::Result<()> {
    let mut decoder = Decoder::default();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = tokio::time::timeout(SILENCE, stream.read(&mut buffer)).await;
        let got = read.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        if got == 0 {
            return Ok(());
        }
        let mut events = decoder.push(buffer.get(..got).unwrap_or_default());
        // Whoever speaks something else never begins a frame.
        events.extend((decoder.outside() > 0).then(|| Event::Junk(decoder.outside())));
        for event in events {
            match event {
                Event::Frame(message) => {
                    for reply in answer(node, feed, message).await {
                        stream.write_all(&mllp::encode(reply.as_bytes())).await?;
                    }
                    stream.flush().await?;
                }
                Event::Junk(bytes) => {
                    tracing::warn!(feed.id = %feed, bytes, "a connection brought what is no message");
                    return Err(io::ErrorKind::InvalidData.into());
                }
                Event::TooLarge(beginning) => {
                    tracing::warn!(feed.id = %feed, "a message larger than is taken was let go");
                    let refused = Outcome::Error(Refused::new("the message is larger than is taken here"));
                    for reply in replies(node, &beginning, &refused) {
                        stream.write_all(&mllp::encode(reply.as_bytes())).await?;
                    }
                    stream.flush().await?;
                }
            }
        }
    }
}

/// Never before it is durable.
async fn answer(node: &Node, feed: &str, message: Vec<u8>) -> Vec<String> {
    let (taker, name) = (node.clone(), feed.to_owned());
    let done = tokio::task::spawn_blocking(move || {
        let delivered = taker.deliver(&name, &message);
        (message, delivered)
    });
    let Ok((message, delivered)) = done.await else { return Vec::new() };
    let outcome = match delivered {
        Ok(Ok(units)) => {
            let refused = units.into_iter().find_map(|unit| match unit {
                Delivered::Refused(why) => Some(why),
                _ => None,
            });
            refused.map_or(Outcome::Accepted, Outcome::refused)
        }
        Ok(Err(unusable)) => Outcome::Error(Refused::new(unusable.to_string())),
        Err(fault) => {
            tracing::error!(%fault, feed.id = %feed, "a message could not be stored");
            Outcome::Error(Refused::new("it could not be stored now: send it again"))
        }
    };
    replies(node, &message, &outcome)
}

fn replies(node: &Node, message: &[u8], outcome: &Outcome) -> Vec<String> {
    let zone = jiff::tz::TimeZone::get("Europe/London").unwrap_or(jiff::tz::TimeZone::UTC);
    let now = node.now().to_zoned(zone).strftime("%Y%m%d%H%M%S%z").to_string();
    let id: String = uuid::Uuid::new_v4().simple().to_string().chars().take(20).collect();
    ack::replies(message, outcome, &now, &id)
}

#[cfg(test)]
mod tests;
