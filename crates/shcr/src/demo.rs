//! Takes a seed, gives a whole synthetic region with a gateway inside it, until Ctrl-C or SIGTERM.
//! Honest by construction: the region is reached over sockets only, with the addresses a deployment would configure.

use crate::{config::Config, program::Program, serve};
use aws_lc_rs::rand;
use miette::{IntoDiagnostic, WrapErr};
use rust_embed::RustEmbed;
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The shipped configuration with this run's addresses.
mod running;
/// The gateway's own keys.
pub(crate) mod keys;
/// A gateway and its region inside a test.
#[cfg(test)]
pub(crate) mod within;
/// The edge nodes of partners who can only send now and then.
mod edges;

/// The key the synthetic partners expect.
const DEMO_API_KEY: &str = "demo";

#[derive(RustEmbed)]
#[folder = "../../config"]
struct ShippedConfig;

/// `shcr demo`
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Same seed, same day, same region.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// How many people; the hand-made ones are always there.
    #[arg(long, default_value_t = 200)]
    people: usize,
    /// First of a run of fixed ports; free ports otherwise.
    #[arg(long)]
    port_base: Option<u16>,
    /// Write the addresses, people and users as JSON once everything listens.
    #[arg(long)]
    ready_file: Option<PathBuf>,
    /// Where the audit store, keys and unpacked configuration lie.
    #[arg(long, default_value = ".demo")]
    state_dir: PathBuf,
    /// Serve real published payloads from this folder as extra people.
    #[arg(long)]
    corpus: Option<PathBuf>,
    /// Start with a fault: `acute=hang`, `gp=slow:2000`, `eput=503`, `nelft=drop`, `provide=wrong-person`, `ic24=malformed`.
    /// A wrong name is answered with all that there are.
    #[arg(long = "fault", value_parser = fault)]
    faults: Vec<(String, region::Fault)>,
    /// Answer as fast as possible instead of with believable delays.
    #[arg(long)]
    no_latency: bool,
    /// Add a source that breaks most of what may be expected of one: to see how that is told.
    #[arg(long)]
    poor_source: bool,
    /// Change the shipped configuration, such as `objection.unknown=refuse` or `objection.recheck=1s`.
    #[arg(long = "set", value_name = "TABLE.KEY=VALUE", value_parser = running::changed)]
    changed: Vec<running::Changed>,
    /// Ask practices over the newer national gateway instead of the Spine Secure Proxy.
    #[arg(long)]
    national_gateway: bool,
    /// Start the region alone, and write a configuration with which `shcr serve` is the gateway before it.
    #[arg(long)]
    without_gateway: bool,
    /// Have every source put marks made of this word into its answers: to look for what a gateway keeps.
    #[arg(long)]
    marks: Option<String>,
    /// Lay the tables of this file over the configuration: a host's SMART server, direct access.
    #[arg(long)]
    with_config: Option<PathBuf>,
}

fn fault(text: &str) -> Result<(String, region::Fault), String> {
    let (source, kind) = text.split_once('=').ok_or("write it as SOURCE=FAULT, such as `acute=hang`")?;
    Ok((source.to_owned(), kind.parse().map_err(|e: region::NotAFault| e.to_string())?))
}

/// Runs until it is told to stop.
pub(crate) async fn run(options: Options) -> miette::Result<ExitCode> {
    let state = prepare_state(&options.state_dir)?;
    let mut config = Config::load(&state.join("config/demo.toml"))?;
    set_ports(&mut config, options.port_base);
    let listeners = serve::Listeners::bind(&mut config).await?;
    let region = region::start(region_options(&options, &config, &state)).await.into_diagnostic()?;
    let config = running::settle(&state, region.endpoints(), &options, config)?;
    let edges = edges::start(&state, &region).await?;
    let ready = ready_text(&config, &listeners, region.endpoints(), &edges, &state)?;
    let running = match options.without_gateway {
        true => {
            // The gateway to come listens there.
            drop(listeners);
            None
        }
        false => Some(serve::start(Program::new(config)?, listeners).await?),
    };
    if let Some(file) = &options.ready_file {
        write_whole(file, &ready)?;
    }
    greet(&ready, running.is_some())?;
    serve::stop_signal().await?;
    if let Some(running) = running {
        running.stop().await;
    }
    region.stop().await;
    edges.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Unpacks the shipped configuration and makes the keys a first run needs.
fn prepare_state(directory: &Path) -> miette::Result<PathBuf> {
    let make = |path: &Path| {
        std::fs::create_dir_all(path)
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot make `{}`", path.display()))
    };
    make(directory)?;
    let directory = directory.canonicalize().into_diagnostic()?;
    make(&directory.join("state"))?;
    for name in ShippedConfig::iter() {
        let path = directory.join("config").join(name.as_ref());
        make(path.parent().unwrap_or(&directory))?;
        if let Some(file) = ShippedConfig::get(&name) {
            std::fs::write(&path, file.data).into_diagnostic()?;
        }
    }
    let key_file = directory.join("state/audit.key");
    if !key_file.exists() {
        let mut key = [0u8; 32];
        rand::fill(&mut key).map_err(|_| miette::miette!("the operating system gave no random bytes"))?;
        write_secret(&key_file, &key.iter().map(|byte| format!("{byte:02x}")).collect::<String>())?;
    }
    write_secret(&directory.join("state/demo-api.key"), DEMO_API_KEY)?;
    keys::make(&directory.join("state"))?;
    Ok(directory)
}

fn set_ports(config: &mut Config, base: Option<u16>) {
    if let Some(base) = base {
        config.listen.set_port(base);
        config.admin_listen.set_port(base.saturating_add(1));
    }
}

fn region_options(options: &Options, config: &Config, state: &Path) -> region::Options {
    region::Options {
        seed: options.seed,
        people: options.people,
        port_base: options.port_base.map(|base| base.saturating_add(2)),
        corpus: options.corpus.clone(),
        gateway_url: config.public_url.clone(),
        office_url: config.office.as_ref().map(|office| office.url.clone()),
        token_url: config.token_url(),
        back_channel_url: config.back_channel.as_ref().map(|channel| channel.url.clone()),
        state_dir: state.join("state"),
        faults: options.faults.clone(),
        latency: !options.no_latency,
        token_life_s: region::TOKEN_LIFE_S,
        poor_source: options.poor_source,
        marks: options.marks.clone(),
    }
}

fn ready_text(
    config: &Config,
    listeners: &serve::Listeners,
    region: &region::Endpoints,
    edges: &edges::Edges,
    state: &Path,
) -> miette::Result<serde_json::Value> {
    let mut ready = serde_json::to_value(region).into_diagnostic()?;
    if let Some(object) = ready.as_object_mut() {
        object.insert("edges".into(), edges.told(&region.edges)?);
        object.insert("gateway_url".into(), config.public_url.clone().into());
        let channel = config.back_channel.as_ref().map(|channel| channel.url.clone());
        object.insert("back_channel_url".into(), channel.into());
        object.insert("admin_url".into(), listeners.admin_url().into());
        let office = config.office.as_ref().map(|office| office.url.clone());
        object.insert("office_url".into(), office.into());
        object.insert("state_dir".into(), state.join("state").display().to_string().into());
        object.insert("config".into(), running::path(state).display().to_string().into());
    }
    Ok(ready)
}

/// Written beside and renamed, so that a reader never sees half of it.
fn write_whole(path: &Path, value: &serde_json::Value) -> miette::Result<()> {
    let beside = path.with_extension("part");
    std::fs::write(&beside, serde_json::to_vec_pretty(value).into_diagnostic()?).into_diagnostic()?;
    std::fs::rename(&beside, path)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot write `{}`", path.display()))
}

fn write_secret(path: &Path, text: &str) -> miette::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .into_diagnostic()?;
    file.write_all(text.as_bytes()).into_diagnostic()
}

fn greet(ready: &serde_json::Value, has_gateway: bool) -> miette::Result<()> {
    let url = |key: &str| ready.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let gateway = match has_gateway {
        true => String::new(),
        false => format!("Start the gateway first: shcr serve --config {}\n", url("config")),
    };
    let text = format!(
        "\nThe Shared Care Record demo is ready. Everybody in it is invented.\n\n  \
         Open the host system   {}\n  Switch sources off     {}\n  Gateway                {}\n  Gateway status         {}\n  \
         Who looked             {}\n\n\
         {gateway}Sign in to the host, choose a person, press \"Shared Care Record\". Stop with Ctrl-C.\n\n",
        url("host_url"),
        url("control_url"),
        url("gateway_url"),
        url("admin_url"),
        url("office_url"),
    );
    std::io::stdout().write_all(text.as_bytes()).into_diagnostic()
}
