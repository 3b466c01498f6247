//! Takes a program and its listeners, gives a running gateway that stops cleanly when told to.

/// The listener of hosts' servers.
pub(crate) mod back_channel;

use crate::{
    clock,
    config::Config,
    program::{Doors, Program, agreement, counted, witnesses},
};
use back_channel::{Peer, TlsListener};
use miette::{IntoDiagnostic, WrapErr};
use std::{process::ExitCode, sync::Arc, time::Duration};
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
    /// Binds, and puts the port the system gave behind `public_url` where that names none.
    pub(crate) async fn bind(config: &mut Config) -> miette::Result<Self> {
        let bind = async |address| {
            TcpListener::bind(address)
                .await
                .into_diagnostic()
                .wrap_err_with(|| format!("cannot listen on {address}"))
        };
        let public = bind(config.listen).await?;
        let admin = bind(config.admin_listen).await?;
        if !names_a_port(&config.public_url) && config.public_url.starts_with("http://") {
            config.public_url =
                format!("{}:{}", config.public_url, public.local_addr().into_diagnostic()?.port());
        }
        let back_channel = match &mut config.back_channel {
            None => None,
            Some(channel) => {
                let listener = bind(channel.listen).await?;
                if !names_a_port(&channel.url) && channel.listen.ip().is_loopback() {
                    channel.url =
                        format!("{}:{}", channel.url, listener.local_addr().into_diagnostic()?.port());
                }
                Some(listener)
            }
        };
        let office = match &mut config.office {
            None => None,
            Some(office) => {
                let listener = bind(office.listen).await?;
                if !names_a_port(&office.url) && office.listen.ip().is_loopback() {
                    office.url =
                        format!("{}:{}", office.url, listener.local_addr().into_diagnostic()?.port());
                }
                Some(listener)
            }
        };
        Ok(Self { public, admin, back_channel, office })
    }

    pub(crate) fn admin_url(&self) -> String {
        self.admin.local_addr().map(|address| format!("http://{address}")).unwrap_or_default()
    }
}

fn names_a_port(url: &str) -> bool {
    url.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok())
}

/// A gateway that is serving.
pub(crate) struct Running {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Stops accepting, lets open pages end for [`DRAIN`] at most, then ends.
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
    };
    let doors = Arc::new(Doors(Arc::clone(&program)));
    let public = web::routes::router(doors.clone(), settings.clone());
    let admin = web::admin::router(doors.clone());
    let mut tasks = vec![
        tokio::spawn(listen(listeners.public, public, stopping.clone())),
        tokio::spawn(listen(listeners.admin, admin, stopping.clone())),
        tokio::spawn(agreement::watch(Arc::clone(&program), stopped(stopping.clone()))),
        tokio::spawn(sweep(Arc::clone(&program), stopping.clone())),
        tokio::spawn(counted::watch(Arc::clone(&program), stopped(stopping.clone()))),
        tokio::spawn(witnesses::watch(Arc::clone(&program), stopped(stopping.clone()))),
    ];
    if let (Some(listener), Some(office)) = (listeners.office, &program.office) {
        let settings = web::routes::Settings { gateway_origin: office.url.clone(), ..settings.clone() };
        let router = web::office::router(doors.clone(), doors.clone(), settings);
        tasks.push(tokio::spawn(listen(listener, router, stopping.clone())));
    }
    if let (Some(listener), Some(channel)) = (listeners.back_channel, &program.config.back_channel) {
        let listener = TlsListener::new(listener, back_channel::guard(channel)?).into_diagnostic()?;
        let router = back_channel::told(web::routes::back_channel::router(doors, settings));
        tasks.push(tokio::spawn(listen_to_hosts(listener, router, stopping)));
    }
    Ok(Running { stop, tasks })
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

async fn listen(listener: TcpListener, router: axum::Router, stopping: watch::Receiver<bool>) {
    let router = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped(stopping)).await {
        tracing::error!(%error, "a listener ended");
    }
}

async fn listen_to_hosts(listener: TlsListener, router: axum::Router, stopping: watch::Receiver<bool>) {
    let router = router.into_make_service_with_connect_info::<Peer>();
    if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped(stopping)).await {
        tracing::error!(%error, "the back channel ended");
    }
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
