// One GET asks every partner at once and merges what they answer into one searchset: Node's own server, undici to ask with.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Agent, request } from 'undici';

const plan = JSON.parse(readFileSync(process.env.PLAN, 'utf8'));
const identity = readFileSync(plan.identity);
const dispatcher = new Agent({ connect: { ca: readFileSync(plan.authority), cert: identity, key: identity } });

async function ask({ method, url, headers, body, merge }) {
  const answer = await request(url, { method, headers, body, dispatcher });
  const resource = await answer.body.json();
  if (answer.statusCode !== 200) throw new Error(`a partner answered ${answer.statusCode}`);
  return merge && resource.resourceType === 'Bundle' ? (resource.entry ?? []) : [];
}

async function partner(steps) {
  const entries = [];
  for (const step of steps) entries.push(...(await Promise.all(step.map(ask))).flat());
  return entries;
}

async function opening() {
  const answers = await Promise.all(plan.partners.map(partner));
  const seen = new Map();
  for (const entry of answers.flat()) {
    const { resourceType, id } = entry.resource;
    // An outcome of the search has neither, and is no part of the record.
    const key = entry.fullUrl ?? (id && `${resourceType}/${id}`);
    if (key && !seen.has(key)) seen.set(key, entry);
  }
  const entry = [...seen.values()];
  return { resourceType: 'Bundle', type: 'searchset', total: entry.length, entry };
}

const server = createServer(async (asked, answer) => {
  if (asked.url !== '/') return answer.writeHead(204).end();
  try {
    const body = JSON.stringify(await opening());
    answer.writeHead(200, { 'content-type': 'application/fhir+json' }).end(body);
  } catch (error) {
    console.error(error);
    answer.writeHead(502).end();
  }
});
server.listen(Number(process.env.PORT), '127.0.0.1');
