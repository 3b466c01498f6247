//! A node that runs: everything that listens, everything that is done in between, until it is told to stop.

use crate::{
    control, mllp,
    node::{Node, NodeFault},
    receive, serve,
    tls::{Guard, Peer, TlsListener, renewal},
    watch::{self, Watcher},
};
use serde_json::{Value, json};
use std::{collections::HashMap, future::Future, net::SocketAddr, time::Duration};
use tokio::{net::TcpListener, sync::watch as told, task::JoinHandle};

/// How often a node looks after itself.
const UPKEEP: Duration = Duration::from_secs(5);
/// How often feeds are looked at for being overdue.
const ALARM: Duration = Duration::from_secs(60);
/// How long what is under way may take once it is told to stop.
const FAREWELL: Duration = Duration::from_secs(5);

/// A node whose listeners are open.
pub struct Running {
    node: Node,
    tasks: Vec<JoinHandle<()>>,
    stop: told::Sender<bool>,
    addresses: Value,
}

impl Node {
    /// Opens every listener, and begins.
    pub async fn start(self) -> Result<Running, NodeFault> {
        let (stop, stopped) = told::channel(false);
        let mut running = Running { node: self.clone(), tasks: Vec::new(), stop, addresses: json!({}) };
        let config = self.config().clone();
        let mut guards = Vec::new();
        let mut guard = |tls: &crate::config::Tls| {
            let guard = Guard::of(tls).map_err(NodeFault::Refused)?;
            guards.push(guard.clone());
            Ok::<_, NodeFault>(guard)
        };
        let (listener, at) = bind(config.serve.listen).await?;
        running.note("serve", at);
        running.serve(listener, guard(&config.serve.tls)?, serve::router(&self), stopped.clone());
        if let Some(intake) = &config.intake {
            let (listener, at) = bind(intake.listen).await?;
            running.note("intake", at);
            running.serve(listener, guard(&intake.tls)?, receive::router(&self), stopped.clone());
        }
        for feed in &config.feeds {
            let Some(mllp) = &feed.mllp else { continue };
            let (listener, at) = bind(mllp.listen).await?;
            running.note(&format!("mllp.{}", feed.id), at);
            let guard = mllp.tls.as_ref().map(&mut guard).transpose()?;
            running.run(mllp::serve(self.clone(), feed.id.clone(), listener, guard));
        }
        let socket = control::listen(&self)
            .map_err(|error| NodeFault::File("the control socket".to_owned(), error))?;
        running.run(control::serve(self.clone(), socket));
        running.run(renewal::watch(guards));
        running.run(folders(self.clone()));
        running.run(upkeep(self.clone()));
        running.run(alarms(self.clone()));
        running.run(checkpoints(self.clone()));
        if let Some(renew) = config.key.renew {
            running.run(keys(self, renew));
        }
        Ok(running)
    }
}

impl Running {
    /// Where it listens: `serve`, `intake`, `mllp.<feed>`.
    pub fn addresses(&self) -> &Value {
        &self.addresses
    }

    /// Ends in good order: nothing new is taken, what is under way ends, the log is closed.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let deadline = tokio::time::Instant::now() + FAREWELL;
        for mut task in self.tasks {
            // What never ends by itself is ended; what serves ends when it has answered.
            if !task.is_finished() && tokio::time::timeout_at(deadline, &mut task).await.is_err() {
                task.abort();
            }
        }
        self.node.stop().await;
    }

    fn note(&mut self, name: &str, at: SocketAddr) {
        if let Some(addresses) = self.addresses.as_object_mut() {
            addresses.insert(name.to_owned(), at.to_string().into());
        }
    }

    /// Until it is told to stop.
    fn run(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        let mut stopped = self.stop.subscribe();
        self.tasks.push(tokio::spawn(async move {
            tokio::select! {
                () = work => {}
                _ = stopped.wait_for(|stopped| *stopped) => {}
            }
        }));
    }

    fn serve(
        &mut self,
        listener: TcpListener,
        guard: Guard,
        router: axum::Router,
        mut stopped: told::Receiver<bool>,
    ) {
        let listener = TlsListener::new(listener, guard);
        let service = router.into_make_service_with_connect_info::<Peer>();
        let until = async move { drop(stopped.wait_for(|stopped| *stopped).await) };
        self.tasks.push(tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(until).await {
                tracing::error!(%error, "a listener ended");
            }
        }));
    }
}

async fn bind(at: SocketAddr) -> Result<(TcpListener, SocketAddr), NodeFault> {
    let fault = |error| NodeFault::File(format!("the address {at}"), error);
    let listener = TcpListener::bind(at).await.map_err(fault)?;
    let at = listener.local_addr().map_err(fault)?;
    Ok((listener, at))
}

async fn folders(node: Node) {
    let mut watcher = Watcher::default();
    loop {
        let looking = node.clone();
        let looked = tokio::task::spawn_blocking(move || {
            watcher.look(&looking);
            watcher
        });
        watcher = looked.await.unwrap_or_default();
        tokio::time::sleep(watch::EVERY).await;
    }
}

async fn upkeep(node: Node) {
    loop {
        let tidying = node.clone();
        let more = tokio::task::spawn_blocking(move || match tidying.tidy_step() {
            Ok(more) => more,
            Err(fault) => {
                tracing::warn!(%fault, "what was replaced could not be cleared away now");
                false
            }
        });
        if !more.await.unwrap_or(false) {
            tokio::time::sleep(UPKEEP).await;
        }
    }
}

/// At most ten seconds lie between two checkpoints of a log that grows.
async fn checkpoints(node: Node) {
    loop {
        node.sign_log().await;
        tokio::time::sleep(UPKEEP).await;
    }
}

async fn alarms(node: Node) {
    let mut known = HashMap::new();
    loop {
        // A node that has just begun gives its senders a moment.
        tokio::time::sleep(ALARM).await;
        let looking = node.clone();
        let looked = tokio::task::spawn_blocking(move || {
            if let Err(fault) = looking.alarm(&mut known) {
                tracing::warn!(%fault, "feeds could not be looked at");
            }
            known
        });
        known = looked.await.unwrap_or_default();
    }
}

async fn keys(node: Node, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        let asking = node.clone();
        let _ = tokio::task::spawn_blocking(move || asking.renew_key()).await;
    }
}
