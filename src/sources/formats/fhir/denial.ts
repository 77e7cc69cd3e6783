/** Whether a payer refused a claim, and the codes it gave. Refused means: the payer says so in a status, or every
 *  line came to nothing and gives a reason other than a contractual one. A payment of nothing without a reason is not a
 *  denial (Synthea has many), and an answer that is an error or still queued decides nothing. */
import type { Coding } from '../../../records/index.js';
import {
  adjustmentGroups,
  adjustmentReasons,
  denialCategory,
  deniedStatus,
  deniesNothing,
  groupCodes,
  noReasons,
} from './adjudication-codes.js';
import { objects, text, type Json } from './fields.js';

const codingsOf = (concept: unknown): readonly Json[] => objects(concept).flatMap((one) => objects(one['coding']));
const hasCode = (concept: unknown, code: string): boolean => codingsOf(concept).some((one) => one['code'] === code);

/** Group and reason written as one: `CO120`, `PR-1`. */
const together = /^(CO|PR|OA|PI|CR)-?([A-Z]?\d{1,3})$/;

/** The denial codes of one adjudication entry. */
function codesIn(entry: Json): Coding[] {
  const reasons = codingsOf(entry['reason']);
  if (reasons.length === 0) return [];
  const listed = hasCode(entry['category'], denialCategory);
  const group = reasons.find((one) => adjustmentGroups.includes(text(one['system']) ?? ''));
  const found: Coding[] = [];
  for (const reason of reasons) {
    const code = text(reason['code']);
    const system = text(reason['system']);
    if (code === null || code === deniedStatus) continue;
    if (adjustmentGroups.includes(system ?? '') || groupCodes.includes(code) || noReasons.includes(system ?? '')) continue;
    if (!listed && !adjustmentReasons.includes(system ?? '')) continue;
    const both = together.exec(code);
    if (deniesNothing(both ? (both[1] as string) : text(group?.['code']), both ? (both[2] as string) : code)) continue;
    found.push({ system, code, display: text(reason['display']) });
  }
  return found;
}

export interface Denial {
  readonly denied: boolean | null;
  readonly denialCodes: readonly Coding[];
}

/** `lines` are each line's adjudication entries; `paysSomething` says whether any money was paid at all. */
export function denialOf(resource: Json, lines: readonly (readonly Json[])[], paysSomething: boolean): Denial {
  const whole = [...objects(resource['adjudication']), ...objects(resource['total'])];
  const denialCodes: Coding[] = [];
  for (const code of [...lines.flat(), ...whole].flatMap(codesIn)) {
    if (!denialCodes.some((one) => one.code === code.code && one.system === code.system)) denialCodes.push(code);
  }
  const outcome = text(resource['outcome']);
  if (outcome === 'queued' || outcome === 'error') return { denied: null, denialCodes };
  const saidSo = whole.some((entry) => hasCode(entry['category'], deniedStatus) || hasCode(entry['reason'], deniedStatus));
  const refused =
    lines.length > 0 && lines.every((line) => line.some((entry) => codesIn(entry).length > 0 || hasCode(entry['reason'], deniedStatus)));
  return { denied: saidSo || (refused && !paysSomething), denialCodes };
}
