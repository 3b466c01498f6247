// The same launch for a host whose server cannot call out: signed, encrypted to the gateway, and printed as a page that posts
// itself from the professional's browser. Source: RFC 7516, RFC 7518 sections 4.6 and 5.3.
import { createCipheriv, createHash, createPublicKey, diffieHellman, generateKeyPairSync, randomBytes } from 'node:crypto'
import { launch, metadata, signed } from './host.mjs'

// ECDH-ES with A256GCM: agree a key with the gateway's published one, and encrypt the signed token under it.
export function encrypted(text, jwk) {
  const own = generateKeyPairSync('ec', { namedCurve: jwk.crv })
  const secret = diffieHellman({ privateKey: own.privateKey, publicKey: createPublicKey({ key: jwk, format: 'jwk' }) })
  const length = (bytes) => { const four = Buffer.alloc(4); four.writeUInt32BE(bytes); return four }
  const parts = [length(1), secret, length(7), 'A256GCM', length(0), length(0), length(256)]
  const key = parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
  const { kty, crv, x, y } = own.publicKey.export({ format: 'jwk' })
  const header = Buffer.from(JSON.stringify({ alg: 'ECDH-ES', enc: 'A256GCM', cty: 'JWT', kid: jwk.kid, epk: { kty, crv, x, y } })).toString('base64url')
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(header))
  const sealed = Buffer.concat([cipher.update(text), cipher.final()])
  return [header, '', ...[iv, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join('.')
}

const { token_endpoint: aud, jwks_uri, issuer } = await metadata()
const { keys } = await (await fetch(jwks_uri)).json()
const token = signed('shcr-form+jwt', launch({ aud, acr: 'AAL2', auth_time: Math.floor(Date.now() / 1000) - 60 }))
const assertion = encrypted(token, keys.find((key) => key.use === 'enc'))
console.log(`<form method="post" action="${issuer}/launch/form"><input type="hidden" name="assertion" value="${assertion}"><button>Shared Care Record</button></form>`)
