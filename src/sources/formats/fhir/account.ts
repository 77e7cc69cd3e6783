/** Account and Invoice: what the billing system itself says is owed. R4's Account has no balance; it travels as HL7's
 *  extension for R5's, one per aggregate, of which the patient's own part is wanted. An Invoice is owed while it is
 *  issued, tax included, and nothing once it is balanced. */
import type { Money } from '../../../records/index.js';
import { codingOf, labelCodesOf } from './coding.js';
import { moneyOf } from './decimal.js';
import { extensionsOf, extensionValue, objects, text, type Json } from './fields.js';
import { patientOf, type Mapping, type Reading } from './reading.js';
import { Unreadable } from './unreadable.js';

const balanceUrl = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Account.balance';
const preferred: readonly (string | null)[] = ['patient', null, 'total'];

function partOf(balance: Json, url: string): unknown {
  const [part] = extensionsOf(balance, url);
  return part ? extensionValue(part) : undefined;
}

function balanceOf(account: Json): Money | null {
  const balances = extensionsOf(account, balanceUrl).map((balance) => ({
    of: codingOf(partOf(balance, 'aggregate'))?.code.toLowerCase() ?? null,
    estimated: partOf(balance, 'estimate') === true,
    amount: moneyOf(partOf(balance, 'amount') ?? balance['valueMoney'], 'Account.balance'),
  }));
  const firm = balances.filter((one) => !one.estimated);
  for (const aggregate of preferred) {
    const found = firm.find((one) => one.of === aggregate);
    if (found) return found.amount;
  }
  return null;
}

/** An account may list several subjects, a device or a practitioner among them. */
function holderOf({ resource, references }: Reading): string {
  const patient = objects(resource['subject'])
    .map((one) => references.toOneOf(one, ['Patient']))
    .find((one) => one !== null);
  if (patient === undefined) throw new Unreadable('NO_SUBJECT', 'Account.subject names no Patient of this source');
  return patient;
}

export const readAccount: Mapping = (reading) => {
  const { resource, key, sourceUpdatedAt } = reading;
  if (resource['status'] === 'entered-in-error') return 'deleted';
  return [
    {
      kind: 'account',
      key,
      sourceUpdatedAt,
      labelCodes: labelCodesOf(resource, resource['type']),
      patient: holderOf(reading),
      status: text(resource['status']),
      balance: balanceOf(resource),
    },
  ];
};

const takenBack: readonly string[] = ['entered-in-error', 'cancelled'];

export const readInvoice: Mapping = (reading) => {
  const { resource, key, sourceUpdatedAt } = reading;
  const status = text(resource['status']);
  if (takenBack.includes(status ?? '')) return 'deleted';
  const total = moneyOf(resource['totalGross'], 'Invoice.totalGross') ?? moneyOf(resource['totalNet'], 'Invoice.totalNet');
  const balance = status === 'issued' ? total : status === 'balanced' && total !== null ? { amount: '0', currency: total.currency } : null;
  return [
    {
      kind: 'account',
      key,
      sourceUpdatedAt,
      labelCodes: labelCodesOf(resource, resource['type']),
      patient: patientOf(reading, 'subject'),
      status,
      balance,
    },
  ];
};
