// One GET asks every partner at once and merges what they answer into one searchset: Fastify, and Node's own fetch.
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import { Agent, setGlobalDispatcher } from 'undici';

const plan = JSON.parse(readFileSync(process.env.PLAN, 'utf8'));
const identity = readFileSync(plan.identity);
// Where fetch keeps its connections, and the only place to give it a client certificate.
setGlobalDispatcher(new Agent({ connect: { ca: readFileSync(plan.authority), cert: identity, key: identity } }));

async function ask({ method, url, headers, body, merge }) {
  const answer = await fetch(url, { method, headers, body });
  const resource = await answer.json();
  if (answer.status !== 200) throw new Error(`a partner answered ${answer.status}`);
  return merge && resource.resourceType === 'Bundle' ? (resource.entry ?? []) : [];
}

async function partner(steps) {
  const entries = [];
  for (const step of steps) entries.push(...(await Promise.all(step.map(ask))).flat());
  return entries;
}

const app = Fastify();

app.get('/', async (_asked, answer) => {
  const answers = await Promise.all(plan.partners.map(partner));
  const seen = new Map();
  for (const entry of answers.flat()) {
    const { resourceType, id } = entry.resource;
    // An outcome of the search has neither, and is no part of the record.
    const key = entry.fullUrl ?? (id && `${resourceType}/${id}`);
    if (key && !seen.has(key)) seen.set(key, entry);
  }
  const entry = [...seen.values()];
  answer.type('application/fhir+json');
  return { resourceType: 'Bundle', type: 'searchset', total: entry.length, entry };
});

app.get('/ready', async (_asked, answer) => answer.code(204).send());

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
