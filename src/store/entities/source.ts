/** The source systems, the runs that read them, what they sent (whole), and what is to be done next because of it. */
import { defineEntity, p } from '@mikro-orm/core';
import {
  bigNumber,
  bytes,
  fraction,
  index,
  instant,
  json,
  mask,
  rowId,
  smallNumber,
  text,
  textList,
  uid,
  whole,
  yesNo,
} from './columns.js';

export const Source = defineEntity({
  name: 'Source',
  tableName: 'source',
  properties: {
    id: smallNumber().primary().autoincrement().generated('by default as identity'),
    uid: uid(),
    name: text().unique(),
    kind: text(),
    supplies: textList(),
    active: yesNo().default(true),
    expectedIntervalSeconds: whole().default(300),
    circuit: p.enum(['CLOSED', 'OPEN', 'HALF_OPEN']).default('CLOSED'),
    lastAttemptAt: instant().nullable(),
    lastSuccessAt: instant().nullable(),
    errorCode: text().nullable(),
    cursor: json().nullable(),
    records: whole().default(0),
  },
});

export const SyncRun = defineEntity({
  name: 'SyncRun',
  tableName: 'sync_run',
  properties: {
    id: rowId(),
    uid: uid(),
    source: p.manyToOne(Source),
    startedAt: instant(),
    endedAt: instant().nullable(),
    state: p.enum(['QUEUED', 'RUNNING', 'PAUSED', 'DONE', 'FAILED', 'CANCELLED']),
    full: yesNo().default(false),
    read: whole().default(0),
    created: whole().default(0),
    updated: whole().default(0),
    unchanged: whole().default(0),
    deleted: whole().default(0),
    notTaken: whole().default(0),
    setAside: whole().default(0),
    error: text().nullable(),
    progress: fraction().nullable(),
    heartbeatAt: instant().nullable(),
  },
  indexes: [index('sync_run_source_id_started_at_idx', 'sync_run (source_id, started_at desc)')],
});

export const SetAside = defineEntity({
  name: 'SetAside',
  tableName: 'set_aside',
  properties: {
    id: rowId(),
    uid: uid(),
    source: p.manyToOne(Source),
    receivedAt: instant(),
    code: text(),
    reason: text().nullable(),
    state: p.enum(['WAITING', 'REPLAYED', 'EXPIRED', 'DISCARDED']).default('WAITING'),
    hash: bytes(),
    body: text(),
  },
  uniques: [{ properties: ['source', 'hash'] }],
  indexes: [index('set_aside_received_at_id_idx', 'set_aside (received_at desc, id desc)')],
});

export const Document = defineEntity({
  name: 'Document',
  tableName: 'document',
  properties: {
    sourceId: smallNumber().primary(),
    key: text().primary(),
    hash: bytes(),
    sourceUpdatedAt: instant().nullable(),
    receivedAt: instant(),
    yielded: textList(),
    body: text(),
  },
});

export const Outbox = defineEntity({
  name: 'Outbox',
  tableName: 'outbox',
  properties: {
    id: rowId(),
    job: text(),
    payload: json(),
    createdAt: instant().defaultRaw('now()'),
    relayedAt: instant().nullable(),
  },
  indexes: [{ properties: ['id'], where: 'relayed_at is null' }],
});

export const SourceName = defineEntity({
  name: 'SourceName',
  tableName: 'source_name',
  properties: {
    sourceId: smallNumber().primary(),
    ref: text().primary(),
    documentKey: text(),
    namedKind: text(),
    name: text().nullable(),
    departmentId: bigNumber().nullable(),
    labelCodes: textList(),
    ownMask: mask().default(0),
  },
  indexes: [{ properties: ['documentKey', 'sourceId'] }, index('source_name_lower_name_idx', 'source_name (lower(name))')],
});
