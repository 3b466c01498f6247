//! `shcr audit witness`: takes a key, the logs it watches and a state, answers `POST /add-checkpoint` until it is stopped. The
//! protocol proves who asks by the log's own signature, so whatever stands before it may add TLS.
//! Source: C2SP tlog-witness, "add-checkpoint".

use super::{read_key, read_text, say};
use crate::{clock, serve};
use audit::{
    policy::Policy,
    signed::{Signer, Signs, Verifier},
    witness::{LONGEST_BODY, Witness},
};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use miette::{IntoDiagnostic, WrapErr};
use std::{net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc};

/// `shcr audit witness`
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where what was seen is kept; made where it is not there. It must never be put back from a backup.
    #[arg(long)]
    state: PathBuf,
    /// 64 hexadecimal digits, for nothing else.
    #[arg(long)]
    key: PathBuf,
    /// The witness's name, such as `witness.partner.example`.
    #[arg(long)]
    name: String,
    /// A policy file whose `log` lines are the logs watched (C2SP tlog-policy).
    #[arg(long)]
    logs: PathBuf,
    #[arg(long)]
    listen: SocketAddr,
}

pub(crate) async fn run(options: Options) -> miette::Result<ExitCode> {
    let seed = read_key(&options.key)?;
    let signer = Signer::new(&options.name, Signs::Cosignatures, &seed)
        .ok_or_else(|| miette::miette!("`{}` cannot be a witness's name", options.name))?;
    let policy = Policy::parse(&read_text(&options.logs)?).into_diagnostic()?;
    let logs: Vec<Verifier> = policy
        .logs
        .iter()
        .map(|log| Verifier::parse(&log.verifier))
        .collect::<Result<_, _>>()
        .into_diagnostic()
        .wrap_err("a log of the policy has no key that can be used")?;
    let witness = Witness::open(signer, logs, &options.state).into_diagnostic()?;
    let listener = tokio::net::TcpListener::bind(options.listen).await.into_diagnostic()?;
    let at = listener.local_addr().into_diagnostic()?;
    say(&format!("{}\nlistening on {at}\n", witness.verifier()))?;
    let stopped = async {
        if serve::stop_signal().await.is_err() {
            tracing::error!("signals cannot be heard");
        }
    };
    axum::serve(listener, router(Arc::new(witness)))
        .with_graceful_shutdown(stopped)
        .await
        .into_diagnostic()?;
    Ok(ExitCode::SUCCESS)
}

/// One route.
pub(crate) fn router(witness: Arc<Witness>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .with_state(witness)
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: Bytes) -> Response {
    let seconds = u64::try_from(clock::millis().seconds()).unwrap_or(0);
    // It waits for the disk.
    let answered = tokio::task::spawn_blocking(move || witness.add_checkpoint(&body, seconds)).await;
    let Ok(answer) = answered else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, answer.content_type)], answer.body).into_response()
}
