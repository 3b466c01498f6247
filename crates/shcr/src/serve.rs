//! Takes a program and its listeners, gives a running gateway that stops cleanly when told to.

/// The listener of hosts' servers.
pub(crate) mod back_channel;
/// What every listener holds its callers to.
mod door;

use crate::{
    clock,
    config::Config,
    program::{
        Doors, Program, agreement, attention, certificates, counted, feed, fleet, reconciled, witnesses,
    },
    traces,
};
use axum::extract::ConnectInfo;
use back_channel::TlsListener;
use door::{Counted, Door, LIMITS, Limits, OPERATORS};
use miette::{IntoDiagnostic, WrapErr};
use std::{net::SocketAddr, process::ExitCode, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// How long open pages may take to end once we are told to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// How often openings without a close are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// An opening without a close is swept to "possibly shown" after this (HAZ-031).
const SWEEP_AFTER: Duration = Duration::from_secs(15 * 60);

/// Bound sockets: the address is known before anything is served.
pub(crate) struct Listeners {
    public: TcpListener,
    admin: TcpListener,
    back_channel: Option<TcpListener>,
    office: Option<TcpListener>,
}

impl Listeners {
    /// Binds; the configuration then has the ports that the system gave, behind every URL too that names none.
    pub(crate) async fn bind(config: &mut Config) -> miette::Result<Self> {
        let public = bind(&mut config.listen).await?;
        let admin = bind(&mut config.admin_listen).await?;
        if !names_a_port(&config.public_url) && config.public_url.starts_with("http://") {
            config.public_url = format!("{}:{}", config.public_url, config.listen.port());
        }
        let back_channel = match &mut config.back_channel {
            None => None,
            Some(channel) => Some(bind_behind(&mut channel.listen, &mut channel.url).await?),
        };
        let office = match &mut config.office {
            None => None,
            Some(office) => Some(bind_behind(&mut office.listen, &mut office.url).await?),
        };
        Ok(Self { public, admin, back_channel, office })
    }

    pub(crate) fn admin_url(&self) -> String {
        self.admin.local_addr().map(|address| format!("http://{address}")).unwrap_or_default()
    }
}

async fn bind(address: &mut SocketAddr) -> miette::Result<TcpListener> {
    let listener = TcpListener::bind(*address)
        .await
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot listen on {address}"))?;
    *address = listener.local_addr().into_diagnostic()?;
    Ok(listener)
}

async fn bind_behind(address: &mut SocketAddr, url: &mut String) -> miette::Result<TcpListener> {
    let listener = bind(address).await?;
    if !names_a_port(url) && address.ip().is_loopback() {
        *url = format!("{url}:{}", address.port());
    }
    Ok(listener)
}

fn names_a_port(url: &str) -> bool {
    url.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok())
}

/// A gateway that is serving.
pub(crate) struct Running {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    program: Arc<Program>,
}

impl Running {
    /// Stops accepting, lets open pages end for [`DRAIN`] at most, and says in the audit that this was a stop in order (AU22).
    pub(crate) async fn stop(self) {
        if self.stop.send(true).is_err() {
            tracing::debug!("every listener had already ended");
        }
        for task in self.tasks {
            let abort = task.abort_handle();
            if tokio::time::timeout(DRAIN, task).await.is_err() {
                abort.abort();
            }
        }
        if let Err(fault) = self.program.store.stop(clock::millis()).await {
            tracing::warn!(%fault, "the audit does not say that this was a stop in order");
        }
    }
}

/// `shcr serve`
pub(crate) async fn run(mut config: Config) -> miette::Result<ExitCode> {
    let listeners = Listeners::bind(&mut config).await?;
    witnesses::must_not_be_ahead(&config).await?;
    let running = start(Program::new(config)?, listeners).await?;
    tracing::info!("serving");
    stop_signal().await?;
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Serves both listeners and sweeps unclosed openings.
pub(crate) async fn start(program: Arc<Program>, listeners: Listeners) -> miette::Result<Running> {
    let (stop, stopping) = watch::channel(false);
    let settings = web::routes::Settings {
        gateway_origin: program.config.public_url.clone(),
        training: program.config.training,
        sharing_notice: program.config.contact.sharing_notice.clone(),
        contacts: contacts(&program.config),
        shared: program
            .federation
            .sources()
            .iter()
            .map(|source| crate::opening::compose::card(source).in_words())
            .collect(),
        views: crate::opening::compose::views(&program.config),
    };
    let doors = Arc::new(Doors(Arc::clone(&program)));
    let public = web::routes::router(doors.clone(), settings.clone());
    let admin = web::admin::router(doors.clone());
    let counted = |listener| Counted { metrics: Arc::clone(&program.metrics), listener };
    let mut tasks = vec![
        tokio::spawn(door::serve(
            listeners.public,
            led_to(public, LIMITS, counted("public")),
            stopping.clone(),
        )),
        tokio::spawn(door::serve(
            listeners.admin,
            led_to(admin, OPERATORS, counted("admin")),
            stopping.clone(),
        )),
        tokio::spawn(agreement::watch(Arc::clone(&program), stopped(stopping.clone()))),
        tokio::spawn(certificates::watch(Arc::clone(&program), stopped(stopping.clone()))),
        tokio::spawn(sweep(Arc::clone(&program), stopping.clone())),
        tokio::spawn(fleet::keep(Arc::clone(&program), stopped(stopping.clone()))),
        tokio::spawn(counted::watch(Arc::clone(&program), stopped(stopping.clone()))),
        tokio::spawn(attention::watch(Arc::clone(&program), stopped(stopping.clone()))),
        tokio::spawn(reconciled::nightly(Arc::clone(&program), stopped(stopping.clone()))),
        tokio::spawn(witnesses::watch(Arc::clone(&program), stopped(stopping.clone()))),
        tokio::spawn(feed::state(Arc::clone(&program), stopped(stopping.clone()))),
        tokio::spawn(traces::send(Arc::clone(&program), stopped(stopping.clone()))),
    ];
    if let (Some(listener), Some(office)) = (listeners.office, &program.office) {
        let settings = web::routes::Settings { gateway_origin: office.url.clone(), ..settings.clone() };
        let router = web::office::router(doors.clone(), doors.clone(), settings);
        let door = led_to(router, LIMITS, counted("office"));
        tasks.push(tokio::spawn(door::serve(listener, door, stopping.clone())));
    }
    if let (Some(listener), Some(channel)) = (listeners.back_channel, &program.config.back_channel) {
        let counted = counted("back-channel");
        let guard = back_channel::Guard::new(channel.clone())?;
        program.certificates.keep_for(Arc::clone(&guard));
        let listener = TlsListener::new(listener, guard, counted.clone()).into_diagnostic()?;
        let router = web::routes::back_channel::router(doors, settings);
        let door = Door { router, introduce: back_channel::introduce, limits: LIMITS, counted };
        tasks.push(tokio::spawn(door::serve(listener, door, stopping)));
    }
    Ok(Running { stop, tasks, program })
}

/// Whoever comes is known by address.
fn led_to(router: axum::Router, limits: Limits, counted: Counted) -> Door<SocketAddr> {
    let introduce = |address: &SocketAddr, extensions: &mut axum::http::Extensions| {
        extensions.insert(ConnectInfo(*address));
    };
    Door { router, introduce, limits, counted }
}

/// Whom to ask when the record cannot help: our own desks first, then every partner.
fn contacts(config: &Config) -> Vec<web::routes::Contact> {
    let contact =
        |name: &str, how: &str| web::routes::Contact { name: name.to_owned(), contact: how.to_owned() };
    let ours = [
        ("Help", &config.contact.help),
        ("Clinical safety", &config.contact.safety),
        ("Information governance", &config.contact.information_governance),
    ];
    let partners = config.sources.iter().map(|source| contact(&source.partner, &source.contact));
    ours.into_iter().map(|(name, how)| contact(name, how)).chain(partners).collect()
}

async fn sweep(program: Arc<Program>, stopping: watch::Receiver<bool>) {
    let stopped = stopped(stopping);
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => return,
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
        program.end_expired().await;
        let now = clock::millis();
        let older_than = audit::Millis(now.0 - i64::try_from(SWEEP_AFTER.as_millis()).unwrap_or(i64::MAX));
        match program.store.sweep(older_than, now).await {
            Ok(0) => {}
            Ok(swept) => tracing::warn!(swept, "openings without a close were swept to possibly shown"),
            Err(fault) => tracing::error!(?fault, "unclosed openings could not be swept"),
        }
    }
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    // An ended sender also means stop.
    let _ended = stopping.wait_for(|stop| *stop).await;
}

/// Ctrl-C or SIGTERM.
pub(crate) async fn stop_signal() -> miette::Result<()> {
    let mut terminate =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).into_diagnostic()?;
    tokio::select! {
        outcome = tokio::signal::ctrl_c() => outcome.into_diagnostic(),
        _ = terminate.recv() => Ok(()),
    }
}
