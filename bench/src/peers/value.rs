//! The peer of ordinary Rust, as a process of its own: one GET asks every partner at once, and what they answer is merged as
//! `serde_json::Value` into one searchset.

use crate::{
    Outcome,
    peers::plan::{self, Ask, Plan},
};
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use reqwest::Client;
use serde_json::{Value, json};
use std::{collections::HashSet, sync::Arc};
use tokio::net::TcpListener;

struct Peer {
    plan: Plan,
    client: Client,
}

/// Until it is ended.
pub(crate) async fn serve(listener: TcpListener, plan: Plan) -> Outcome<()> {
    let peer = Arc::new(Peer { client: plan.client()?, plan });
    let router = Router::new()
        .route("/", get(opening))
        .route("/ready", get(|| async { StatusCode::NO_CONTENT }))
        .with_state(peer);
    Ok(axum::serve(listener, router).await?)
}

async fn opening(State(peer): State<Arc<Peer>>) -> Response {
    match peer.merged().await {
        Ok(body) => ([(header::CONTENT_TYPE, "application/fhir+json")], body).into_response(),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

impl Peer {
    async fn merged(&self) -> Outcome<Vec<u8>> {
        let partners = self.plan.partners.iter();
        let asked = partners.map(|steps| tokio::spawn(partner(self.client.clone(), steps.clone())));
        // All are under way before the first is waited for.
        let asked: Vec<_> = asked.collect();
        let (mut seen, mut entry) = (HashSet::new(), Vec::new());
        for entries in asked {
            for one in entries.await?? {
                if plan::key(&one).is_some_and(|key| seen.insert(key)) {
                    entry.push(one);
                }
            }
        }
        let bundle =
            json!({"resourceType": "Bundle", "type": "searchset", "total": entry.len(), "entry": entry});
        Ok(serde_json::to_vec(&bundle)?)
    }
}

/// The entries of all its answers.
async fn partner(client: Client, steps: Vec<Vec<Ask>>) -> Outcome<Vec<Value>> {
    let mut entries = Vec::new();
    for step in steps {
        let asked: Vec<_> = step.into_iter().map(|ask| tokio::spawn(answered(client.clone(), ask))).collect();
        for answer in asked {
            entries.append(&mut answer.await??);
        }
    }
    Ok(entries)
}

/// The entries of a bundle that belongs to the record.
async fn answered(client: Client, ask: Ask) -> Outcome<Vec<Value>> {
    let answer = ask.request(&client)?.send().await?.error_for_status()?.bytes().await?;
    let mut answer: Value = serde_json::from_slice(&answer)?;
    if !ask.merge || answer.get("resourceType").is_none_or(|kind| kind != "Bundle") {
        return Ok(Vec::new());
    }
    let entries = answer.get_mut("entry").and_then(Value::as_array_mut);
    Ok(entries.map(std::mem::take).unwrap_or_default())
}
