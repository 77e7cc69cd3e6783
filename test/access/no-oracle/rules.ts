/** The policy as the test reads it: the shipped files as data, and what they say of a class for a role and a purpose. It shares
 *  no code with the gateway. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/kernel/index.js';
import type { Labels } from './world.js';

export type Phi = 'IDENTITY' | 'CONTACT' | 'DEMOGRAPHIC' | 'SCHEDULING' | 'CLINICAL' | 'COVERAGE' | 'BILLING' | 'NARRATIVE';
export type Condition = 'related' | 'facility' | 'glass';
interface Said {
  readonly id: string;
  readonly roles: readonly string[];
  readonly purposes: readonly string[];
}

const read = <T>(file: string): T => parse(readFileSync(join(packageRoot, 'schema/policy', file), 'utf8')) as T;
const { roles } = read<{ roles: { role: string; purposes: string[]; capabilities: string[] }[] }>('roles.yaml');
const { rules, match, sensitivity } = read<{
  rules: (Said & { classes: Phi[]; when: 'always' | 'aggregate' | Condition })[];
  match: (Said & { by: ('identifier' | 'phone')[] })[];
  sensitivity: { label: string; treatment: 'hide' | 'mask' | 'show' }[];
}>('rules.yaml');
const { labels } = read<{ labels: { name: string; bit: number }[] }>('labels.yaml');
export const daysAfterClosing = read<{ afterClosing: { days: number } }>('relation.yaml').afterClosing.days;

export const labelNames = labels.map(({ name }) => name);
export const rolesAndPurposes = roles.flatMap(({ role, purposes }) => purposes.map((purpose) => ({ role, purpose })));

export interface Asker {
  readonly role: string;
  readonly purpose: string;
}
export const mayAsk = ({ role }: Asker, capability: string): boolean =>
  roles.some((row) => row.role === role && row.capabilities.includes(capability));

/** The rule that withholds a class, where the conditions are those; null where it is shown. */
export function withheldBy({ role, purpose }: Asker, phi: Phi, holds: Partial<Record<Condition, boolean>>): string | null {
  const ofRole = rules.filter((rule) => rule.classes.includes(phi) && rule.roles.includes(role));
  const showing = ofRole.filter(({ when }) => when !== 'aggregate');
  const asked = showing.filter(({ purposes }) => purposes.includes(purpose));
  if (asked.some(({ when }) => when === 'always' || (when !== 'aggregate' && holds[when] === true))) return null;
  const counting = ofRole.filter(({ when, purposes }) => when === 'aggregate' && purposes.includes(purpose));
  return (asked[0] ?? showing[0] ?? counting[0])?.id ?? 'default.deny';
}

/** Whether a class is shown to somebody somewhere: where not, nothing may even be asked of it. */
export const isEverShown = (asker: Asker, phi: Phi): boolean =>
  withheldBy(asker, phi, { related: true, facility: true, glass: true }) === null;

export const mayFindBy = ({ role, purpose }: Asker, by: 'identifier' | 'phone'): boolean =>
  match.some((rule) => rule.by.includes(by) && rule.roles.includes(role) && rule.purposes.includes(purpose));

// ---- labels ----

const treated = (names: Labels, treatment: 'hide' | 'mask'): boolean =>
  Array.isArray(names) && names.some((name) => sensitivity.some((row) => row.label === name && row.treatment === treatment));
export const isHidden = (names: Labels): boolean => !Array.isArray(names) || treated(names, 'hide');
export const isMasked = (names: Labels): boolean => treated(names, 'mask');

/** As a row carries them. Bit 30: not yet known (labels.yaml). */
export function maskOf(names: Labels): number | null {
  if (names === 'none yet') return null;
  if (names === 'pending') return 2 ** 30;
  return labels.filter(({ name }) => names.includes(name)).reduce((mask, { bit }) => mask | (1 << bit), 0);
}
