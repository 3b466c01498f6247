//! Starts and stops a whole region: opens every door first, so that everybody can be told where the others are, then
//! puts a server behind each.

use crate::{
    access_log::{self, AccessLogs},
    clock, control,
    corpus::Corpus,
    endpoints::{EdgeEndpoint, Endpoints, PersonLine, SourceEndpoint, StaffMatchEndpoint},
    faults::Faults,
    feeds::{self, Destination, Extract},
    gateway,
    gp::{self, service::Service},
    host::{self, key::SigningKey, users::USERS},
    line::{self, Line, LineTls},
    marks::Marks,
    nrl, oauth,
    options::{Options, RegionFault},
    pds,
    people::{self, PRACTICES, Person},
    rest::{
        self,
        partner::{Lock, PARTNERS, Version},
    },
    sds,
    server::{Door, Doors, Servers},
    sign_in::SignIn,
    ssp,
    tls::Mutual,
    world::World,
};
use std::{path::Path, sync::Arc};

/// A running region. It stops when told to, or with the runtime it runs on.
pub struct Region {
    endpoints: Endpoints,
    world: Arc<World>,
    lines: Vec<Arc<Line>>,
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
    national_gateway: Door,
    nrl: Door,
    nrl_provider: Door,
    poor: Option<Door>,
    sign_in: Door,
}

/// What stands behind the doors of partners.
struct Behind<'a> {
    proofs: &'a Proofs,
    lines: &'a [Arc<Line>],
    sign_in: &'a Arc<SignIn>,
}

/// What the gateway proves itself with, and what it is checked against.
struct Proofs {
    client: Arc<oauth::Client>,
    mutual: Mutual,
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
    let proofs = Proofs {
        client: Arc::new(oauth::Client::register(&options.state_dir)?),
        mutual: Mutual::make(&options.state_dir)?,
    };
    let staff = host::staff::Offices::make(&options.state_dir)?;
    let doors = AllDoors::open(options.port_base, options.poor_source).await?;
    let mut endpoints = endpoints(&doors, &world, (&key, &options.state_dir), &proofs);
    endpoints.staff_match = staff_match(&doors, &staff);
    let gateway_url = options.gateway_url.clone();
    let addresses = (gateway_url.as_str(), options.office_url.as_deref());
    let setup = host::Setup {
        back_channel: host::BackChannel::new(
            options.back_channel_url.as_deref(),
            (&options.gateway_url, &options.token_url),
            &proofs.mutual,
        )?,
        gateway_url: options.gateway_url,
        token_url: options.token_url,
        key,
        client,
        staff,
    };
    let lines = doors.lines(&world);
    let sign_in = SignIn::new(&options.state_dir, &doors.sign_in.origin, addresses, &proofs.client)?;
    let behind = Behind { proofs: &proofs, lines: &lines, sign_in: &sign_in };
    let servers = serve(doors, &world, setup, &behind)?;
    tracing::info!(sources = endpoints.sources.len(), people = endpoints.people.len(), "the region listens");
    Ok(Region { endpoints, world, lines, servers })
}

impl Region {
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// What the old systems of the partners behind edge nodes have written by now: each feed's oldest first.
    pub fn extracts(&self) -> Vec<Extract> {
        feeds::feeds(&self.world.people, self.world.today, clock::now())
    }

    /// Has a partner's old system bring everything it has written to its node, each thing the way it does. How many.
    pub async fn send(&self, edge: &EdgeEndpoint, to: &Destination) -> Result<usize, RegionFault> {
        let own: Vec<Extract> =
            self.extracts().into_iter().filter(|extract| extract.partner == edge.name).collect();
        feeds::send::send(edge, to, &own).await
    }

    /// Joins a partner's door to its edge node, which listens by now at `base_url` (what stands before `/metadata`). May be
    /// called again when the node has moved. Until the first call the door answers 503.
    pub fn connect(&self, name: &str, base_url: &str, tls: LineTls<'_>) -> Result<(), RegionFault> {
        let line = self.lines.iter().find(|line| line.partner.name == name);
        line.ok_or_else(|| RegionFault::UnknownSource(name.to_owned()))?.connect(base_url, tls)
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
    let mut world = World::new(everybody, corpus, today, Faults::new(source_names(options.poor_source)));
    world.latency = options.latency.then_some(options.seed);
    world.token_life_s = options.token_life_s;
    world.marks = options.marks.as_deref().map(Marks::of);
    world.access_logs = AccessLogs::make(&options.state_dir)?;
    for (source, fault) in &options.faults {
        world.faults.set(source, *fault)?;
    }
    Ok(world)
}

/// Every service of a practice stands behind the practice, and can be broken by itself.
fn practice_names(practice: &people::Practice) -> Vec<String> {
    let practice_name = format!("gp:{}", practice.ods);
    let services = Service::ALL.into_iter().filter(|service| service.asid(practice).is_some());
    let names = services.map(|service| format!("{practice_name}:{}", service.name()));
    std::iter::once(practice_name.clone()).chain(names).collect()
}

fn source_names(poor_source: bool) -> Vec<String> {
    let practices = PRACTICES.iter().flat_map(practice_names);
    let partners = PARTNERS.iter().map(|partner| partner.name.to_owned());
    let poor = poor_source.then(|| rest::poor::NAME.to_owned());
    let national = ["pds", "sds", "ssp", "gateway", nrl::NAME, nrl::provider::NAME, host::staff::NAME];
    std::iter::once("gp".to_owned())
        .chain(practices)
        .chain(partners)
        .chain(national.map(str::to_owned))
        .chain(poor)
        .collect()
}

impl AllDoors {
    async fn open(base: Option<u16>, poor_source: bool) -> Result<Self, RegionFault> {
        let mut doors = Doors::new(base);
        let (host, control) = (doors.open().await?, doors.open().await?);
        let (pds, sds, ssp) = (doors.open().await?, doors.open().await?, doors.open().await?);
        let (mut practices, mut partners) = (Vec::new(), Vec::new());
        for _ in &PRACTICES {
            practices.push(doors.open().await?);
        }
        for partner in &PARTNERS {
            let door = doors.open().await?;
            partners.push(if partner.lock == Lock::MutualTls { door.over_tls() } else { door });
        }
        let national_gateway = doors.open().await?;
        let (nrl, nrl_provider) = (doors.open().await?, doors.open().await?);
        let poor = if poor_source { Some(doors.open().await?) } else { None };
        let sign_in = doors.open().await?;
        Ok(Self {
            host,
            control,
            pds,
            sds,
            ssp,
            practices,
            partners,
            national_gateway,
            nrl,
            nrl_provider,
            poor,
            sign_in,
        })
    }

    /// One for each partner behind an edge node.
    fn lines(&self, world: &Arc<World>) -> Vec<Arc<Line>> {
        let doors = self.partners.iter().zip(&PARTNERS).filter(|(_, partner)| partner.behind_a_node);
        doors.map(|(door, partner)| Line::new(world, partner, &door.origin)).collect()
    }

    fn practice_roots(&self) -> impl Iterator<Item = (people::Practice, String)> {
        let root = |(door, practice): (&Door, people::Practice)| {
            (practice, format!("{}{}", door.origin, Service::Structured.path(practice.ods)))
        };
        self.practices.iter().zip(PRACTICES).map(root)
    }

    /// Where the locator's pointers lead.
    fn addresses(&self) -> nrl::Addresses {
        let partner = |(door, partner): (&Door, &rest::partner::Partner)| {
            (partner.name, format!("{}/fhir", door.origin))
        };
        nrl::Addresses {
            partners: self.partners.iter().zip(&PARTNERS).map(partner).collect(),
            ssp: self.ssp.origin.clone(),
            provider: self.nrl_provider.origin.clone(),
        }
    }

    /// The store of documents that is reached through the proxy.
    fn provider(&self) -> ssp::Target {
        let interactions = vec![nrl::provider::INTERACTION];
        ssp::Target { root: self.nrl_provider.origin.clone(), asid: nrl::provider::ASID, interactions }
    }

    /// Every service of every practice, as SDS has it.
    fn registered(&self) -> Vec<sds::Registered> {
        let services = |(door, practice): (&Door, people::Practice)| {
            let service = |service: Service| {
                let root = format!("{}{}", door.origin, service.path(practice.ods));
                Some(sds::Registered { practice, service, root, asid: service.asid(&practice)? })
            };
            Service::ALL.into_iter().filter_map(service).collect::<Vec<_>>()
        };
        self.practices.iter().zip(PRACTICES).flat_map(services).collect()
    }
}

fn serve(
    doors: AllDoors,
    world: &Arc<World>,
    host: host::Setup,
    behind: &Behind<'_>,
) -> Result<Servers, RegionFault> {
    let Behind { proofs, lines, sign_in } = behind;
    let locator = nrl::router(world, &doors.addresses(), &doors.nrl.origin, &proofs.client);
    let registered = doors.registered();
    let targets = registered.iter().map(|one| ssp::Target {
        root: one.root.clone(),
        asid: one.asid,
        interactions: one.service.interactions().iter().map(|interaction| interaction.id()).collect(),
    });
    let ssp = ssp::router(world, targets.chain([doors.provider()]).collect(), host.client.clone());
    let hops = gateway::Hops {
        pds_url: doors.pds.origin.clone(),
        sds_url: doors.sds.origin.clone(),
        ssp_url: doors.ssp.origin.clone(),
        client: host.client.clone(),
    };
    let sds = sds::router(world, registered, &doors.sds.origin);
    let mut servers = Servers::default();
    servers.serve(world, doors.control, control::router(world, &doors.host.origin));
    servers.serve(world, doors.host, host::router(world, host)?);
    servers.serve(world, doors.pds, pds::router(world));
    servers.serve(world, doors.sds, sds);
    servers.serve(world, doors.ssp, ssp);
    servers.serve(world, doors.national_gateway, gateway::router(world, hops));
    for (door, practice) in doors.practices.into_iter().zip(PRACTICES) {
        let router = gp::router(world, practice, &door.origin);
        servers.serve(world, door, router);
    }
    for (door, partner) in doors.partners.into_iter().zip(&PARTNERS) {
        let router = match lines.iter().find(|line| line.partner.name == partner.name) {
            Some(line) => line::router(line, &door.origin, &proofs.client),
            None => rest::router(world, partner, &door.origin, &proofs.client),
        };
        match partner.lock {
            Lock::MutualTls => servers.serve_tls(world, door, router, &proofs.mutual.server)?,
            Lock::ApiKey | Lock::OAuth2 => servers.serve(world, door, router),
        }
    }
    servers.serve(world, doors.sign_in, sign_in.router());
    servers.serve(world, doors.nrl, locator);
    servers.serve(world, doors.nrl_provider, nrl::provider::router(world));
    if let Some(door) = doors.poor {
        servers.serve(world, door, rest::poor::router(world));
    }
    Ok(servers)
}

fn endpoints(
    doors: &AllDoors,
    world: &World,
    (key, folder): (&SigningKey, &Path),
    proofs: &Proofs,
) -> Endpoints {
    Endpoints {
        host_url: doors.host.origin.clone(),
        host_client_id: host::CLIENT_ID.to_owned(),
        host_jwks_url: format!("{}/jwks.json", doors.host.origin),
        control_url: doors.control.origin.clone(),
        pds_url: doors.pds.origin.clone(),
        sds_url: doors.sds.origin.clone(),
        ssp_url: doors.ssp.origin.clone(),
        national_gateway_url: doors.national_gateway.origin.clone(),
        national_gateway_token: gateway::TOKEN.to_owned(),
        nrl_url: doors.nrl.origin.clone(),
        sign_in_url: doors.sign_in.origin.clone(),
        nrl_token_url: format!("{}{}", doors.nrl.origin, oauth::TOKEN_PATH),
        host_signing_key: key.path.clone(),
        client_id: oauth::CLIENT_ID.to_owned(),
        client_key: proofs.client.key.clone(),
        client_identity: proofs.mutual.client_identity.clone(),
        ca_file: proofs.mutual.ca_file.clone(),
        host_identity: proofs.mutual.host_identity.clone(),
        back_channel_identity: proofs.mutual.back_channel_identity.clone(),
        sources: sources(doors),
        staff_match: Vec::new(),
        edges: edges(doors, &proofs.mutual, folder),
        people: world.people.iter().map(person_line).collect(),
        users: USERS.iter().map(host::users::User::line).collect(),
        marks: world.marks.iter().flat_map(Marks::all).collect(),
    }
}

fn sources(doors: &AllDoors) -> Vec<SourceEndpoint> {
    let practice = |(practice, url): (people::Practice, String)| SourceEndpoint {
        name: format!("gp:{}", practice.ods),
        partner: practice.ods.to_owned(),
        kind: "gp-connect-stu3".to_owned(),
        url,
        lock: "none".to_owned(),
        token_url: None,
    };
    let partner = |(door, partner): (&Door, &rest::partner::Partner)| SourceEndpoint {
        name: partner.name.to_owned(),
        partner: partner.ods.to_owned(),
        kind: partner.version.source_kind().to_owned(),
        url: format!("{}/fhir", door.origin),
        lock: partner.lock.name().to_owned(),
        token_url: (partner.lock == Lock::OAuth2).then(|| format!("{}{}", door.origin, oauth::TOKEN_PATH)),
    };
    let poor = |door: &Door| SourceEndpoint {
        name: rest::poor::NAME.to_owned(),
        partner: rest::poor::ODS.to_owned(),
        kind: Version::R4.source_kind().to_owned(),
        url: format!("{}/fhir", door.origin),
        lock: Lock::ApiKey.name().to_owned(),
        token_url: None,
    };
    let partners = doors.partners.iter().zip(&PARTNERS).map(partner);
    doors.practice_roots().map(practice).chain(partners).chain(doors.poor.iter().map(poor)).collect()
}

fn staff_match(doors: &AllDoors, staff: &host::staff::Offices) -> Vec<StaffMatchEndpoint> {
    let office = |(ods, office): (&str, &host::staff::Office)| StaffMatchEndpoint {
        organisation: ods.to_owned(),
        url: format!("{}/{}/{ods}", doors.host.origin, host::staff::NAME),
        hash_key: office.key_file.clone(),
        hash_key_id: host::staff::KEY_ID.to_owned(),
    };
    staff.all().map(office).collect()
}

fn edges(doors: &AllDoors, mutual: &Mutual, folder: &Path) -> Vec<EdgeEndpoint> {
    let edge = |(door, partner): (&Door, &rest::partner::Partner)| {
        let made = mutual.edges.iter().find(|edge| edge.name == partner.name)?;
        Some(EdgeEndpoint {
            name: partner.name.to_owned(),
            partner_ods: partner.ods.to_owned(),
            partner_name: partner.title().to_owned(),
            server_identity: made.server_identity.clone(),
            ca_file: mutual.ca_file.clone(),
            line_url: format!("{}{}", door.origin, rest::BASE),
            line_client_identity: made.line_identity.clone(),
            sender_identity: made.sender_identity.clone(),
            manifest_key: made.manifest_key.clone(),
            manifest_public: made.manifest_public.clone(),
            access_log_key: access_log::key_file(folder, partner.name),
        })
    };
    doors.partners.iter().zip(&PARTNERS).filter_map(edge).collect()
}

fn person_line(person: &Person) -> PersonLine {
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
