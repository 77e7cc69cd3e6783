/** What a visit costs and what the payer made of it, in whole thousandths: no amount ever passes through a float
 *  sum, and a few keep three decimals, as Synthea's do. Per line, charge = discount + share + paid, always. */
import type { Dice } from './random.js';
import { denialReasons, medicines, services, type DenialReason } from './terms.js';
import { plusDays, plusMinutes, type Moment } from './calendar.js';

/** Thousandths of a dollar. */
export type Mills = number;
/** The exact decimal, as JSON writes it: 120350 mills are 120.35. */
export const inDollars = (amount: Mills): number => amount / 1000;

export interface BillLine {
  readonly code: string;
  readonly words: string;
  readonly charge: Mills;
  readonly allowed: Mills;
  readonly deductible: Mills;
  readonly copay: Mills;
  readonly coinsurance: Mills;
  readonly paid: Mills;
}
export interface Bill {
  readonly kind: 'institutional' | 'professional' | 'pharmacy';
  readonly createdAt: Moment;
  readonly lines: readonly BillLine[];
  readonly denial?: DenialReason;
  /** Absent while the payer has not answered, and for pharmacy claims, which are settled at the counter. */
  readonly adjudicatedAt?: Moment;
  /** Whether the patient has paid their share yet; what is open makes the account's balance. */
  readonly shareSettled: boolean;
}

type VisitClass = keyof typeof services;

function priceLine(dice: Dice, dollars: number): Mills {
  const cents = Math.round(dollars * 100 * (0.85 + dice.next() * 0.3));
  return cents * 10 + (dice.chance(0.04) ? dice.between(1, 9) : 0);
}

/** A payer pays all, leaves a copay, a coinsurance, or the whole allowed amount to the deductible. */
function settleLine(dice: Dice, charge: Mills, manner: 'paid' | 'deductible' | 'denied'): Omit<BillLine, 'code' | 'words' | 'charge'> {
  const nothing = { allowed: 0, deductible: 0, copay: 0, coinsurance: 0, paid: 0 };
  if (manner === 'denied') return nothing;
  const allowed = Math.round((charge * dice.between(55, 92)) / 1000) * 10;
  if (manner === 'deductible') return { ...nothing, allowed, deductible: allowed };
  const copay = dice.chance(0.35) ? Math.min(25_000, allowed) : 0;
  const coinsurance = copay === 0 && dice.chance(0.6) ? Math.round(allowed / 5 / 10) * 10 : 0;
  return { ...nothing, allowed, copay, coinsurance, paid: allowed - copay - coinsurance };
}

export function billVisit(dice: Dice, visit: { kind: VisitClass; endAt: Moment; now: Moment }): Bill {
  const rows = services[visit.kind];
  const count = Math.min(rows.length, dice.between(1, 3));
  const manner = dice.weighted([
    ['paid', 0.83],
    ['denied', 0.06],
    ['deductible', 0.11],
  ] as const);
  const createdAt = plusMinutes(plusDays(visit.endAt, dice.between(1, 4)), 37);
  const answeredAt = plusDays(createdAt, dice.between(8, 25));
  const lines = rows.slice(0, count).map(([code, words, dollars]) => {
    const charge = priceLine(dice, dollars);
    return { code, words, charge, ...settleLine(dice, charge, manner) };
  });
  return {
    kind: visit.kind === 'EMER' || visit.kind === 'IMP' ? 'institutional' : 'professional',
    createdAt: Math.min(createdAt, visit.now),
    lines,
    shareSettled: dice.chance(0.75),
    ...(manner === 'denied' ? { denial: dice.pick(denialReasons) } : {}),
    ...(answeredAt <= visit.now ? { adjudicatedAt: answeredAt } : {}),
  };
}

/** A prescription filled after a visit: a claim without an explanation of benefit. */
export function billMedicine(dice: Dice, filledAt: Moment): Bill {
  const medicine = dice.pick(medicines);
  const charge = priceLine(dice, dice.between(8, 140));
  const line = { code: medicine.code, words: medicine.display, charge, allowed: charge, deductible: 0, copay: 0, coinsurance: 0, paid: 0 };
  return { kind: 'pharmacy', createdAt: filledAt, lines: [line], shareSettled: true };
}

export const sumOf = (bill: Bill, part: (line: BillLine) => Mills): Mills => bill.lines.reduce((sum, line) => sum + part(line), 0);

/** The patient's share: deductible, copay, coinsurance, and what a denial leaves to the patient. */
export function patientShare(bill: Bill): Mills {
  if (!bill.adjudicatedAt) return 0;
  return (
    sumOf(bill, (line) => line.deductible + line.copay + line.coinsurance) +
    (bill.denial?.group === 'PR' ? sumOf(bill, (line) => line.charge) : 0)
  );
}
