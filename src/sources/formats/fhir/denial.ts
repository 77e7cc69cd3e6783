/** Whether a payer refused a claim, and the codes it gave. Refused means: the payer says so in a status, or every
 *  line was allowed nothing, leaves no ordinary share to the patient, and gives a reason other than a contractual one. A
 *  payment of nothing without a reason is not a denial (Synthea has many), nor is one that the deductible swallowed. */
import type { Coding } from '../../../records/index.js';
import {
  adjustmentGroups,
  adjustmentReasons,
  denialCategory,
  deniedStatus,
  deniesNothing,
  groupCodes,
  meaningOf,
  noReasons,
  ordinaryShares,
} from './adjudication-codes.js';
import { isZero, moneyOf } from './decimal.js';
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

const isAbove0 = (entry: Json): boolean => {
  const amount = moneyOf(entry['amount'], 'adjudication.amount');
  return amount !== null && !isZero(amount);
};

/** Whether an entry accepts the line: an amount allowed, or a deductible, coinsurance or copay, by category or reason. */
function accepts(entry: Json): boolean {
  if (!isAbove0(entry)) return false;
  if (meaningOf(entry) === 'allowed') return true;
  if (codingsOf(entry['category']).some((one) => ordinaryShares.categories.includes(text(one['code']) ?? ''))) return true;
  return codingsOf(entry['reason']).some((one) => {
    const code = text(one['code']) ?? '';
    return ordinaryShares.reasons.includes(together.exec(code)?.[2] ?? (adjustmentReasons.includes(text(one['system']) ?? '') ? code : ''));
  });
}

const isRefused = (line: readonly Json[]): boolean =>
  line.some((entry) => codesIn(entry).length > 0 || hasCode(entry['reason'], deniedStatus)) && !line.some(accepts);

export interface Denial {
  readonly denied: boolean;
  readonly denialCodes: readonly Coding[];
}

/** `lines` are each line's adjudication entries; `paysSomething` says whether any money was paid at all. */
export function denialOf(resource: Json, lines: readonly (readonly Json[])[], paysSomething: boolean): Denial {
  const whole = [...objects(resource['adjudication']), ...objects(resource['total'])];
  const denialCodes: Coding[] = [];
  for (const code of [...lines.flat(), ...whole].flatMap(codesIn)) {
    if (!denialCodes.some((one) => one.code === code.code && one.system === code.system)) denialCodes.push(code);
  }
  const saidSo = whole.some((entry) => hasCode(entry['category'], deniedStatus) || hasCode(entry['reason'], deniedStatus));
  const refused = lines.length > 0 && lines.every(isRefused);
  return { denied: saidSo || (refused && !paysSomething), denialCodes };
}
