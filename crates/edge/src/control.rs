//! The socket a running node takes commands at: in its own folder, for its own user alone. A command is one line of JSON, and
//! what the node says is a line each. Source: unix(7).

use crate::{
    command::{Command, Said},
    node::Node,
};
use serde::{Deserialize, Serialize};
use std::{
    io::{self, BufRead, BufReader, Write},
    os::unix::{fs::PermissionsExt, net::UnixStream},
    path::{Path, PathBuf},
};
use tokio::net::UnixListener;

const NAME: &str = "control.sock";
/// A command longer than this is not one.
const LONGEST: u64 = 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Call {
    by: String,
    command: Command,
}

fn path(state: &Path) -> PathBuf {
    state.join(NAME)
}

/// Takes commands until dropped.
pub(crate) fn listen(node: &Node) -> io::Result<UnixListener> {
    let path = path(&node.config().state_dir);
    // Only one process holds the store, so what lies there is a dead one's.
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600))?;
    Ok(listener)
}

pub(crate) async fn serve(node: Node, listener: UnixListener) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let node = node.clone();
        let served = async move {
            let stream = stream.into_std()?;
            stream.set_nonblocking(false)?;
            tokio::task::spawn_blocking(move || answer(&node, stream)).await.map_err(io::Error::other)?
        };
        tokio::spawn(async move {
            if let Err(error) = served.await {
                tracing::debug!(%error, "a command was not heard to its end");
            }
        });
    }
}

fn answer(node: &Node, stream: UnixStream) -> io::Result<()> {
    let mut line = String::new();
    BufReader::new(io::Read::take(stream.try_clone()?, LONGEST)).read_line(&mut line)?;
    let mut out = stream;
    let mut say = |said: &Said| -> io::Result<()> {
        let mut text = serde_json::to_vec(said).map_err(io::Error::other)?;
        text.push(b'\n');
        out.write_all(&text)
    };
    let last = match serde_json::from_str::<Call>(&line) {
        Err(_) => Said::Fault("not a command of this version".to_owned()),
        // Whoever asked may be gone: what was asked is done all the same.
        Ok(call) => match node.perform(call.command, &call.by, &mut |said| drop(say(&said))) {
            Ok(value) => Said::Done(value),
            Err(fault) => Said::Fault(fault.to_string()),
        },
    };
    say(&last)
}

/// Asks the node that runs on this state folder. `None`: none does. Blocks.
pub fn ask(
    state: &Path,
    command: &Command,
    by: &str,
    mut hear: impl FnMut(Said),
) -> Option<io::Result<Result<serde_json::Value, String>>> {
    let stream = UnixStream::connect(path(state)).ok()?;
    Some(converse(stream, command, by, &mut hear))
}

fn converse(
    mut stream: UnixStream,
    command: &Command,
    by: &str,
    hear: &mut dyn FnMut(Said),
) -> io::Result<Result<serde_json::Value, String>> {
    #[derive(Serialize)]
    struct Sent<'a> {
        by: &'a str,
        command: &'a Command,
    }
    let mut line = serde_json::to_vec(&Sent { by, command }).map_err(io::Error::other)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    for line in BufReader::new(stream).lines() {
        match serde_json::from_str(&line?).map_err(io::Error::other)? {
            Said::Done(value) => return Ok(Ok(value)),
            Said::Fault(reason) => return Ok(Err(reason)),
            said => hear(said),
        }
    }
    Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the node went away before it was done"))
}
