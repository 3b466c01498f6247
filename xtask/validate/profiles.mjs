// Reads UK Core's StructureDefinitions (XML, differentials) and checks a resource against what they add to R4: how many of
// each element, fixed and pattern values, slices by value. What this cannot compute (bindings, FHIRPath) it leaves alone.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Elements as `{ name, value, children }`; enough of XML for StructureDefinitions, which have no text content. */
function parse(xml) {
  const root = { name: '', children: [] };
  const open = [root];
  for (const [, close, name, attributes, empty] of xml.matchAll(/<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/g)) {
    if (close) {
      open.pop();
      continue;
    }
    const attribute = (key) => new RegExp(`\\s${key}\\s*=\\s*"([^"]*)"`).exec(attributes)?.[1];
    const element = { name, value: attribute('value'), id: attribute('id'), children: [] };
    open.at(-1).children.push(element);
    if (!empty) open.push(element);
  }
  return root.children[0];
}

const all = (element, name) => element?.children.filter((child) => child.name === name) ?? [];
const text = (element, name) => all(element, name)[0]?.value;

/** A fixed or pattern value as JSON; only plain values are compared. */
function fixed(element) {
  const found = element.children.find((child) => /^(fixed|pattern)[A-Z]/.test(child.name));
  return found?.value;
}

function definition(xml) {
  const root = parse(xml);
  const elements = all(all(root, 'differential')[0], 'element').map((element) => ({
    id: element.id,
    min: Number(text(element, 'min') ?? 0),
    max: text(element, 'max'),
    fixed: fixed(element),
    by: all(all(element, 'slicing')[0], 'discriminator').map((d) => text(d, 'path')),
  }));
  return { url: text(root, 'url'), type: text(root, 'type'), base: text(root, 'baseDefinition'), elements };
}

/** Every profile of a folder, by its address. */
export function readProfiles(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.xml'));
  const found = files.map((name) => definition(readFileSync(join(folder, name), 'utf8')));
  return new Map(found.map((profile) => [profile.url, profile]));
}

const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

/** The values of one path segment: `value[x]` is whichever type was sent. */
function step(nodes, segment) {
  const name = segment.replace('[x]', '');
  return nodes.flatMap((node) => {
    if (node === null || typeof node !== 'object') return [];
    const keys = segment.endsWith('[x]') ? Object.keys(node).filter((key) => new RegExp(`^${name}[A-Z]`).test(key)) : [name];
    return keys.flatMap((key) => list(node[key] ?? (node[`_${key}`] ? {} : undefined)));
  });
}

const walk = (nodes, path) => path.split('.').filter((part) => part !== '$this').reduce(step, nodes);

/** The items of a slice: those whose discriminator has the slice's fixed value. `undefined`: cannot be told. */
function slice(items, id, elements) {
  const by = elements.find((element) => element.id === id.replace(/:[^.:]*$/, ''))?.by ?? [];
  const tests = by.map((path) => [path, elements.find((element) => element.id === `${id}.${path}`)?.fixed]);
  if (tests.length === 0 || tests.some(([, value]) => value === undefined)) return undefined;
  return items.filter((item) => tests.every(([path, value]) => walk([item], path).includes(value)));
}

/** The parents of an element with, for each, the element's values; `undefined` where a slice cannot be told. */
function groups(resource, id, elements) {
  let nodes = [resource];
  const segments = id.split('.').slice(1);
  let sofar = id.split('.')[0];
  for (const [place, segment] of segments.entries()) {
    const [name, sliceName] = segment.split(':');
    sofar = `${sofar}.${segment}`;
    const found = nodes.map((node) => {
      const values = step([node], name);
      return sliceName ? slice(values, sofar, elements) : values;
    });
    if (found.some((values) => values === undefined)) return undefined;
    if (place === segments.length - 1) return found;
    nodes = found.flat();
  }
  return [];
}

/** What a resource lacks of a profile, as `path: what`. */
export function faults(resource, url, profiles) {
  const profile = profiles.get(url);
  if (!profile) return [];
  if (profile.type !== resource.resourceType) return [`${resource.resourceType}: claims a profile of ${profile.type}`];
  const own = profile.elements.filter((element) => element.id.includes('.') && !element.id.includes('xtension'));
  const found = own.flatMap((element) => (groups(resource, element.id, profile.elements) ?? []).flatMap((values) => fault(element, values)));
  return [...found, ...faults(resource, profile.base, profiles)];
}

function fault(element, values) {
  const { id, min, max, fixed: wanted } = element;
  if (values.length < min) return [`${id}: ${values.length} where the profile requires ${min}`];
  if (max !== undefined && max !== '*' && values.length > Number(max)) return [`${id}: ${values.length} where the profile takes ${max}`];
  if (wanted !== undefined && values.some((value) => String(value) !== wanted)) return [`${id}: not the profile's value`];
  return [];
}
