//! Starts and stops a whole region: opens every door first, so that everybody can be told where the others are, then
//! puts a server behind each.

use crate::{
    clock, control,
    corpus::Corpus,
    endpoints::{Endpoints, PersonLine, SourceEndpoint},
    faults::Faults,
    gp,
    host::{self, key::SigningKey, users::USERS},
    options::{Options, RegionFault},
    pds,
    people::{self, PRACTICES, Person},
    rest::{self, partner::PARTNERS},
    sds,
    server::{Door, Doors, Servers},
    ssp,
    world::World,
};
use std::sync::Arc;

/// A running region. It stops when told to, or with the runtime it runs on.
pub struct Region {
    endpoints: Endpoints,
    world: Arc<World>,
    servers: Servers,
}

/// Every port of the region, in the order a fixed base numbers them.
struct AllDoors {
    host: Door,
    control: Door,
    pds: Door,
    sds: Door,
    ssp: Door,
    practices: Vec<Door>,
    partners: Vec<Door>,
}

/// Returns once everything listens. Needs a process-wide TLS provider to be installed, as any HTTP client does.
pub async fn start(options: Options) -> Result<Region, RegionFault> {
    let key = SigningKey::make(&options.state_dir)?;
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(RegionFault::Client)?;
    let world = Arc::new(populate(&options)?);
    let doors = AllDoors::open(options.port_base).await?;
    let endpoints = endpoints(&doors, &world, &key);
    let setup = host::Setup { gateway_url: options.gateway_url, token_url: options.token_url, key, client };
    let servers = serve(doors, &world, setup)?;
    tracing::info!(sources = endpoints.sources.len(), people = endpoints.people.len(), "the region listens");
    Ok(Region { endpoints, world, servers })
}

impl Region {
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Ends every server within two seconds, whatever still waits for an answer.
    pub async fn stop(self) {
        self.world.close();
        self.servers.finish().await;
    }
}

fn populate(options: &Options) -> Result<World, RegionFault> {
    let today = clock::today();
    let mut everybody = people::people(options.seed, options.people, today);
    let corpus = match &options.corpus {
        Some(folder) => Corpus::read(folder, &mut everybody)?,
        None => Corpus::default(),
    };
    let mut world = World::new(everybody, corpus, today, Faults::new(source_names()));
    world.latency = options.latency.then_some(options.seed);
    for (source, fault) in &options.faults {
        world.faults.set(source, *fault)?;
    }
    Ok(world)
}

fn source_names() -> Vec<String> {
    let practices = PRACTICES.iter().map(|practice| format!("gp:{}", practice.ods));
    let partners = PARTNERS.iter().map(|partner| partner.name.to_owned());
    let national = ["pds", "sds", "ssp"].map(str::to_owned);
    std::iter::once("gp".to_owned()).chain(practices).chain(partners).chain(national).collect()
}

impl AllDoors {
    async fn open(base: Option<u16>) -> Result<Self, RegionFault> {
        let mut doors = Doors::new(base);
        let (host, control) = (doors.open().await?, doors.open().await?);
        let (pds, sds, ssp) = (doors.open().await?, doors.open().await?, doors.open().await?);
        let (mut practices, mut partners) = (Vec::new(), Vec::new());
        for _ in &PRACTICES {
            practices.push(doors.open().await?);
        }
        for _ in &PARTNERS {
            partners.push(doors.open().await?);
        }
        Ok(Self { host, control, pds, sds, ssp, practices, partners })
    }

    fn practice_roots(&self) -> impl Iterator<Item = (people::Practice, String)> {
        let root = |(door, practice): (&Door, people::Practice)| {
            (practice, format!("{}{}", door.origin, gp::root_path(practice.ods)))
        };
        self.practices.iter().zip(PRACTICES).map(root)
    }
}

fn serve(doors: AllDoors, world: &Arc<World>, host: host::Setup) -> Result<Servers, RegionFault> {
    let targets =
        doors.practice_roots().map(|(practice, root)| ssp::Target { root, asid: practice.asid }).collect();
    let registered =
        doors.practice_roots().map(|(practice, root)| sds::Registered { practice, root }).collect();
    let ssp = ssp::router(world, targets, host.client.clone());
    let sds = sds::router(world, registered, &doors.sds.origin);
    let mut servers = Servers::default();
    servers.serve(world, doors.control, control::router(world, &doors.host.origin));
    servers.serve(world, doors.host, host::router(world, host)?);
    servers.serve(world, doors.pds, pds::router(world));
    servers.serve(world, doors.sds, sds);
    servers.serve(world, doors.ssp, ssp);
    for (door, practice) in doors.practices.into_iter().zip(PRACTICES) {
        let router = gp::router(world, practice, &door.origin);
        servers.serve(world, door, router);
    }
    for (door, partner) in doors.partners.into_iter().zip(&PARTNERS) {
        let router = rest::router(world, partner, &door.origin);
        servers.serve(world, door, router);
    }
    Ok(servers)
}

fn endpoints(doors: &AllDoors, world: &World, key: &SigningKey) -> Endpoints {
    Endpoints {
        host_url: doors.host.origin.clone(),
        host_client_id: host::CLIENT_ID.to_owned(),
        host_jwks_url: format!("{}/jwks.json", doors.host.origin),
        control_url: doors.control.origin.clone(),
        pds_url: doors.pds.origin.clone(),
        sds_url: doors.sds.origin.clone(),
        ssp_url: doors.ssp.origin.clone(),
        host_signing_key: key.path.clone(),
        sources: sources(doors),
        people: world.people.iter().map(line).collect(),
        users: USERS.iter().map(host::users::User::line).collect(),
    }
}

fn sources(doors: &AllDoors) -> Vec<SourceEndpoint> {
    let practice = |(practice, url): (people::Practice, String)| SourceEndpoint {
        name: format!("gp:{}", practice.ods),
        partner: practice.ods.to_owned(),
        kind: "gp-connect-stu3".to_owned(),
        url,
    };
    let partner = |(door, partner): (&Door, &rest::partner::Partner)| SourceEndpoint {
        name: partner.name.to_owned(),
        partner: partner.ods.to_owned(),
        kind: partner.version.source_kind().to_owned(),
        url: format!("{}/fhir", door.origin),
    };
    doors.practice_roots().map(practice).chain(doors.partners.iter().zip(&PARTNERS).map(partner)).collect()
}

fn line(person: &Person) -> PersonLine {
    let name = [person.title.clone(), Some(person.given.join(" ")), Some(person.family.clone())];
    PersonLine {
        nhs_number: person.nhs_number.digits().to_owned(),
        name: name.into_iter().flatten().collect::<Vec<_>>().join(" "),
        story: person.story.clone(),
        story_key: person.story_key.to_owned(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
