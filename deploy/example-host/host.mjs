// A host in about forty lines: signs a launch, tells the gateway over mutual TLS, prints the address for the browser.
// Node 20, no packages. Settings come from the environment; see README.md.
import { createPrivateKey, randomUUID, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'

const { GATEWAY, CLIENT_ID, KEY_ID, SIGNING_KEY, TLS_IDENTITY, CA, ALIAS } = process.env
const { PATIENT, PROFESSIONAL } = process.env // JSON: what your system knows of the person and of who is signed in
const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

// ES384: ECDSA on P-384 with SHA-384, the signature as r and s side by side (RFC 7518, section 3.4).
export function signed(typ, claims) {
  const now = Math.floor(Date.now() / 1000)
  const times = { iss: CLIENT_ID, iat: now, nbf: now, exp: now + 60, jti: randomUUID() }
  const text = `${base64url({ alg: 'ES384', typ, kid: KEY_ID })}.${base64url({ ...times, ...claims })}`
  const key = { key: createPrivateKey(readFileSync(SIGNING_KEY)), dsaEncoding: 'ieee-p1363' }
  return `${text}.${sign('sha384', Buffer.from(text), key).toString('base64url')}`
}

export async function metadata() {
  return (await fetch(`${GATEWAY}/.well-known/oauth-authorization-server`)).json()
}

// Posts a form to the back channel, showing our client certificate.
export function post(url, form) {
  const tls = readFileSync(TLS_IDENTITY)
  const options = { method: 'POST', cert: tls, key: tls, ca: readFileSync(CA), headers: { 'content-type': 'application/x-www-form-urlencoded' } }
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (answer) => {
      const chunks = []
      answer.on('data', (chunk) => chunks.push(chunk))
      answer.on('end', () => resolve({ status: answer.statusCode, body: JSON.parse(Buffer.concat(chunks)) }))
    })
    sent.on('error', reject).end(new URLSearchParams(form).toString())
  })
}

// What is said in every flow of the person, the professional and why.
export function launch(about) {
  const { sub, nhs, ...who } = JSON.parse(PROFESSIONAL)
  return { sub, nhs, patient: JSON.parse(PATIENT), relationship: [{ code: 'host-open' }], extensions: { ihe_iua: { purpose_of_use: ['TREAT'], ...who } }, host_session: randomUUID(), ...about }
}

if (process.argv[1]?.endsWith('host.mjs')) {
  const { token_endpoint: aud, mtls_endpoint_aliases: alias } = await metadata()
  const answer = await post(ALIAS ?? alias.token_endpoint, {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', scope: 'launch', client_id: CLIENT_ID,
    assertion: signed('shcr-launch+jwt', launch({ aud, acr: 'AAL2', auth_time: Math.floor(Date.now() / 1000) - 60 })),
  })
  console.log(answer.status === 200 ? answer.body.launch_uri : `refused: ${answer.status} ${answer.body.error}: ${answer.body.error_description}`)
  process.exitCode = answer.status === 200 ? 0 : 1
}
