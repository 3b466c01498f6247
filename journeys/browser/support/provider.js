// Two systems that are not ours, on the npm package oidc-provider: a host that is a SMART server, and a sign-in service that
// behaves as NHS CIS2 does. `node support/provider.js FOLDER` makes our keys there, writes the tables a gateway needs to know
// them (`gateway.toml`, for `shcr demo --with-config`), and waits at `/control/gateway` to be told where the gateway is.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import Provider from 'oidc-provider';

const folder = process.argv[2] ?? '.';
const NUMBER = 'https://fhir.nhs.uk/Id/nhs-number';

/** Patients of the host's, by their id there. The people are the demo's own. */
const PATIENTS = {
  'pat-1': patient('pat-1', '9991234578', 'Testpatient', 'Doreen', '1935-08-14', 'female'),
  'pat-2': patient('pat-2', '9990000018', 'Testpatient', 'Doreen', '1935-08-14', 'female'),
};

function patient(id, number, family, given, birthDate, gender) {
  return {
    resourceType: 'Patient', id, identifier: [{ system: NUMBER, value: number }],
    name: [{ use: 'official', family, given: [given] }], birthDate, gender,
  };
}

/** Users of the host's: what their identity token says. */
const USERS = {
  doctor: { fhirUser: 'Practitioner/p-1', name: 'Dr Amara Okafor', family_name: 'Okafor', given_name: 'Amara', role: 'DOCTOR', org: 'ZZ910' },
  patient: { fhirUser: 'Patient/pat-1', name: 'Doreen Testpatient', role: 'DOCTOR', org: 'ZZ910' },
  unmapped: { fhirUser: 'Practitioner/p-2', name: 'Pat Porter', role: 'PORTER', org: 'ZZ910' },
  foreign: { fhirUser: 'Practitioner/p-3', name: 'Dr Else Where', role: 'DOCTOR', org: 'ZZ901' },
};

const NURSE = { person_roleid: '777000000002', org_code: 'ZZ910', role_code: 'S8000:G8000:R8001' };
const ELSEWHERE = { person_roleid: '777000000003', org_code: 'ZZ901', role_code: 'S8000:G8000:R8001' };
const OFFICER = { person_roleid: '777000000010', org_code: 'ZZ910', role_code: 'S0080:G0450:R0001' };
const REGION = { person_roleid: '777000000011', org_code: 'ZZ920', role_code: 'S0080:G0450:R0001' };
const STAFF = {
  id_assurance_level: '3', authentication_assurance_level: '3', name: 'Sam Reed', family_name: 'Reed', given_name: 'Sam',
  nhsid_nrbac_roles: [NURSE, ELSEWHERE], selected_roleid: NURSE.person_roleid,
};
/** Staff and others who may sign in, by what the button says. */
const SIGN_INS = {
  'nurse': STAFF,
  'second-nurse': { ...STAFF, name: 'Noor Field', family_name: 'Field', given_name: 'Noor' },
  'third-nurse': { ...STAFF, name: 'Ada Lake', family_name: 'Lake', given_name: 'Ada' },
  // Nobody may look for more than ten persons in ten minutes: the tests of the officers' pages have nurses of their own.
  'day-nurse': STAFF,
  'night-nurse': { ...STAFF, name: 'Noor Field', family_name: 'Field', given_name: 'Noor' },
  'officer': { ...STAFF, name: 'Iris Vale', family_name: 'Vale', given_name: 'Iris', nhsid_nrbac_roles: [OFFICER], selected_roleid: OFFICER.person_roleid },
  'second-officer': { ...STAFF, name: 'Tom Heron', family_name: 'Heron', given_name: 'Tom', nhsid_nrbac_roles: [OFFICER], selected_roleid: OFFICER.person_roleid },
  'region-officer': { ...STAFF, name: 'Jo Lark', family_name: 'Lark', given_name: 'Jo', nhsid_nrbac_roles: [REGION], selected_roleid: REGION.person_roleid },
  'no-role-chosen': { ...STAFF, selected_roleid: '' },
  'role-elsewhere': { ...STAFF, selected_roleid: ELSEWHERE.person_roleid },
  'weak-identity': { ...STAFF, id_assurance_level: '2' },
  'one-factor': { ...STAFF, authentication_assurance_level: '1' },
  'other-uid': { ...STAFF, uid: '555000000099' },
  'citizen': { ...STAFF, identity_proofing_level: 'P9', nhs_number: '9991234578' },
};

// The account's name, so that its subject is one of its own and never an account that is shared.
const subject = (account) => `555-${account}`;

/** Our keys there: PEM for the gateway, the public half for the provider. */
const ours = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const PUBLIC = { ...ours.publicKey.export({ format: 'jwk' }), kid: 'shcr-oidc-1', use: 'sig', alg: 'ES384' };
writeFileSync(join(folder, 'oidc-client.pem'), ours.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });

function signingKeys() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'rs-1', use: 'sig', alg: 'RS256' }] };
}

/** What both have in common. */
function settings(client, claims, findAccount, scopes) {
  return {
    clients: [{
      client_id: 'shcr', grant_types: ['authorization_code'], response_types: ['code'],
      token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES384',
      id_token_signed_response_alg: 'RS256', jwks: { keys: [PUBLIC] }, ...client,
    }],
    jwks: signingKeys(),
    scopes, claims, findAccount,
    conformIdTokenClaims: false,
    extraParams: ['launch', 'aud'],
    enabledJWA: { clientAuthSigningAlgValues: ['ES384', 'RS256'] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    acrValues: ['AAL2_OR_AAL3_ANY', 'AAL3_ANY', 'AAL2'],
    ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 300, IdToken: 300, Interaction: 300, Session: 300 },
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope(ctx.oidc.params.scope);
      await grant.save();
      return grant;
    },
  };
}

function account(all, extra = () => ({})) {
  return async (_ctx, id) => ({
    accountId: id,
    claims: async () => ({ ...all[id.replace(/^555-/, '')], sub: id, ...extra(id) }),
  });
}

async function bodyOf(request) {
  let text = '';
  for await (const part of request) text += part;
  return text;
}

function send(answer, status, type, text) {
  answer.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' });
  answer.end(text);
}

const json = (answer, status, value) => send(answer, status, 'application/json', JSON.stringify(value));
const page = (answer, title, body) => send(answer, 200, 'text/html; charset=utf-8',
  `<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>${title}</title></head><body><main><h1>${title}</h1>${body}</main></body></html>`);

/** A server on a free port whose provider is made once the gateway is known. */
async function listen(handle) {
  const server = createServer((request, answer) => {
    handle(request, answer, new URL(request.url, base)).catch((error) => json(answer, 500, { error: String(error) }));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const base = `http://127.0.0.1:${server.address().port}`;
  return base;
}

let gateway;
let office;
/** By nonce: which launch an authorisation is for. By launch: who pressed the button, on whose page. */
const [launchOf, launches] = [new Map(), new Map()];
/** What the host's server was asked, and what was revoked. */
const asked = [];

let host;
const HOST = await listen(async (request, answer, url) => {
  if (url.pathname === '/control/gateway') {
    [gateway, office] = JSON.parse(await bodyOf(request));
    host = smartProvider();
    careIdentity = careIdentityProvider();
    return json(answer, 200, {});
  }
  if (url.pathname === '/control/asked') return json(answer, 200, asked);
  if (url.pathname === '/favicon.ico') return answer.writeHead(204).end();
  if (!host) return json(answer, 503, {});
  asked.push(`${request.method} ${url.pathname}`);
  if (url.pathname.startsWith('/chart/')) return chart(answer, url);
  if (url.pathname === '/fhir/.well-known/smart-configuration') return json(answer, 200, smartConfiguration());
  if (url.pathname.startsWith('/fhir/Patient/')) return fhirPatient(request, answer, url);
  if (url.pathname.startsWith('/interaction/')) {
    // The user is at work in the host: its own session says who it is.
    const { params } = await host.interactionDetails(request, answer);
    launchOf.set(params.nonce, params.launch);
    const launch = launches.get(params.launch) ?? { user: 'doctor' };
    return host.interactionFinished(request, answer, { login: { accountId: launch.user, acr: 'AAL2', remember: false } });
  }
  // Whoever pressed the button is who it is; nothing is left of who pressed it before.
  if (url.pathname === '/auth') delete request.headers.cookie;
  return host.callback()(request, answer);
});

/** The page of a patient, with a button that launches; `user` and `opens` let a test say who presses it and what goes wrong. */
function chart(answer, url) {
  const id = url.pathname.split('/').pop();
  const launch = randomBytes(12).toString('base64url');
  launches.set(launch, { user: url.searchParams.get('user') ?? 'doctor', patient: url.searchParams.get('opens') ?? id });
  const to = `${gateway}/launch/smart?iss=${encodeURIComponent(`${HOST}/fhir`)}&launch=${launch}`;
  page(answer, 'Fenland Patient Manager', `<p>${PATIENTS[id]?.name[0].family ?? 'Nobody'}</p>
    <p><a id="window" target="_blank" rel="opener" href="${to}">Shared Care Record</a></p>
    <p><a id="panel" target="record" href="${to}">Shared Care Record beside this page</a></p>
    <iframe name="record" title="Shared Care Record" width="1100" height="700"></iframe>`);
}

function smartConfiguration() {
  return {
    issuer: HOST, jwks_uri: `${HOST}/jwks`, authorization_endpoint: `${HOST}/auth`, token_endpoint: `${HOST}/token`,
    revocation_endpoint: `${HOST}/token/revocation`, grant_types_supported: ['authorization_code'],
    code_challenge_methods_supported: ['S256'], authorization_response_iss_parameter_supported: true,
    capabilities: ['launch-ehr', 'client-confidential-asymmetric', 'context-ehr-patient', 'sso-openid-connect', 'permission-v2'],
  };
}

async function fhirPatient(request, answer, url) {
  const token = await host.AccessToken.find((request.headers.authorization ?? '').replace(/^Bearer /, ''));
  const found = PATIENTS[url.pathname.split('/').pop()];
  if (!token) return json(answer, 401, {});
  return found ? json(answer, 200, found) : json(answer, 404, { resourceType: 'OperationOutcome' });
}

function smartProvider() {
  const scopes = ['openid', 'fhirUser', 'launch', 'patient/Patient.r', 'user/PractitionerRole.rs'];
  const claims = { openid: ['sub', 'name', 'family_name', 'given_name', 'role', 'org', 'sid'], fhirUser: ['fhirUser'] };
  const client = { redirect_uris: [`${gateway}/launch/smart/callback/fenland`] };
  const provider = new Provider(HOST, settings(client, claims, account(USERS), scopes));
  // The launch context stands beside the tokens.
  provider.use(async (ctx, next) => {
    await next();
    const code = ctx.oidc?.entities?.AuthorizationCode;
    if (code && ctx.body?.id_token) {
      const launch = launches.get(launchOf.get(code.nonce)) ?? { patient: 'pat-1' };
      ctx.body = { ...ctx.body, patient: launch.patient, need_patient_banner: false, smart_style_url: `${HOST}/style.json` };
    }
  });
  return provider;
}

let careIdentity;
const CARE_IDENTITY = await listen(async (request, answer, url) => {
  if (!careIdentity) return json(answer, 503, {});
  if (url.pathname.startsWith('/interaction/')) {
    if (request.method === 'POST') {
      const chosen = new URLSearchParams(await bodyOf(request)).get('account');
      const login = { accountId: subject(chosen), acr: 'AAL2_OR_AAL3_ANY', remember: false };
      return careIdentity.interactionFinished(request, answer, { login });
    }
    const buttons = Object.keys(SIGN_INS).map((name) => `<p><button name="account" value="${name}">${name}</button></p>`);
    return page(answer, 'Care Identity stand-in', `<form method="post">${buttons.join('')}</form>`);
  }
  return careIdentity.callback()(request, answer);
});

function careIdentityProvider() {
  const scopes = ['openid', 'profile', 'nationalrbacaccess', 'associatedorgs', 'selectedrole'];
  const claims = {
    openid: ['sub', 'id_assurance_level', 'authentication_assurance_level', 'identity_proofing_level', 'nhs_number'],
    profile: ['name', 'family_name', 'given_name', 'uid'],
    nationalrbacaccess: ['nhsid_nrbac_roles'],
    selectedrole: ['selected_roleid'],
  };
  const client = { redirect_uris: [`${gateway}/direct/callback`, `${office}/callback`], require_auth_time: true };
  const uid = (id) => ({ uid: SIGN_INS[id.replace(/^555-/, '')]?.uid ?? id });
  return new Provider(CARE_IDENTITY, settings(client, claims, account(SIGN_INS, uid), scopes));
}

const authority = (base) => new URL(base).host;
const common = `client_id = "shcr"
key_file = ${JSON.stringify(join(folder, 'oidc-client.pem'))}
key_id = "shcr-oidc-1"
algorithms = ["RS256"]`;

const careIdentitySignIn = `enabled = true
name = "Care Identity stand-in"
issuer = "${CARE_IDENTITY}"
jwks_url = "${CARE_IDENTITY}/jwks"
endpoint_hosts = ["${authority(CARE_IDENTITY)}"]
acr = "AAL2_OR_AAL3_ANY"
${common}`;

writeFileSync(join(folder, 'gateway.toml'), `[[hosts]]
client_id = "fenland"
name = "Fenland Patient Manager"
jwks_url = "${HOST}/jwks"
organisations = ["ZZ910"]
frame_origins = ["${HOST}"]
algorithms = ["ES384"]
roles = "roles/demo-host.csv"

[hosts.smart]
iss = "${HOST}/fhir"
issuer = "${HOST}"
jwks_url = "${HOST}/jwks"
endpoint_hosts = ["${authority(HOST)}"]
roles_from = "id-token"
role_claim = "role"
organisation_claim = "org"
${common}

[direct]
${careIdentitySignIn}
roles = "roles/direct.csv"

[[direct.partners]]
ods = "ZZ910"
approved_by = ["A. Marsh", "B. Reed"]

[office.sign_in]
${careIdentitySignIn}
`);
// Whole, or not there: somebody waits for it.
writeFileSync(join(folder, 'provider.json.part'), JSON.stringify({ host: HOST, careIdentity: CARE_IDENTITY }));
renameSync(join(folder, 'provider.json.part'), join(folder, 'provider.json'));
console.log(`host ${HOST}\nsign-in ${CARE_IDENTITY}`);
