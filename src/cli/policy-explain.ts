/** `hub policy explain`: which rule decides what a role sees of a field, under which condition, and how to ask; for a patient
 *  and a person of the directory also whether the condition holds now. It shows nothing of a patient, and is audited. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import {
  conditionWords,
  explainClass,
  explainMatch,
  labelledTables,
  openAudit,
  openPolicyInForce,
  planFor,
  type InForce,
  type Plan,
  type Policy,
} from '../access/index.js';
import { openDirectory, uuidOfKey } from '../directory/index.js';
import { asSystem, createLog, HubError, matchKeys, nearest, phiClasses, uuidOf, type MatchKey, type PhiClass, type Shape } from '../kernel/index.js'; // prettier-ignore
import { lookUpConditions, type ConditionsFound } from '../read/index.js';
import { openPool } from '../store/index.js';
import { roleAddress } from './database.js';
import type { HubSettings } from './hub-settings.js';
import { hubShapes } from './shapes.js';
import { openTerminal } from './terminal.js';

export interface ExplainWanted {
  readonly role: string;
  /** Where not said, every purpose that the role may claim. */
  readonly purpose?: string | undefined;
  /** `Patient.balance`, a class such as BILLING, or `search.phone`. */
  readonly field: string;
  readonly patient?: string | undefined;
  /** A person of the directory: key or id. */
  readonly user?: string | undefined;
}

export async function policyExplain(settings: HubSettings, wanted: ExplainWanted): Promise<void> {
  const asked = askedOf(wanted.field, hubShapes);
  if ((wanted.patient === undefined) !== (wanted.user === undefined))
    throw new HubError('BAD_INPUT', '--patient, --user: expected both, to look whether a condition holds, or neither, found one.');
  const url = await roleAddress(settings, 'gateway');
  const pool = openPool(url, { max: 1, name: 'policy-explain' });
  const audit = openAudit(url, { log: createLog('policy', settings.logLevel) });
  try {
    const inForce = (await openPolicyInForce(pool)).current();
    const purposes = purposesOf(inForce.policy, wanted);
    const lines = purposes.flatMap((purpose) => linesFor(inForce.policy, { role: wanted.role, purpose }, asked));
    const person = wanted.patient === undefined ? null : uuidOf(wanted.patient, 'pat');
    const now = person === null ? [] : await holdingNow({ pool, inForce }, { ...wanted, purposes, person, asked });
    await audit.record([
      {
        actor: asSystem('policy explain', 'HCOMPL'),
        requestId: randomUUID(),
        action: 'SYSTEM',
        operation: 'policy explain',
        ...{ personUid: person, caseUid: null, phiClasses: [], outcome: 'ALLOWED', withheldFields: [] },
      },
    ]);
    const terminal = openTerminal();
    [...asked.says, `Policy generation ${inForce.generation}.`, ...lines, ...now].forEach((line) => terminal.say(line));
  } finally {
    await audit.close();
    await pool.end();
  }
}

interface Asked {
  readonly phi: PhiClass | null;
  readonly match: MatchKey | null;
  readonly shape: Shape | null;
  readonly says: readonly string[];
}

/** Pure. @throws HubError BAD_INPUT that names what could have been asked */
export function askedOf(field: string, shapes: readonly Shape[]): Asked {
  const phi = phiClasses.find((name) => name === field);
  if (phi) return { phi, match: null, shape: null, says: [] };
  const match = matchKeys.find((by) => `search.${by}` === field);
  if (match) return { phi: null, match, shape: null, says: [] };
  const [type, name] = field.split('.');
  const shape = shapes.find((known) => known.type === type);
  const found = name === undefined ? undefined : shape?.fields[name];
  if (shape && found) {
    const ofField = found.phi ?? found.gate ?? null;
    const says =
      ofField === null ? [`${field} carries no PHI of its own; no rule withholds it.`] : [`${field} is of the class ${ofField}.`];
    return { phi: ofField, match: null, shape, says };
  }
  const known = shapes.flatMap((each) => Object.keys(each.fields).map((of) => `${each.type}.${of}`));
  const meant = nearest(field, [...known, ...phiClasses, ...matchKeys.map((by) => `search.${by}`)]);
  throw new HubError('BAD_INPUT', `--field: expected Type.field, a PHI class or search.identifier | search.phone, found another${meant ? `; the nearest is ${meant.word}` : ''}.`); // prettier-ignore
}

function purposesOf(policy: Policy, { role, purpose }: ExplainWanted): readonly string[] {
  const known = policy.roles.get(role);
  if (!known) throw new HubError('BAD_INPUT', `--role: expected ${[...policy.roles.keys()].join(' | ')}, found another.`);
  if (purpose === undefined) return [...known.purposes];
  if (known.purposes.has(purpose)) return [purpose];
  throw new HubError('BAD_INPUT', `--purpose: expected ${[...known.purposes].join(' | ')}, which ${role} may claim, found another.`);
}

/** Pure. */
export function linesFor(policy: Policy, asked: { role: string; purpose: string }, { phi, match }: Pick<Asked, 'phi' | 'match'>): string[] {
  const who = `${asked.role} asking for ${asked.purpose}`;
  if (match) {
    const { permission, rule } = explainMatch(policy, asked, match);
    if (permission.may) return [`${who}: may find a person by the exact ${match}, by ${permission.rule} (${rule?.citation ?? ''}).`];
    return [`${who}: may not search by ${match}. ${withheldWords(permission.withheld)}`];
  }
  if (!phi) return [];
  const { decision, counting, rules } = explainClass(policy, asked, phi);
  const spoken = rules.map((rule) => `  ${rule.id}: ${conditionWords[rule.when]}. ${rule.citation}${rule.verified ? '' : ' (not verified)'}. Otherwise: ${rule.remedy}`); // prettier-ignore
  const counted = counting.may && decision.may === 'never' ? ' It may be counted.' : '';
  switch (decision.may) {
    case 'always':
      return [`${who}: shown always.`, ...spoken];
    case 'when':
      return [`${who}: shown where a condition holds, else withheld. ${withheldWords(decision.otherwise)}`, ...spoken];
    case 'never':
      return [`${who}: never shown.${counted} ${withheldWords(decision.withheld)}`, ...spoken];
  }
}

const withheldWords = ({ reason, rule, remedy }: { reason: string; rule: string; remedy: string | null }): string =>
  `(${reason}, ${rule}) ${remedy ?? ''}`.trim();

interface Look {
  readonly role: string;
  readonly purposes: readonly string[];
  readonly person: string;
  readonly user?: string | undefined;
  readonly asked: Asked;
}

async function holdingNow({ pool, inForce }: { pool: Pool; inForce: InForce }, look: Look): Promise<string[]> {
  const user = look.user ?? '';
  const found = await openDirectory(pool).findUser(uuidOf(user, 'usr') ?? uuidOfKey('user', user));
  if (!found) throw new HubError('BAD_INPUT', '--user: expected a key or id of a person of the directory, found another.');
  const viewer = { userRow: found.id, departmentRows: found.departmentIds, facilityRow: found.facilityId };
  const patientShape = hubShapes.find(({ type }) => type === 'Patient');
  if (!patientShape) throw new HubError('INTERNAL', 'expected a shape of Patient, found none');
  const [purpose = ''] = look.purposes;
  const plan = planFor(inForce.policy, { role: look.role, purpose }, inForce.generation);
  const labelled = labelledTableOf(look.asked.shape);
  const now = await lookUpConditions(pool, { shape: patientShape, uid: look.person, plan, viewer, labelled, phi: look.asked.phi });
  if (!now) return ['For this viewer there is no such patient: absent, or not one that they may know of.'];
  const inactive = found.active ? [] : ['The directory knows this person as gone: every request is refused.'];
  const holds = Object.entries(now.holds).map(([name, yes]) => `  ${name}: ${yes ? 'holds' : 'does not hold'} now`);
  const masked =
    now.masked === null
      ? []
      : [`  labels: ${now.masked === 0 ? 'no row' : 'at least one row'} of ${labelled ?? ''} is masked (sensitivity.masked)`];
  const agreed = now.agreed === null ? [] : agreedLines(now.agreed, plan);
  return [...inactive, 'For this patient and this person of the directory, with their own departments and facility:', ...holds, ...agreed, ...masked]; // prettier-ignore
}

/** Said for every patient, so that a line more does not tell that somebody gave a consent. */
function agreedLines({ consent, restriction, labels }: NonNullable<ConditionsFound['agreed']>, { consent: rules }: Plan): string[] {
  const rows = labels ? 'allow it, but for rows with some labels' : 'allow it';
  return [
    `  consents of the patient: ${consent ? rows : 'deny it'} now (${rules.denied.rule})`,
    `  agreed restrictions: ${restriction ? 'none is on it' : 'one is on it'} now (${rules.restricted.rule})`,
  ];
}

/** Where rows of this shape lie with the person; what is gathered on the person comes from the records. */
function labelledTableOf(shape: Shape | null): string | null {
  if (!shape) return null;
  const table = shape.type === 'Patient' ? 'patient_record' : shape.table;
  return labelledTables.find((known) => known === table) ?? null;
}
