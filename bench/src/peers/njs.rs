//! Takes a plan, gives nginx its configuration: one internal location for each request, since headers belong to a location there.
//! Refuses a plan that cannot be written down so.

use crate::{
    Outcome,
    peers::plan::{Ask, Plan},
};
use std::{collections::BTreeSet, path::Path, process::Command};

const CONFIGURATION: &str = include_str!("../../peers/njs/nginx.conf");

/// Starts it. The folder is the one it was installed into.
pub(crate) fn command(folder: &Path, plan: &Plan, port: u16) -> Outcome<Command> {
    let file = folder.join("running.conf");
    std::fs::write(&file, configuration(folder, plan, port)?)?;
    let mut command = Command::new(folder.join("debian/usr/sbin/nginx"));
    command.arg("-p").arg(folder).arg("-e").arg("stderr").arg("-c").arg(file);
    Ok(command)
}

pub(super) fn configuration(folder: &Path, plan: &Plan, port: u16) -> Outcome<String> {
    let mut locations = String::new();
    let mut partners = Vec::new();
    for (place, steps) in plan.partners.iter().enumerate() {
        let mut named = Vec::new();
        for (step, asks) in steps.iter().enumerate() {
            let mut names = Vec::new();
            for (nth, ask) in asks.iter().enumerate() {
                let name = format!("/{}/{place}/{step}/{nth}", if ask.merge { "merged" } else { "other" });
                locations += &location(&name, ask)?;
                names.push(name);
            }
            named.push(names);
        }
        partners.push(named);
    }
    let authorities = plan.asks().map(|ask| parts(ask).map(|(_, authority, _)| authority));
    let upstreams = authorities.collect::<Outcome<BTreeSet<&str>>>()?.into_iter().map(upstream).collect();
    let module = folder.join("debian/usr/lib/nginx/modules/ngx_http_js_module.so");
    Ok([
        ("module", module.display().to_string()),
        ("folder", folder.display().to_string()),
        ("identity", plan.identity.display().to_string()),
        ("authority", plan.authority.display().to_string()),
        ("port", port.to_string()),
        ("partners", serde_json::to_string(&partners)?),
        ("upstreams", upstreams),
        ("locations", locations),
    ]
    .iter()
    .fold(CONFIGURATION.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value)))
}

/// Scheme, authority, and the path with its query.
fn parts(ask: &Ask) -> Outcome<(&str, &str, &str)> {
    let (scheme, rest) = ask.url.split_once("://").ok_or("an address without a scheme")?;
    let (authority, _) = rest.split_once('/').ok_or("an address without a path")?;
    Ok((scheme, authority, rest.get(authority.len()..).unwrap_or_default()))
}

fn name(authority: &str) -> String {
    authority.replace([':', '.'], "_")
}

fn upstream(authority: &str) -> String {
    format!(
        "    upstream p{} {{\n        server {authority};\n        keepalive 128;\n    }}\n",
        name(authority)
    )
}

fn location(at: &str, ask: &Ask) -> Outcome<String> {
    let (scheme, authority, path) = parts(ask)?;
    let mut text = format!("        location = {at} {{\n            internal;\n");
    let mut line = |directive: &str, value: &str| -> Outcome<()> {
        text += &format!("            {directive} {};\n", quoted(value)?);
        Ok(())
    };
    line("proxy_method", &ask.method)?;
    line("proxy_set_header Host", authority)?;
    line("proxy_set_header Connection", "")?;
    for (header, value) in &ask.headers {
        line(&format!("proxy_set_header {header}"), value)?;
    }
    if let Some(body) = &ask.body {
        line("proxy_set_body", body)?;
    }
    line("proxy_pass", &format!("{scheme}://p{}{path}", name(authority)))?;
    Ok(text + "        }\n")
}

/// A dollar begins a variable there, and nothing takes that from it: one is set to be a dollar.
fn quoted(value: &str) -> Outcome<String> {
    if value.contains(['\n', '\r']) {
        return Err("a request that nginx cannot be configured with".into());
    }
    let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "${dollar}");
    Ok(format!("\"{value}\""))
}
