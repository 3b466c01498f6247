//! An extract that arrives piece by piece: begun with its manifest, gone on with where it was, loaded when its last byte is
//! there. Every piece is sealed before it is acknowledged, and an interrupted upload is gone on with after a restart.

use super::{Desk, failed, in_words};
use crate::{
    command::Said,
    feed::{Source, file_seal, private},
    node::{Node, NodeFault},
    receipt::Receipt,
    seal::stream,
    sql::StoreFault,
};
use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, BufReader, Seek, SeekFrom, Write},
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

/// Where the next piece begins.
const OFFSET: &str = "Upload-Offset";

/// What is known of uploads in this process; the rest is found again in the spool.
#[derive(Default)]
pub(crate) struct Uploads(Mutex<HashMap<String, Progress>>);

#[derive(Clone)]
enum Progress {
    Busy,
    Loading(Value),
    Done(Box<Receipt>),
    Failed(String),
}

/// What an upload is of; beside its pieces in the spool.
#[derive(Serialize, Deserialize)]
struct Begun {
    feed: String,
    file: String,
    size_bytes: u64,
    manifest: String,
}

impl Uploads {
    fn set(&self, id: &str, progress: Option<Progress>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match progress {
            Some(progress) => all.insert(id.to_owned(), progress),
            None => all.remove(id),
        };
    }

    fn of(&self, id: &str) -> Option<Progress> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// One piece of an upload at a time.
    fn seize(&self, id: &str) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One that could not be loaded is tried again by whoever sends its end once more.
        if all.get(id).is_some_and(|there| !matches!(there, Progress::Failed(_))) {
            return false;
        }
        all.insert(id.to_owned(), Progress::Busy);
        true
    }
}

/// The body is the manifest. Answers where the pieces go.
pub(super) async fn begin(State(desk): State<Desk>, Path(feed): Path<String>, body: Bytes) -> Response {
    let begun = tokio::task::spawn_blocking(move || begun(&desk.node, &feed, &body)).await;
    match begun {
        Ok(Ok(id)) => {
            let place = HeaderValue::from_str(&format!("/uploads/{id}"));
            let place = place.unwrap_or(HeaderValue::from_static("/uploads"));
            (StatusCode::CREATED, [(header::LOCATION, place)], Json(json!({ "upload": id }))).into_response()
        }
        Ok(Err(NodeFault::Refused(reason))) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "refused": reason }))).into_response()
        }
        Ok(Err(fault)) => failed(&fault),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn begun(node: &Node, feed: &str, manifest: &[u8]) -> Result<String, NodeFault> {
    let feed = node.feed(feed)?;
    let said = feed.trust.read(manifest).map_err(|fault| NodeFault::Refused(fault.to_string()))?;
    let (id, mode) = (feed.config.id.as_str(), feed.config.mode);
    let state = node.0.vault.feed_state(id)?;
    let newest = node.0.vault.live(id)?.into_iter().max_by_key(|one| one.sequence);
    let here = newest.as_ref().map(|one| one.sha256.as_str());
    let own = (node.config().partner.as_str(), id, mode);
    said.check(own, &state, here, node.now()).map_err(|fault| NodeFault::Refused(fault.to_string()))?;
    if said.size_bytes > crate::load::FILE_MAX_BYTES {
        return Err(NodeFault::Refused(format!("it is larger than {} bytes", crate::load::FILE_MAX_BYTES)));
    }
    let id = uuid::Uuid::new_v4().to_string();
    let begun = Begun {
        feed: feed.config.id.clone(),
        file: said.file,
        size_bytes: said.size_bytes,
        manifest: String::from_utf8_lossy(manifest).into_owned(),
    };
    let (about, pieces) = places(node, &id);
    let fault = |error| spool_fault(error);
    private(&pieces).map_err(fault)?;
    let text = serde_json::to_vec(&begun).unwrap_or_default();
    private(&about)
        .and_then(|mut file| file.write_all(&text).and_then(|()| file.sync_all()))
        .map_err(fault)?;
    Ok(id)
}

fn spool_fault(error: io::Error) -> NodeFault {
    match error.kind() {
        io::ErrorKind::StorageFull => NodeFault::Store(StoreFault::Full),
        _ => NodeFault::File("the spool".to_owned(), error),
    }
}

/// Loads what had arrived whole before this process began: its sender was told that it is here. Must be called on a runtime.
pub(super) fn go_on_with_whole(desk: &Desk) {
    let Ok(found) = std::fs::read_dir(&desk.node.0.folders.spool) else { return };
    for path in found.filter_map(|one| Some(one.ok()?.path())) {
        let id = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".upload"));
        let Some((id, begun)) = id.and_then(|id| Some((id.to_owned(), known(&desk.node, id)?))) else {
            continue;
        };
        let is_whole = whole(&desk.node, &id).is_ok_and(|(_, content, _)| content == begun.size_bytes);
        if is_whole && desk.uploads.seize(&id) {
            load(desk.clone(), id, begun);
        }
    }
}

/// What is said of an upload, and its pieces.
fn places(node: &Node, id: &str) -> (PathBuf, PathBuf) {
    let spool = &node.0.folders.spool;
    (spool.join(format!("{id}.upload")), spool.join(format!("{id}.sealed")))
}

fn known(node: &Node, id: &str) -> Option<Begun> {
    let is_id = uuid::Uuid::parse_str(id).is_ok_and(|parsed| parsed.to_string() == id);
    let (about, _) = places(node, id);
    serde_json::from_slice(&std::fs::read(about).ok().filter(|_| is_id)?).ok()
}

/// Chunks, bytes of content, bytes of the file.
fn whole(node: &Node, id: &str) -> Result<(u64, u64, u64), NodeFault> {
    let ring = node.0.vault.ring()?;
    let (_, pieces) = places(node, id);
    let file = File::open(&pieces).map_err(|error| NodeFault::File("the spool".to_owned(), error))?;
    Ok(stream::whole(BufReader::new(file), file_seal(&ring)?, id))
}

pub(super) async fn reached(State(desk): State<Desk>, Path(id): Path<String>) -> Response {
    let looked = tokio::task::spawn_blocking(move || {
        known(&desk.node, &id).map(|_| whole(&desk.node, &id).map(|(_, content, _)| content))
    });
    match looked.await {
        Ok(Some(Ok(content))) => at(StatusCode::OK, content),
        Ok(Some(Err(fault))) => failed(&fault),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn at(status: StatusCode, offset: u64) -> Response {
    (status, [(OFFSET, offset.to_string()), ("Cache-Control", "no-store".to_owned())]).into_response()
}

/// One piece. `Upload-Offset` must say where the last one ended.
pub(super) async fn go_on(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let offset = headers.get(OFFSET).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let Some(begun) = known(&desk.node, &id) else { return StatusCode::NOT_FOUND.into_response() };
    let Some(offset) = offset else {
        let refused = json!({ "refused": format!("`{OFFSET}` must say where this piece begins") });
        return (StatusCode::BAD_REQUEST, Json(refused)).into_response();
    };
    if !desk.uploads.seize(&id) {
        return (StatusCode::CONFLICT, Json(json!({ "refused": "a piece of it is being taken" })))
            .into_response();
    }
    let taken = append(&desk.node, &id, &begun, offset, body).await;
    desk.uploads.set(&id, None);
    match taken {
        Ok(Ok(reached)) if reached == begun.size_bytes => {
            load(desk, id, begun);
            at(StatusCode::NO_CONTENT, reached)
        }
        Ok(Ok(reached)) => at(StatusCode::NO_CONTENT, reached),
        Ok(Err(reached)) => at(StatusCode::CONFLICT, reached),
        Err(fault) => failed(&fault),
    }
}

/// `Err(reached)`: the piece does not begin where the last one ended, or goes past the end.
async fn append(
    node: &Node,
    id: &str,
    begun: &Begun,
    offset: u64,
    body: Body,
) -> Result<Result<u64, u64>, NodeFault> {
    let fault = spool_fault;
    let (index, content, length) = {
        let (node, id) = (node.clone(), id.to_owned());
        let looked = tokio::task::spawn_blocking(move || whole(&node, &id)).await;
        looked.map_err(|error| NodeFault::Refused(error.to_string()))??
    };
    if content != offset {
        return Ok(Err(content));
    }
    let (_, pieces) = places(node, id);
    let mut file = OpenOptions::new().write(true).open(&pieces).map_err(fault)?;
    file.set_len(length).map_err(fault)?;
    file.seek(SeekFrom::End(0)).map_err(fault)?;
    let ring = node.0.vault.ring()?;
    let seal = file_seal(&ring)?;
    let mut writer = stream::Writer::new(file, seal, id, index);
    let mut reached = offset;
    let mut pieces = body.into_data_stream();
    while let Some(Ok(piece)) = pieces.next().await {
        if reached + piece.len() as u64 > begun.size_bytes {
            writer.pause().and_then(|file| file.sync_all()).map_err(fault)?;
            return Ok(Err(reached));
        }
        writer.write_all(&piece).map_err(fault)?;
        reached += piece.len() as u64;
    }
    let file = if reached == begun.size_bytes { writer.finish() } else { writer.pause() };
    file.and_then(|file| file.sync_all()).map_err(fault)?;
    Ok(Ok(reached))
}

/// In the background: whoever sent it asks for its state.
fn load(desk: Desk, id: String, begun: Begun) {
    desk.uploads.set(&id, Some(Progress::Loading(json!({}))));
    tokio::task::spawn_blocking(move || {
        let (about, pieces) = places(&desk.node, &id);
        let loaded = loaded(&desk, &id, &begun, pieces);
        let progress = match loaded {
            Ok(receipt) => {
                let _ = std::fs::remove_file(about);
                Progress::Done(Box::new(receipt))
            }
            Err(fault) => {
                tracing::error!(%fault, "an upload could not be loaded now");
                Progress::Failed(fault.to_string())
            }
        };
        desk.uploads.set(&id, Some(progress));
    });
}

fn loaded(desk: &Desk, id: &str, begun: &Begun, path: PathBuf) -> Result<Receipt, NodeFault> {
    let source = Source::Sealed { path, name: id.to_owned(), ring: desk.node.0.vault.ring()? };
    let feed = desk.node.feed(&begun.feed)?;
    let mut watch = |step| desk.uploads.set(id, Some(Progress::Loading(in_words(&Said::Step(step)))));
    let receipt =
        desk.node.load(feed, &source, &begun.file, Some(begun.manifest.as_bytes()), false, &mut watch)?;
    source.remove();
    Ok(receipt)
}

/// What became of it: its receipt once there is one.
pub(super) async fn state(State(desk): State<Desk>, Path(id): Path<String>) -> Response {
    let told = match desk.uploads.of(&id) {
        Some(Progress::Done(receipt)) => json!({ "state": "done", "receipt": receipt }),
        Some(Progress::Loading(step)) => json!({ "state": "loading", "step": step }),
        Some(Progress::Failed(reason)) => json!({ "state": "failed", "reason": reason }),
        Some(Progress::Busy) => json!({ "state": "receiving" }),
        None => {
            let Some(begun) = known(&desk.node, &id) else { return StatusCode::NOT_FOUND.into_response() };
            let node = desk.node.clone();
            let of = id.clone();
            let looked = tokio::task::spawn_blocking(move || whole(&node, &of)).await;
            let content = looked.ok().and_then(Result::ok).map_or(0, |(_, content, _)| content);
            if content == begun.size_bytes {
                // It was whole before this process began.
                load(desk, id, begun);
            }
            json!({ "state": "receiving", "offset": content })
        }
    };
    Json(told).into_response()
}
