//! `shcr source test`: takes a source's name and a test person, asks that source as an opening would, and reports what came,
//! how fast, and which expectations of its contract it breaks. Only numbers that were never issued may be asked about, so
//! nobody's record is read and nothing is audited. Source: the onboarding of a source, docs/do/connect-a-source.md.

use crate::{clock, config::Config};
use access::{
    launch::Practitioner,
    person::{Identified, ShownPerson, Trace, Traced},
};
use expect::{Answered, Outcome};
use federation::{Asking, Federation, Limits, Probe, SourceConfig};
use fhir::{FhirDate, NhsNumber, OdsCode};
use miette::{IntoDiagnostic, WrapErr};
use report::{Report, Run};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

/// What a contract expects.
mod expect;
/// The report, for eyes and for machines.
mod report;

/// `shcr source`
#[derive(clap::Subcommand)]
pub(crate) enum Source {
    /// Ask one source about a test person and report how it keeps its contract.
    Test(Test),
    /// Turn received resources (STU3, DSTU2 or R4 JSON) into UK Core R4, and say what found no place.
    Convert(Convert),
}

#[derive(clap::Args)]
pub(crate) struct Test {
    /// The source's `id` in the configuration.
    name: String,
    #[arg(long)]
    config: PathBuf,
    /// A number from the range that is never issued: 999….
    #[arg(long)]
    nhs_number: String,
    /// Birth date, where PDS does not know the test person: `1935-08-14`.
    #[arg(long)]
    born: Option<String>,
    /// Family name, where PDS does not know the test person.
    #[arg(long)]
    family: Option<String>,
    /// The practice to ask, where PDS does not know the test person.
    #[arg(long)]
    practice: Option<String>,
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    /// Write every resource received as UK Core R4 here, one to a line.
    #[arg(long)]
    r4: Option<PathBuf>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Form {
    Text,
    Json,
}

#[derive(clap::Args)]
pub(crate) struct Convert {
    /// A file: one resource or Bundle.
    file: PathBuf,
    /// What it is written in.
    #[arg(long, value_enum)]
    from: Written,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Written {
    Stu3,
    Dstu2,
    R4,
}

pub(crate) async fn run(command: Source) -> miette::Result<ExitCode> {
    match command {
        Source::Test(options) => test(&options).await,
        Source::Convert(options) => convert(&options),
    }
}

async fn test(options: &Test) -> miette::Result<ExitCode> {
    let number = NhsNumber::parse(&options.nhs_number).ok().filter(NhsNumber::is_test);
    let number = number.ok_or_else(|| {
        miette::miette!(
            help = "tests never ask about a number that could be somebody's",
            "`--nhs-number` must be a valid number that begins with 999"
        )
    })?;
    let config = Config::load(&options.config)?;
    let source = named(&config, &options.name)?;
    let federation = Federation::new(config.sources.clone(), config.national.clone(), patient());
    let federation = Arc::new(federation.into_diagnostic()?);
    let trace = federation.trace(&number, "source-test", clock::now()).await;
    let asking = asking(&config, &number, &trace, options)?;
    let probe = federation.probe(&source.id, asking).await.into_diagnostic()?;
    let normalised = record::normalise(&probe.reply);
    if let Some(path) = &options.r4 {
        write_r4(path, &probe)?;
    }
    let mut findings = expect::expectations(&Answered {
        reply: &probe.reply,
        normalised: &normalised,
        exchanges: &probe.exchanges,
        shares: &source.shares,
        is_feed: source.feed.is_some(),
        kind: source.kind.name(),
    });
    findings.extend(probe.checks.iter().map(expect::checked));
    let broken = findings.iter().any(|finding| finding.outcome == Outcome::Broken);
    let report = Report::new(Run {
        source,
        number: &number,
        trace: &trace,
        probe: &probe,
        normalised: &normalised,
        expectations: findings,
    });
    let text = match options.format {
        Form::Text => report.text(),
        Form::Json => report.json()?,
    };
    std::io::stdout().write_all(text.as_bytes()).into_diagnostic()?;
    Ok(if broken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// As an opening asks, and with time to see the end of a source that is too slow for one.
fn patient() -> Limits {
    let long = Duration::from_secs(120);
    Limits {
        total: long,
        first_byte: Duration::from_secs(10),
        capability_deadline: Duration::from_secs(10),
        ..Limits::default()
    }
}

fn named<'a>(config: &'a Config, name: &str) -> miette::Result<&'a SourceConfig> {
    let found = config.sources.iter().find(|source| source.id.as_str() == name);
    let source = found.ok_or_else(|| {
        let known: Vec<_> = config.sources.iter().map(|source| source.id.as_str()).collect();
        miette::miette!("no source is named `{name}`; the configuration has {}", known.join(", "))
    })?;
    if source.kind.is_none() {
        return Err(miette::miette!("`{name}` is a partner without a source: there is nothing to ask"));
    }
    Ok(source)
}

/// The person as PDS knows them, else as the command line says.
fn asking(config: &Config, number: &NhsNumber, trace: &Trace, options: &Test) -> miette::Result<Asking> {
    let practice = options.practice.as_deref().map(OdsCode::parse).transpose().into_diagnostic()?;
    let person = match trace {
        Trace::Found(traced) => Identified {
            traced: true,
            practice: practice.or_else(|| traced.practice.clone()),
            ..identified(known(traced)?)
        },
        _ => Identified { traced: practice.is_some(), practice, ..identified(told(number, options)?) },
    };
    let organisation = config.hosts.iter().flat_map(|host| &host.organisations).next().cloned();
    let organisation =
        organisation.ok_or_else(|| miette::miette!("the configuration names no host to ask for"))?;
    Ok(Asking {
        opening: uuid::Uuid::now_v7().to_string(),
        person,
        practitioner: tester(),
        organisation: (organisation, "Source test".to_owned()),
        role: "Source test".to_owned(),
        now: clock::now(),
        opens_restricted: false,
    })
}

fn identified(person: ShownPerson) -> Identified {
    Identified { person, traced: false, practice: None, superseded: None, caveats: Vec::new() }
}

fn known(traced: &Traced) -> miette::Result<ShownPerson> {
    let name = traced.names.first();
    let birth_date = traced.birth_date.clone();
    Ok(ShownPerson {
        nhs_number: traced.nhs_number.clone(),
        birth_date: birth_date
            .ok_or_else(|| miette::miette!("PDS holds no birth date of this test person"))?,
        family: name.map(|name| name.family.clone()).unwrap_or_default(),
        given: name.map(|name| name.given.clone()).unwrap_or_default(),
        gender: traced.gender.clone().unwrap_or_default(),
        title: None,
        preferred: None,
        deceased: None,
        address: None,
        telephone: None,
    })
}

fn told(number: &NhsNumber, options: &Test) -> miette::Result<ShownPerson> {
    let (Some(born), Some(family)) = (&options.born, &options.family) else {
        return Err(miette::miette!(
            help = "a source's person is compared with who was asked about, as in an opening",
            "PDS does not know this test person: give `--born` and `--family`"
        ));
    };
    Ok(ShownPerson {
        nhs_number: number.clone(),
        birth_date: FhirDate::parse(born),
        family: family.clone(),
        given: Vec::new(),
        gender: String::new(),
        title: None,
        preferred: None,
        deceased: None,
        address: None,
        telephone: None,
    })
}

/// Nobody: partners see in their own audit that this was a test.
fn tester() -> Practitioner {
    Practitioner {
        host_sub: "source-test".to_owned(),
        display: "Source Test".to_owned(),
        family: Some("Test".to_owned()),
        given: vec!["Source".to_owned()],
        title: None,
        sds_user_id: None,
        sds_role_profile_id: None,
        sds_job_role: None,
        local_user_id: None,
        registration: None,
    }
}

fn write_r4(path: &Path, probe: &Probe) -> miette::Result<()> {
    let mut lines = String::new();
    for payload in &probe.reply.payloads {
        let root = fhir::Json::of(&payload.text).object().unwrap_or_default();
        let resources = root.objects("entry");
        let resources = resources.iter().filter_map(|entry| entry.get("resource"));
        for emitted in resources.filter_map(|json| record::uk_core::emit(json.as_sent(), payload.format)) {
            lines.push_str(&emitted.json);
            lines.push('\n');
        }
    }
    std::fs::write(path, lines)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot write `{}`", path.display()))
}

/// Resources to standard output, what found no place to standard error.
fn convert(options: &Convert) -> miette::Result<ExitCode> {
    let bytes = std::fs::read(&options.file)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot read `{}`", options.file.display()))?;
    let text = fhir::json::check(&bytes).into_diagnostic().wrap_err("not a document to be trusted")?;
    let format = match options.from {
        Written::Stu3 => fhir::reply::Format::Stu3,
        Written::Dstu2 => fhir::reply::Format::GpConnectHtml,
        Written::R4 => fhir::reply::Format::R4,
    };
    let root = fhir::Json::of(text).object();
    let entries = root.as_ref().map(|root| root.objects("entry")).unwrap_or_default();
    let mut resources: Vec<&str> =
        entries.iter().filter_map(|entry| Some(entry.get("resource")?.as_sent())).collect();
    if resources.is_empty() {
        resources.push(text);
    }
    let (mut out, mut err) = (String::new(), String::new());
    for resource in resources {
        match record::uk_core::emit(resource, format) {
            Some(emitted) => {
                out.push_str(&emitted.json);
                out.push('\n');
                err.push_str(&report::unplaced(&emitted));
            }
            None => err.push_str("a resource without a form in R4 was left out\n"),
        }
    }
    std::io::stdout().write_all(out.as_bytes()).into_diagnostic()?;
    std::io::stderr().write_all(err.as_bytes()).into_diagnostic()?;
    Ok(ExitCode::SUCCESS)
}
