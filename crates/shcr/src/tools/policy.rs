//! The sharing agreement from the command line: checked, printed, explained, compared, signed. Takes facts, never a person; of a
//! recorded opening it prints the decision, and nobody's name. Exit codes: 0 as it should be, 1 not.

use super::{read_key, say};
use crate::{config::Config, entries, program::agreement, program::status};
use access::{
    Objection, Policy, Role,
    launch::Route,
    policy::{self, Explain, GridOf, Unit},
    signed_note::SigningKey,
};
use audit::{EntryView, Filter, OpeningId};
use fhir::{Category, OdsCode, SourceId};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// `shcr policy`
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Say whether the agreement can be used: files, signatures, and the printed grid.
    Check {
        #[arg(long)]
        config: PathBuf,
    },
    /// Print the role × category grid as the policies evaluate: all of it, or one.
    Matrix {
        #[arg(long)]
        config: PathBuf,
        #[arg(long, value_parser = route)]
        route: Option<Route>,
        #[arg(long, value_parser = clap::value_parser!(u8).range(0..=3))]
        assurance: Option<u8>,
        /// An organisation of the agreement, by its code.
        #[arg(long, value_parser = ods)]
        org: Option<OdsCode>,
        /// As this source lets out, instead of one that releases everything.
        #[arg(long)]
        source: Option<String>,
        /// A unit of that source.
        #[arg(long, value_parser = unit, requires = "source")]
        unit: Option<Unit>,
    },
    /// Say why a role sees what it sees of one category at one source, or why an opening was decided as it was.
    Explain(Box<ExplainArgs>),
    /// Print the cells in which two agreements differ: directories, or grids printed before.
    Diff { old: PathBuf, new: PathBuf },
    /// Make a key to sign with. Prints the verifier's line for the configuration.
    NewKey {
        /// Whose it is, without spaces, such as `caldicott.guardian.example`.
        name: String,
        /// Where to keep the secret half.
        #[arg(long)]
        out: PathBuf,
    },
    /// Sign the agreement, or a partner's own file by its path within the directory.
    Sign {
        #[arg(long)]
        config: PathBuf,
        #[arg(long)]
        key: PathBuf,
        /// `agreement`, `roles/acute-epr.csv`, `releases/ZZ910.csv`.
        #[arg(required = true)]
        names: Vec<String>,
    },
}

#[derive(clap::Args)]
pub(crate) struct ExplainArgs {
    #[arg(long)]
    config: PathBuf,
    /// A recorded opening: the decision as it was, by the agreement of that day.
    #[arg(long, conflicts_with_all = ["role", "org", "category", "source"])]
    opening: Option<String>,
    #[arg(long, value_parser = role, required_unless_present = "opening")]
    role: Option<Role>,
    #[arg(long, value_parser = ods, required_unless_present = "opening")]
    org: Option<OdsCode>,
    #[arg(long, value_parser = category, required_unless_present = "opening")]
    category: Option<Category>,
    #[arg(long, required_unless_present = "opening")]
    source: Option<String>,
    /// A practice, or a unit that recorded an entry, by the code its system has for it.
    #[arg(long, value_parser = unit, conflicts_with = "opening")]
    unit: Option<Unit>,
    #[arg(long, value_parser = route, default_value = "signed")]
    route: Route,
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=3), default_value_t = 2)]
    assurance: u8,
    #[arg(long, default_value = "TREAT")]
    purpose: String,
    #[arg(long, default_value = "host-open")]
    relationship: Vec<String>,
    #[arg(long, value_parser = objection, default_value = "none")]
    objection: Objection,
    /// A reason code: `emergency`, `safeguarding`, `court-or-statute`, `person-agreed`.
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(policy::BREAK_GLASS_REASONS))]
    break_glass: Option<String>,
    /// The role map caps the role to who the person is.
    #[arg(long)]
    demographics_only: bool,
}

/// `shcr role`
#[derive(clap::Subcommand)]
pub(crate) enum Roles {
    /// Print the role that a host's role name of an organisation is mapped to today.
    Map {
        host: String,
        role: String,
        #[arg(value_parser = ods)]
        org: OdsCode,
        #[arg(long)]
        config: PathBuf,
    },
}

pub(crate) fn run(command: Command) -> miette::Result<ExitCode> {
    match command {
        Command::Check { config } => check(&Config::load(&config)?),
        Command::Matrix { config, route, assurance, org, source, unit } => {
            let source = source.map(|source| (SourceId::new(&source), unit));
            matrix(&load(&Config::load(&config)?)?, (route, assurance), org, source)
        }
        Command::Explain(arguments) => explain(*arguments),
        Command::Diff { old, new } => diff(&old, &new),
        Command::NewKey { name, out } => new_key(&name, &out),
        Command::Sign { config, key, names } => sign(&Config::load(&config)?, &key, &names),
    }
}

pub(crate) fn roles(command: Roles) -> miette::Result<ExitCode> {
    let Roles::Map { host, role, org, config } = command;
    let policy = load(&Config::load(&config)?)?;
    let today = fhir::date::london(crate::clock::now()).date();
    let Some(mapped) = policy.map(&host, &role, &org, today) else {
        say(&format!("{host}: {role} of {org} is not mapped: refused, no-role\n"))?;
        return Ok(ExitCode::FAILURE);
    };
    let emergency =
        if mapped.emergency_access { "may ask for emergency access" } else { "no emergency access" };
    let cap = if mapped.demographics_only { ", demographics only" } else { "" };
    let (name, title) = (mapped.role.name(), mapped.role.title());
    say(&format!("{host}: {role} of {org} is {name}, {title}{cap}; {emergency}\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn load(config: &Config) -> miette::Result<Policy> {
    let facts: Vec<_> = config.sources.iter().map(status::facts).collect();
    Policy::deployed(&config.policy.directory, &facts, &config.deployment())
        .into_diagnostic()
        .wrap_err("the sharing policy cannot be used")
}

fn check(config: &Config) -> miette::Result<ExitCode> {
    let policy = load(config)?;
    let path = config.policy.directory.join("matrix.golden.txt");
    let printed = std::fs::read_to_string(&path)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot read `{}`", path.display()))?;
    let evaluated = policy.matrix_text();
    if evaluated != printed {
        let changed = policy::differences(&printed, &evaluated);
        say(&format!(
            "NOT as printed: what roles see has changed. Look at each line, then print the grid anew.\n{changed}"
        ))?;
        return Ok(ExitCode::FAILURE);
    }
    let signed = if config.training && config.policy.signers.is_empty() {
        "unsigned (training)"
    } else {
        "signed by two"
    };
    for source in policy.sources() {
        say(&narrower_units(&policy, source))?;
    }
    say(&format!("ok: agreement {}, {signed}, as printed\n", policy.id()))?;
    Ok(ExitCode::SUCCESS)
}

/// The units of a source that have switches of their own: a line each.
pub(crate) fn narrower_units(policy: &Policy, source: &SourceId) -> String {
    let line = |(unit, categories): (Unit, Vec<Category>)| {
        let names: Vec<&str> = categories.iter().map(|category| category.name()).collect();
        format!("{source:<10} unit {unit} has switches of its own: {}\n", names.join(" "))
    };
    policy.units(source).into_iter().map(line).collect()
}

fn matrix(
    policy: &Policy,
    (route, assurance): (Option<Route>, Option<u8>),
    organisation: Option<OdsCode>,
    source: Option<(SourceId, Option<Unit>)>,
) -> miette::Result<ExitCode> {
    if (route, assurance, &organisation, &source) == (None, None, &None, &None) {
        say(&policy.matrix_text())?;
        return Ok(ExitCode::SUCCESS);
    }
    let known = organisation.as_ref().map(|ods| {
        policy
            .organisations()
            .find(ods)
            .ok_or_else(|| miette!("`{ods}` is not an organisation of the agreement"))
    });
    let kind = known.transpose()?.map_or_else(|| "none".to_owned(), |organisation| organisation.kind.clone());
    let (route, assurance) = (route.unwrap_or(Route::Signed), assurance.unwrap_or(2));
    let grid = policy.grid_text(&GridOf { route, assurance, kind, organisation, source });
    say(&grid.ok_or_else(|| miette!("the source is not one of the agreement's"))?)?;
    Ok(ExitCode::SUCCESS)
}

fn explain(arguments: ExplainArgs) -> miette::Result<ExitCode> {
    let config = Config::load(&arguments.config)?;
    if let Some(opening) = &arguments.opening {
        return explain_opening(&config, opening);
    }
    let missing = || miette!("a role, an organisation, a category and a source are needed");
    let asked = Explain {
        role: arguments.role.ok_or_else(missing)?,
        demographics_only: arguments.demographics_only,
        organisation: arguments.org.ok_or_else(missing)?,
        route: arguments.route,
        assurance: arguments.assurance,
        purpose: arguments.purpose,
        relationship: arguments.relationship.into_iter().collect(),
        objection: arguments.objection,
        break_glass: arguments.break_glass,
        source: SourceId::new(&arguments.source.ok_or_else(missing)?),
        unit: arguments.unit,
        category: arguments.category.ok_or_else(missing)?,
    };
    let found = load(&config)?.explain(&asked);
    let found =
        found.ok_or_else(|| miette!("the source or the organisation is not one of the agreement's"))?;
    say(&found.text())?;
    Ok(ExitCode::SUCCESS)
}

/// From the audit: what was decided, and whether the agreement kept from that day decides the same.
fn explain_opening(config: &Config, opening: &str) -> miette::Result<ExitCode> {
    let opening =
        OpeningId::parse(opening).map_err(|_| miette!("`{opening}` is not the id of an opening"))?;
    let filter = Filter { opening: Some(opening.clone()), ..Filter::default() };
    let entries = audit::inspect(&config.audit.place()?, read_key(&config.audit.key_file)?, &filter)
        .into_diagnostic()?;
    let decided = |view: &&EntryView| ["open", "refused"].contains(&text(view, "/kind"));
    let entry = entries.iter().find(decided).ok_or_else(|| miette!("the audit has no such opening"))?;
    let (outcome, id) = (text(entry, "/decision/outcome"), text(entry, "/configuration"));
    say(&format!("opening {opening}: {outcome}, agreement {id}\n"))?;
    for reason in entry.entry.pointer("/decision/reasons").and_then(Value::as_array).into_iter().flatten() {
        say(&format!("reason: {}\n", reason.as_str().unwrap_or_default()))?;
    }
    let facts = text(entry, &format!("/detail/{}", entries::FACTS));
    if facts.is_empty() {
        say("no permit was made, so there is nothing to decide again\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    let then = Policy::of_then(&agreement::kept_at(&config.state_dir, id), id).into_diagnostic()?;
    let again = then.decide_as_recorded(facts).and_then(Result::ok);
    let permit = again.ok_or_else(|| miette!("the agreement of that day decides otherwise: refused"))?;
    say(&format!("{facts}\n"))?;
    for source in then.sources() {
        for category in Category::ALL {
            let grant = permit.grant(source, category);
            let reason = grant.limited_by.map_or("-", policy::ReasonCode::name);
            let (level, name) = (format!("{:?}", grant.level).to_lowercase(), category.name());
            let (by, limits) = (grant.policies.join(" "), grant.limits.join(" "));
            say(&format!("{source} {name}: {level} by [{by}], stopped by {reason} [{limits}]\n"))?;
        }
    }
    let same = permit.digest() == text(entry, "/decision/permit");
    say(if same { "the same as recorded\n" } else { "NOT the same as recorded\n" })?;
    Ok(if same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn text<'a>(view: &'a EntryView, pointer: &str) -> &'a str {
    view.entry.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn diff(old: &Path, new: &Path) -> miette::Result<ExitCode> {
    let changed = policy::differences(&grid(old)?, &grid(new)?);
    say(if changed.is_empty() { "no cell differs\n" } else { &changed })?;
    Ok(if changed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A directory is evaluated; a file is a grid printed before.
fn grid(path: &Path) -> miette::Result<String> {
    if path.is_dir() {
        return Ok(Policy::load(path, &[]).into_diagnostic()?.matrix_text());
    }
    std::fs::read_to_string(path)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot read `{}`", path.display()))
}

fn new_key(name: &str, out: &Path) -> miette::Result<ExitCode> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let (key, secret) = SigningKey::generate(name).into_diagnostic()?;
    // A key that is there is somebody's: never written over.
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(out);
    let mut file = file.into_diagnostic().wrap_err_with(|| format!("cannot make `{}`", out.display()))?;
    writeln!(file, "{secret}").into_diagnostic()?;
    say(&format!("{}\n", key.verifier()))?;
    Ok(ExitCode::SUCCESS)
}

fn sign(config: &Config, key: &Path, names: &[String]) -> miette::Result<ExitCode> {
    let secret = std::fs::read_to_string(key)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot read `{}`", key.display()))?;
    let key = SigningKey::parse(&secret).into_diagnostic()?;
    for name in names {
        let text = policy::text_to_sign(&config.policy.directory, name).into_diagnostic()?;
        let path = config.policy.directory.join(format!("{name}.sig"));
        let note = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(&path, key.sign(&note, &text))
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot write `{}`", path.display()))?;
        say(&format!("signed {name} as {}\n", key.verifier().name()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn route(text: &str) -> Result<Route, String> {
    Route::parse(text).ok_or_else(|| "one of smart, signed, exchange, form, legacy, direct".to_owned())
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "one of R1 to R11".to_owned())
}

fn ods(text: &str) -> Result<OdsCode, String> {
    OdsCode::parse(text).map_err(|_| "not an organisation code".to_owned())
}

fn unit(text: &str) -> Result<Unit, String> {
    Unit::parse(text).ok_or_else(|| "not a code of a unit".to_owned())
}

fn category(text: &str) -> Result<Category, String> {
    Category::parse(text).ok_or_else(|| "not one of the categories".to_owned())
}

fn objection(text: &str) -> Result<Objection, String> {
    let all = [Objection::None, Objection::Objected, Objection::Unknown];
    all.into_iter().find(|state| state.name() == text).ok_or_else(|| "none, objected or unknown".to_owned())
}
