/** `hub audit accounting --patient ID`: what a patient is given who asks to whom they were disclosed (45 CFR 164.528). */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { accountingFor, readDisclosureRules } from '../access/index.js';
import { asSystem, realClock } from '../kernel/index.js';
import { openPool } from '../store/index.js';
import { uuidBehind } from './audit-export.js';
import { roleAddress } from './database.js';
import type { HubSettings } from './hub-settings.js';
import { complain, openTerminal } from './terminal.js';

export async function tellAccounting(settings: HubSettings, patient: string): Promise<void> {
  const personUid = uuidBehind(patient, { option: '--patient', tag: 'pat' }) ?? '';
  const rules = readDisclosureRules(join(settings.rules.policy, 'disclosures.yaml'));
  const told = { actor: asSystem('audit accounting', 'PATRQT'), requestId: randomUUID() };
  const pool = openPool(await roleAddress(settings, 'worker'), { max: 1, name: 'accounting' });
  try {
    const { from, to, entries, suspended } = await accountingFor(pool, { personUid, to: realClock.now(), rules, told });
    const { say } = openTerminal();
    say(`Accounting of disclosures, ${day(from)} to ${day(to)} (45 CFR 164.528)`);
    if (entries.length === 0) say('None.');
    for (const { at, recipient, description, purpose, times, lastAt } of entries) {
      say('');
      say(`${day(at)}  ${recipient}`);
      say(`            ${description}`);
      say(`            Purpose: ${purpose}`);
      if (times > 1) say(`            ${times} times in all, the last on ${day(lastAt)}`);
    }
    // To the office alone: the patient must not learn it from the paper.
    if (suspended > 0) complain(`For the office: ${suspended} left out by a statement of an agency (45 CFR 164.528(a)(2)).`);
  } finally {
    await pool.end();
  }
}

const day = (at: Date): string => at.toISOString().slice(0, 10);
