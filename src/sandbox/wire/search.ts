/** Reads a FHIR search, purely: the query's parameters become a search as data, with warnings for what did not count.
 *  Which parameters a system honours differs, as among real vendors: scheduling ignores `_lastUpdated`. */
import type { JsonObject } from '../systems/resource.js';
import { parameterIgnored, refuse, type Issue } from './outcome.js';

/** From and until, in milliseconds: `from` belongs to the range, `until` does not. */
export interface Range {
  readonly from?: number;
  readonly until?: number;
}
export interface Search {
  readonly type: string;
  readonly count: number;
  readonly ids?: readonly string[];
  readonly patient?: string;
  readonly identifiers?: readonly string[];
  readonly statuses?: readonly string[];
  readonly dates: readonly Range[];
  readonly lastUpdated: readonly Range[];
}
export interface SearchRules {
  readonly honoursLastUpdated: boolean;
  /** `Prefer: handling=strict`: an unknown parameter is an error, not a warning. */
  readonly strict: boolean;
}

const largestPage = 250;
const usualPage = 50;
const harmless = new Set(['_format', '_pretty', '_total']);
const dateNames: Record<string, string> = {
  Claim: 'created',
  ExplanationOfBenefit: 'created',
  PaymentNotice: 'created',
  Condition: 'recorded-date',
  Slot: 'start',
};
const patientNames = new Set(['patient', 'subject', 'beneficiary']);
const withoutPatient = new Set(['Patient', 'Organization', 'Location', 'Practitioner', 'Schedule', 'Slot', 'PaymentNotice']);

export const dateParameter = (type: string): string => dateNames[type] ?? 'date';
export function parametersOf(type: string, rules: Pick<SearchRules, 'honoursLastUpdated'>): string[] {
  return [
    '_id',
    ...(rules.honoursLastUpdated ? ['_lastUpdated'] : []),
    'identifier',
    'status',
    dateParameter(type),
    ...(withoutPatient.has(type) ? [] : ['patient', 'subject']),
  ];
}

/** The instant at which a date of any precision begins, and that at which it ends. A date without a zone is UTC's. */
function spanOf(text: string): readonly [begin: number, end: number] {
  const [, year, month, day, time] = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(T.+)?)?)?$/.exec(text) ?? [];
  const begin =
    year === undefined
      ? Number.NaN
      : time
        ? Date.parse(/(Z|[+-]\d{2}:\d{2})$/.test(time) ? text : `${text}Z`)
        : Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1));
  if (Number.isNaN(begin)) throw refuse(400, 'invalid', 'A date parameter was expected as YYYY, YYYY-MM, YYYY-MM-DD or an instant.');
  if (time) return [begin, begin + (/\.\d/.test(time) ? 1 : 1000)];
  if (day) return [begin, begin + 86_400_000];
  return month ? [begin, Date.UTC(Number(year), Number(month), 1)] : [begin, Date.UTC(Number(year) + 1, 0, 1)];
}

export function readRange(value: string): Range {
  const [, prefix = 'eq', date = ''] = /^(eq|ge|gt|le|lt|sa|eb)?(.*)$/.exec(value) ?? [];
  const [begin, end] = spanOf(date);
  switch (prefix) {
    case 'ge':
      return { from: begin };
    case 'gt':
    case 'sa':
      return { from: end };
    case 'le':
      return { until: end };
    case 'lt':
    case 'eb':
      return { until: begin };
    default:
      return { from: begin, until: end };
  }
}

function readCount(value: string): number {
  if (!/^\d{1,6}$/.test(value)) throw refuse(400, 'invalid', '_count was expected as a whole number.');
  return Math.min(Number(value), largestPage);
}

export function readSearch(type: string, query: URLSearchParams, rules: SearchRules): { search: Search; warnings: Issue[] } {
  const warnings: Issue[] = [];
  const search: { -readonly [key in keyof Search]: Search[key] } & { dates: Range[]; lastUpdated: Range[] } = {
    type,
    count: usualPage,
    dates: [],
    lastUpdated: [],
  };
  for (const [name, value] of query) {
    if (name === '_count') search.count = readCount(value);
    else if (name === '_summary' && value === 'count') search.count = 0;
    else if (name === '_id') search.ids = value.split(',');
    else if (name === '_sort' && value === '_lastUpdated')
      continue; // the order that pages have anyway
    else if (name === '_lastUpdated' && rules.honoursLastUpdated) search.lastUpdated.push(readRange(value));
    else if (name === 'identifier') search.identifiers = value.split(',');
    else if (name === 'status') search.statuses = value.split(',');
    else if (name === dateParameter(type)) search.dates.push(readRange(value));
    else if (patientNames.has(name) && !withoutPatient.has(type)) search.patient = value.replace(/^.*Patient\//, '');
    else if (!harmless.has(name)) warnings.push(parameterIgnored(name));
  }
  // Scheduling says that the filter did not count and goes on, strict or not: a reader must look at the warning.
  const unknown = warnings.filter(({ words }) => rules.honoursLastUpdated || !words.includes('_lastUpdated'));
  if (rules.strict && unknown[0]) throw refuse(400, 'not-supported', unknown[0].words);
  return { search, warnings };
}

/** What the stored row is found by; taken from the resource's own JSON. */
export interface SearchKeys {
  readonly patient: string | null;
  readonly identifiers: readonly string[];
  readonly status: string | null;
  readonly startAt: string | null;
  readonly endAt: string | null;
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

function patientOf(resource: JsonObject): string | null {
  const actors = listOf(resource['participant']).map((one) => (isObject(one) ? one['actor'] : undefined));
  for (const named of [...listOf(resource['subject']), resource['patient'], resource['beneficiary'], ...actors]) {
    const target = isObject(named) ? textOf(named['reference']) : null;
    if (target?.startsWith('Patient/')) return target.slice('Patient/'.length);
  }
  return null;
}

export function searchKeysOf(resource: JsonObject): SearchKeys {
  const period = ['period', 'servicePeriod'].map((name) => resource[name]).find(isObject);
  const moment =
    ['start', 'created', 'recordedDate', 'effectiveDateTime', 'occurrenceDateTime']
      .map((name) => textOf(resource[name]))
      .find((text) => text !== null) ?? null;
  const startAt = period ? textOf(period['start']) : moment;
  const identifiers = listOf(resource['identifier'])
    .filter(isObject)
    .flatMap(({ system, value }) => (typeof value === 'string' ? [value, `${textOf(system) ?? ''}|${value}`] : []));
  return {
    patient: patientOf(resource),
    identifiers,
    status: textOf(resource['status']),
    startAt: resource['resourceType'] === 'Appointment' ? textOf(resource['start']) : startAt,
    endAt: period ? textOf(period['end']) : (textOf(resource['end']) ?? startAt),
  };
}
