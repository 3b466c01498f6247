//! Takes the shipped configuration and a region's addresses, writes the configuration this demo runs on: a file like any
//! deployment's, so that `shcr check` and `shcr source test` can be tried on it. Honest: the gateway reads that file.

use super::{Options, write_secret};
use crate::config::Config;
use miette::{IntoDiagnostic, WrapErr};
use region::{Endpoints, SourceEndpoint};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Said first in the file.
const HEAD: &str = "# Written by the demo: its shipped configuration with the addresses of this run.\n\n";

/// The scope asked of every partner: to read.
const SCOPE: &str = "system/*.read";
const KEY_ID: &str = "shcr-gateway-1";
const GATEWAY_TOKEN: &str = "national-gateway.token";

/// What the source that breaks its contract is to share.
const POOR_SHARES: [&str; 7] =
    ["allergies", "medications", "problems", "results", "encounters", "documents", "alerts"];

/// Where it lies.
pub(super) fn path(state: &Path) -> PathBuf {
    state.join("config/running.toml")
}

/// Writes and reads it. `bound`: the addresses the gateway listens at.
pub(super) fn settle(
    state: &Path,
    region: &Endpoints,
    options: &Options,
    bound: Config,
) -> miette::Result<Config> {
    let shipped = std::fs::read_to_string(state.join("config/demo.toml")).into_diagnostic()?;
    let mut table: Table = toml::from_str(&shipped).into_diagnostic()?;
    table.insert("public_url".into(), Value::from(bound.public_url.as_str()));
    if options.without_gateway {
        listen(&mut table, &bound);
    }
    write_secret(&state.join("state").join(GATEWAY_TOKEN), &region.national_gateway_token)?;
    if let Some(national) = table.get_mut("national").and_then(Value::as_table_mut) {
        services(national, region);
    }
    for source in tables(&mut table, "sources") {
        point(source, region, options);
    }
    for change in &options.changed {
        change.make(&mut table)?;
    }
    if options.poor_source
        && let Some(sources) = table.get_mut("sources").and_then(Value::as_array_mut)
    {
        let poor = region.sources.iter().find(|endpoint| endpoint.name == "poor");
        sources.extend(poor.map(poor_source));
        if let Some(poor) = poor {
            open_switches(state, poor.partner.as_str())?;
        }
    }
    for organisation in tables(&mut table, "organisations") {
        employer(organisation, region);
    }
    if options.no_latency
        && let Some(waits) = table.get_mut("staff_match").and_then(Value::as_table_mut)
    {
        // Nothing there is slow by design, so that whoever hurries must not lose an answer to a busy machine.
        waits.insert("wait".into(), Value::from("5s"));
    }
    for host in tables(&mut table, "hosts") {
        meet(host, region);
    }
    let channel = table.get_mut("back_channel").and_then(Value::as_table_mut);
    if let (Some(channel), Some(bound)) = (channel, &bound.back_channel) {
        channel.insert("url".into(), Value::from(bound.url.as_str()));
        channel.insert("certificate_file".into(), file(&region.back_channel_identity));
        channel.insert("key_file".into(), file(&region.back_channel_identity));
        channel.insert("client_ca_file".into(), file(&region.ca_file));
    }
    let office = table.get_mut("office").and_then(Value::as_table_mut);
    if let (Some(office), Some(bound)) = (office, &bound.office) {
        office.insert("url".into(), Value::from(bound.url.as_str()));
        if let Some(provider) = office.get_mut("sign_in").and_then(Value::as_table_mut) {
            sign_in(provider, region);
        }
    }
    if let Some(file) = &options.with_config {
        let text = std::fs::read_to_string(file)
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot read `{}`", file.display()))?;
        lay_over(&mut table, toml::from_str(&text).into_diagnostic()?);
    }
    let text = format!("{HEAD}{}", toml::to_string(&table).into_diagnostic()?);
    let path = path(state);
    std::fs::write(&path, text)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot write `{}`", path.display()))?;
    let config = Config::load(&path)?;
    Ok(Config { listen: bound.listen, admin_listen: bound.admin_listen, ..config })
}

/// At the very ports that the region was told of, and that nobody holds any more.
fn listen(table: &mut Table, bound: &Config) {
    table.insert("listen".into(), Value::from(bound.listen.to_string()));
    table.insert("admin_listen".into(), Value::from(bound.admin_listen.to_string()));
    let others = [
        ("back_channel", bound.back_channel.as_ref().map(|channel| channel.listen)),
        ("office", bound.office.as_ref().map(|office| office.listen)),
    ];
    for (key, address) in others {
        if let (Some(Value::Table(table)), Some(address)) = (table.get_mut(key), address) {
            table.insert("listen".into(), Value::from(address.to_string()));
        }
    }
}

/// The host's addresses. It is its own identity provider, as many systems are.
fn meet(host: &mut Table, region: &Endpoints) {
    host.insert("jwks_url".into(), Value::from(region.host_jwks_url.as_str()));
    host.insert("frame_origins".into(), Value::from(vec![region.host_url.clone()]));
    if let Some(origins) = host.get_mut("origins") {
        *origins = Value::from(vec![region.host_url.clone()]);
    }
    if let Some(exchange) = host.get_mut("exchange").and_then(Value::as_table_mut) {
        for provider in tables(exchange, "providers") {
            provider.insert("issuer".into(), Value::from(region.host_url.as_str()));
            provider.insert("jwks_url".into(), Value::from(region.host_jwks_url.as_str()));
        }
    }
}

/// Where privacy officers sign in.
fn sign_in(provider: &mut Table, region: &Endpoints) {
    let issuer = region.sign_in_url.as_str();
    let authority = issuer.split_once("//").map_or(issuer, |(_, authority)| authority);
    provider.insert("issuer".into(), Value::from(issuer));
    provider.insert("jwks_url".into(), Value::from(format!("{issuer}/jwks.json")));
    provider.insert("endpoint_hosts".into(), Value::from(vec![authority]));
    provider.insert("client_id".into(), Value::from(region.client_id.as_str()));
    provider.insert("key_file".into(), file(&region.client_key));
    provider.insert("key_id".into(), Value::from(KEY_ID));
}

/// Tables are laid over tables; whatever is in a list is added to it; everything else is put in its place.
fn lay_over(under: &mut Table, over: Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Table(under)), Value::Table(over)) => lay_over(under, over),
            (Some(Value::Array(under)), Value::Array(over)) => under.extend(over),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

/// What a partner's own file would say; a source without one lets out nothing.
fn open_switches(state: &Path, partner: &str) -> miette::Result<()> {
    let path = state.join(format!("config/policy/releases/{partner}.csv"));
    let mut text =
        std::fs::read_to_string(&path).unwrap_or_else(|_| "source,category,switch,level,named\n".to_owned());
    for category in POOR_SHARES {
        text += &format!("poor,{category},open,F,\n");
    }
    std::fs::write(&path, text)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot write `{}`", path.display()))
}

/// One key of one table, and the value it is to have.
#[derive(Clone)]
pub(super) struct Changed {
    table: String,
    key: String,
    value: String,
}

/// `objection.unknown=refuse`
pub(super) fn changed(text: &str) -> Result<Changed, String> {
    let parts = text.split_once('=').and_then(|(at, value)| Some((at.split_once('.')?, value)));
    let ((table, key), value) =
        parts.ok_or("write it as TABLE.KEY=VALUE, such as `objection.unknown=refuse`")?;
    Ok(Changed { table: table.to_owned(), key: key.to_owned(), value: value.to_owned() })
}

impl Changed {
    /// A number stays one; everything else is text. What cannot be is refused where the file is read.
    fn make(&self, config: &mut Table) -> miette::Result<()> {
        let table = config.get_mut(&self.table).and_then(Value::as_table_mut);
        let table =
            table.ok_or_else(|| miette::miette!("the configuration has no table `{}`", self.table))?;
        let value = self.value.parse::<i64>().map_or_else(|_| Value::from(self.value.as_str()), Value::from);
        table.insert(self.key.clone(), value);
        Ok(())
    }
}

fn tables<'a>(table: &'a mut Table, key: &str) -> impl Iterator<Item = &'a mut Table> {
    let array = table.get_mut(key).and_then(Value::as_array_mut);
    array.into_iter().flatten().filter_map(Value::as_table_mut)
}

fn services(national: &mut Table, region: &Endpoints) {
    for (key, value) in [
        ("pds_url", region.pds_url.as_str()),
        ("sds_url", &region.sds_url),
        ("ssp_url", &region.ssp_url),
        ("gateway_url", &region.national_gateway_url),
        ("gateway_token_file", GATEWAY_TOKEN),
    ] {
        national.insert(key.into(), Value::from(value));
    }
}

/// The partner's address, and the keys the region has made for this run.
fn point(source: &mut Table, region: &Endpoints, options: &Options) {
    let id = source.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let token_url = match region.sources.iter().find(|endpoint| endpoint.name == id) {
        Some(endpoint) => {
            source.insert("base_url".into(), Value::from(endpoint.url.as_str()));
            endpoint.token_url.clone()
        }
        None if id == "nrl" => {
            let base = format!("{}/record-locator/consumer/FHIR/R4", region.nrl_url);
            source.insert("base_url".into(), Value::from(base));
            let keepers: Vec<Value> =
                region.sources.iter().filter_map(|endpoint| keeper(endpoint, region)).collect();
            source.insert("retrieve_from".into(), Value::from(keepers));
            Some(region.nrl_token_url.clone())
        }
        None => None,
    };
    if let (Some(oauth2), Some(url)) = (source.get_mut("oauth2").and_then(Value::as_table_mut), token_url) {
        oauth2.insert("token_url".into(), Value::from(url));
        oauth2.insert("client_id".into(), Value::from(region.client_id.as_str()));
        oauth2.insert("key_file".into(), file(&region.client_key));
        oauth2.insert("key_id".into(), Value::from(KEY_ID));
        oauth2.insert("scope".into(), Value::from(SCOPE));
    }
    if let Some(tls) = source.get_mut("tls").and_then(Value::as_table_mut) {
        tls.insert("identity_file".into(), file(&region.client_identity));
        tls.insert("ca_file".into(), file(&region.ca_file));
    }
    // A demonstration is opened as fast as anybody likes, by tests above all, and its faults are wanted: a rate, or fewer places at a
    // source that was just told to fail, would be what is seen instead.
    source.entry("per_second").or_insert(Value::from(1000));
    source.entry("adapts").or_insert(Value::from(false));
    if options.national_gateway && source.get("kind").and_then(Value::as_str) == Some("gp-connect") {
        source.insert("route".into(), Value::from("national-gateway"));
    }
}

/// Where that organisation is asked about its own staff, and the key both sides hash under.
fn employer(organisation: &mut Table, region: &Endpoints) {
    let ods = organisation.get("ods").and_then(Value::as_str).unwrap_or_default();
    let endpoint = region.staff_match.iter().find(|endpoint| endpoint.organisation == ods);
    let asked = organisation.get_mut("staff_match").and_then(Value::as_table_mut);
    if let (Some(endpoint), Some(asked)) = (endpoint, asked) {
        asked.insert("url".into(), Value::from(endpoint.url.as_str()));
        asked.insert("hash_key_file".into(), file(&endpoint.hash_key));
        asked.insert("hash_key_id".into(), Value::from(endpoint.hash_key_id.as_str()));
    }
}

/// How a partner's server gives a document to whoever followed a pointer.
fn keeper(endpoint: &SourceEndpoint, region: &Endpoints) -> Option<Value> {
    let mut keeper = Table::new();
    keeper.insert("origin".into(), Value::from(endpoint.url.strip_suffix("/fhir")?));
    match endpoint.lock.as_str() {
        "api-key" => {
            keeper.insert("api_key_file".into(), Value::from("demo-api.key"));
        }
        "mtls" => {
            let mut tls = Table::new();
            tls.insert("identity_file".into(), file(&region.client_identity));
            tls.insert("ca_file".into(), file(&region.ca_file));
            keeper.insert("tls".into(), Value::Table(tls));
        }
        _ => return None,
    }
    Some(Value::Table(keeper))
}

fn file(path: &Path) -> Value {
    Value::from(path.display().to_string())
}

fn poor_source(endpoint: &SourceEndpoint) -> Value {
    let mut source = Table::new();
    for (key, value) in [
        ("id", "poor"),
        ("short", "Poor"),
        ("partner", "A source that breaks its contract"),
        ("ods", endpoint.partner.as_str()),
        ("kind", "fhir-r4"),
        ("base_url", &endpoint.url),
        ("api_key_file", "demo-api.key"),
        ("contact", "nobody, 01632 960 129"),
    ] {
        source.insert(key.into(), Value::from(value));
    }
    source.insert("shares".into(), Value::from(POOR_SHARES.map(str::to_owned).to_vec()));
    Value::Table(source)
}
