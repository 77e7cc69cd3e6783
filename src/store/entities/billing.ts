/** Who pays, what was claimed, what the payer decided, what was paid, and what the account says is owed. Links between
 *  them (`claim`, `encounter`, the adjudication that holds) are filled by `scope`: either side may come first. */
import { defineEntity, p } from '@mikro-orm/core';
import { bigNumber, day, exact, instant, jsonList, text, textList, yesNo } from './columns.js';
import { newestFirst, provenance } from './facts.js';
import { PatientRecord } from './person.js';

export const Coverage = defineEntity({
  name: 'Coverage',
  tableName: 'coverage',
  properties: {
    ...provenance(),
    patientRecord: p.manyToOne(PatientRecord),
    payor: text().nullable(),
    payorRef: text().nullable(),
    typeSystem: text().nullable(),
    typeCode: text().nullable(),
    typeDisplay: text().nullable(),
    memberId: text().nullable(),
    startOn: day().nullable(),
    endOn: day().nullable(),
  },
  uniques: [{ properties: ['sourceId', 'sourceKey'] }],
  indexes: [{ properties: ['patientRecord'] }],
});

export const Claim = defineEntity({
  name: 'Claim',
  tableName: 'claim',
  properties: {
    ...provenance(),
    patientRecord: p.manyToOne(PatientRecord),
    kind: text(),
    status: text().nullable(),
    typeSystem: text().nullable(),
    typeCode: text().nullable(),
    typeDisplay: text().nullable(),
    servicedFrom: day().nullable(),
    servicedTo: day().nullable(),
    encounterRef: text().nullable(),
    encounterId: bigNumber().nullable(),
    providerRef: text().nullable(),
    facilityRef: text().nullable(),
    insurer: text().nullable(),
    insurerRef: text().nullable(),
    billedAmount: exact().nullable(),
    billedCurrency: text().nullable(),
    adjudicationId: bigNumber().nullable(),
    conditionRefs: textList(),
  },
  uniques: [{ properties: ['sourceId', 'sourceKey'] }],
  indexes: [newestFirst('claim', 'serviced_from'), { properties: ['sourceId', 'encounterRef'] }, { properties: ['encounterId'] }],
});

export const Adjudication = defineEntity({
  name: 'Adjudication',
  tableName: 'adjudication',
  properties: {
    ...provenance(),
    patientRecord: p.manyToOne(PatientRecord),
    claimRef: text(),
    claimId: bigNumber().nullable(),
    providerRef: text().nullable(),
    facilityRef: text().nullable(),
    adjudicatedAt: instant().nullable(),
    allowedAmount: exact().nullable(),
    paidAmount: exact().nullable(),
    owesAmount: exact().nullable(),
    currency: text().nullable(),
    denied: yesNo().nullable(),
    denialCodes: jsonList(),
    insurer: text().nullable(),
    conditionRefs: textList(),
  },
  uniques: [{ properties: ['sourceId', 'sourceKey'] }],
  indexes: [{ properties: ['sourceId', 'claimRef'] }, { properties: ['claimId'] }, { properties: ['patientRecord'] }],
});

export const Payment = defineEntity({
  name: 'Payment',
  tableName: 'payment',
  properties: {
    ...provenance(),
    patientRecord: p.manyToOne(PatientRecord).nullable(),
    claimRef: text().nullable(),
    claimId: bigNumber().nullable(),
    paidOn: day().nullable(),
    amount: exact().nullable(),
    currency: text().nullable(),
    payer: text().nullable(),
  },
  uniques: [{ properties: ['sourceId', 'sourceKey'] }],
  indexes: [newestFirst('payment', 'paid_on'), { properties: ['claimId'] }, { properties: ['sourceId', 'claimRef'] }],
});

export const Account = defineEntity({
  name: 'Account',
  tableName: 'account',
  properties: {
    ...provenance(),
    patientRecord: p.manyToOne(PatientRecord),
    status: text().nullable(),
    balanceAmount: exact().nullable(),
    currency: text().nullable(),
  },
  uniques: [{ properties: ['sourceId', 'sourceKey'] }],
  indexes: [{ properties: ['patientRecord'] }],
});
