/** What looks like snooping: decides on facts about one viewer and one patient, or one viewer's day. Pure. A finding is a
 *  question to a person, never a verdict: the words say what was seen, and no name. */
import { addressKey } from '../directory/index.js';
import type { SnoopingRule, SnoopingRules } from './snooping-rules.js';

/** Looks of one viewer at one patient. */
export interface Look {
  readonly userName: string;
  /** Family names, or whole names where a source gives no other. */
  readonly familyNames: readonly string[];
  /** Of where the viewer lives; null where the directory does not say. */
  readonly userAddressKey: string | null;
  readonly addresses: readonly string[];
  readonly alerts: readonly string[];
  /** A case, contact or assignment ever joined them. */
  readonly related: boolean;
  /** Somebody else gave the viewer a case of this patient. */
  readonly relatedByOthers: boolean;
  /** Operations within the time of the rule on missing relations. */
  readonly reads: number;
  readonly underBreakGlass: boolean;
}
/** One viewer's day, with what to compare it with: patients a day, of the viewer before and of others in the role. */
export interface Day {
  readonly patients: number;
  readonly own: readonly number[];
  readonly role: readonly number[];
}
export interface Suspicion {
  readonly rule: string;
  readonly evidence: readonly string[];
}

/** At once: what needs no waiting. */
export function suspicionsOf(look: Look, { rules }: SnoopingRules): Suspicion[] {
  return rules.flatMap((rule): Suspicion[] => {
    switch (rule.finds) {
      case 'OWN_NAME':
        return sharesSurname(look) && !look.relatedByOthers
          ? [{ rule: rule.id, evidence: ['the patient has the surname of the viewer'] }]
          : [];
      case 'OWN_ADDRESS':
        return sharesAddress(look) && !look.relatedByOthers
          ? [{ rule: rule.id, evidence: ['the patient lives at the address of the viewer'] }]
          : [];
      case 'FLAGGED_PATIENT':
        return isFlagged(look, rule) && !look.relatedByOthers ? [{ rule: rule.id, evidence: ['the patient is flagged'] }] : [];
      case 'BREAK_GLASS':
        return look.underBreakGlass ? [{ rule: rule.id, evidence: ['the glass was broken'] }] : [];
      case 'NO_RELATION':
      case 'UNUSUAL_VOLUME':
        return [];
    }
  });
}

/** Once the time is over in which a case may still be opened. */
export function lacksRelation(look: Look, rule: SnoopingRule<'NO_RELATION'>): Suspicion | null {
  if (look.related || look.reads < rule.reads) return null;
  return { rule: rule.id, evidence: [`${look.reads} looks within ${rule.withinDays} days`, 'no case, contact or assignment joins them'] };
}

/** More than a multiple of the viewer's own usual day and of the role's busy day. Who is new is held against the role alone. */
export function unusualVolume({ patients, own, role }: Day, rule: SnoopingRule<'UNUSUAL_VOLUME'>): Suspicion | null {
  if (patients < rule.patientsAtLeast) return null;
  const ownUsual = own.length >= rule.daysAtLeast ? quantile(own, 0.5) : null;
  const roleBusy = role.length >= rule.daysAtLeast ? quantile(role, 0.9) : null;
  if (ownUsual === null && roleBusy === null) return null;
  if (ownUsual !== null && patients < rule.timesOwn * ownUsual) return null;
  if (roleBusy !== null && patients < rule.timesRole * roleBusy) return null;
  const evidence = [
    `${patients} patients on one day`,
    ...(ownUsual === null ? [] : [`${ownUsual} on a usual day of the viewer`]),
    ...(roleBusy === null ? [] : [`${roleBusy} on a busy day of the role`]),
  ];
  return { rule: rule.id, evidence };
}

function sharesSurname({ userName, familyNames }: Look): boolean {
  const own = surname(userName);
  return own !== '' && familyNames.some((name) => surname(name) === own);
}

const sharesAddress = ({ userAddressKey, addresses }: Look): boolean =>
  userAddressKey !== null && addresses.some((address) => addressKey(address) === userAddressKey);

/** The last word, without accents and case: sources write `LOPEZ`, `Lopez` and `López`. */
const surname = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .trim()
    .split(/[\s,]+/)
    .at(-1) ?? '';

const isFlagged = ({ alerts }: Look, rule: SnoopingRule<'FLAGGED_PATIENT'>): boolean =>
  alerts.some((alert) => rule.alerts.some((word) => alert.trim().toLowerCase().startsWith(word.toLowerCase())));

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}
