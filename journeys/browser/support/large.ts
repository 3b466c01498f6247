// A partner's system on FHIR R4 that holds ten thousand entries of one person of the region, page by page. Everything in it is invented.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How many of each type: ten thousand in all. */
export const HELD = { Observation: 4000, Encounter: 3000, Condition: 2000, DocumentReference: 1000 } as const;
type Held = keyof typeof HELD;
const PAGE = 1000;

const PATIENT = {
  resourceType: 'Patient', id: 'p1', gender: 'female', birthDate: '1935-08-14',
  identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9991234578' }],
  name: [{ use: 'official', family: 'Testpatient', given: ['Doreen'], prefix: ['Mrs'] }],
};

/** What it is asked about and holds nothing of. */
const EMPTY = [
  'AllergyIntolerance', 'MedicationRequest', 'MedicationStatement', 'Procedure', 'DiagnosticReport', 'Immunization', 'EpisodeOfCare',
  'Appointment', 'ServiceRequest', 'CareTeam', 'CarePlan', 'QuestionnaireResponse', 'Consent', 'Flag',
];

const interaction = [{ code: 'read' }, { code: 'search-type' }];
const CAPABILITY = {
  resourceType: 'CapabilityStatement', status: 'active', date: '2026-01-01', kind: 'instance', fhirVersion: '4.0.1', format: ['json'],
  rest: [{
    mode: 'server',
    resource: ['Patient', ...Object.keys(HELD), ...EMPTY].map((type) => ({
      type, interaction, searchParam: [{ name: type === 'Patient' ? 'identifier' : 'patient', type: type === 'Patient' ? 'token' : 'reference' }],
    })),
  }],
};

/** Newest first, a day or so apart, within two years. */
const day = (n: number) => new Date(Date.now() - (n % 700) * 86_400_000).toISOString().slice(0, 10);
const subject = { reference: 'Patient/p1' };
const MAKE: Record<Held, (n: number) => object> = {
  Observation: (n) => ({
    status: 'final', subject, effectiveDateTime: day(n), code: { text: `Invented test ${n % 40}` },
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
    valueQuantity: { value: 10 + (n % 30), unit: 'mmol/L' },
  }),
  Encounter: (n) => ({
    status: 'finished', subject, class: { code: 'AMB', display: 'ambulatory' }, type: [{ text: `Clinic number ${n}` }],
    period: { start: `${day(n)}T09:00:00Z`, end: `${day(n)}T09:30:00Z` },
  }),
  Condition: (n) => ({
    subject, code: { text: `Invented problem ${n}` }, recordedDate: day(n),
    clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: n % 2 ? 'resolved' : 'active' }] },
  }),
  DocumentReference: (n) => ({
    status: 'current', subject, date: `${day(n)}T12:00:00Z`, type: { text: n % 3 ? 'Letter' : 'Report' }, description: `Letter number ${n}`,
    content: [{ attachment: { contentType: 'text/plain', url: `Binary/b${n}`, title: `Letter number ${n}` } }],
  }),
};

function page(base: string, type: Held, from: number): object {
  const total = HELD[type];
  const numbers = Array.from({ length: Math.min(PAGE, total - from) }, (_, n) => from + n);
  const next = from + PAGE < total ? [{ relation: 'next', url: `${base}/${type}?from=${from + PAGE}` }] : [];
  const entry = numbers.map((n) => ({
    fullUrl: `${base}/${type}/${type}-${n}`, search: { mode: 'match' },
    resource: { resourceType: type, id: `${type}-${n}`, ...MAKE[type](n) },
  }));
  return { resourceType: 'Bundle', type: 'searchset', total, link: next, entry };
}

/** Listens on a free port; gives its base and what stops it. */
export async function startLarge(): Promise<{ base: string; stop: () => void }> {
  const server: Server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const base = `http://127.0.0.1:${port}/fhir`;
    const url = new URL(request.url ?? '/', base);
    const type = url.pathname.replace('/fhir/', '').replace('/_search', '');
    const send = (body: object) => {
      response.writeHead(200, { 'content-type': 'application/fhir+json; charset=utf-8' });
      response.end(JSON.stringify(body));
    };
    request.resume();
    if (type === 'metadata') return send(CAPABILITY);
    if (type === 'Patient') return send({ resourceType: 'Bundle', type: 'searchset', total: 1, entry: [{ fullUrl: `${base}/Patient/p1`, resource: PATIENT, search: { mode: 'match' } }] });
    if (type in HELD) return send(page(base, type as Held, Number(url.searchParams.get('from') ?? 0)));
    send({ resourceType: 'Bundle', type: 'searchset', total: 0 });
  });
  await new Promise<void>((listens) => server.listen(0, '127.0.0.1', listens));
  const { port } = server.address() as AddressInfo;
  return { base: `http://127.0.0.1:${port}/fhir`, stop: () => { server.close(); server.closeAllConnections(); } };
}

/** The kinds of entries it holds, as a configuration names them. */
const KINDS = ['problems', 'results', 'encounters', 'consultations', 'documents'];

/** A configuration in which one source alone shares them, and nothing else: their chapters then wait for it and for nobody beside it, so that an
 * answer that a busy machine takes seconds to read still stands in its own place. */
export function alone(config: string, source: string): string {
  const [before, ...sources] = config.split('[[sources]]');
  const told = sources.map((table) => table.replace(/^shares = (\[.*\])$/m, (_, list: string) => {
    const shares = (JSON.parse(list) as string[]).filter((kind) => KINDS.includes(kind) === table.includes(`id = "${source}"`));
    return `shares = ${JSON.stringify(shares)}`;
  }));
  return [before, ...told].join('[[sources]]');
}
