/** What the integration engineer sees of sources, their runs and what could not be read. */
import { column, connection, id, instant, many, one, shape, type RootField } from '../kernel/index.js';
import { freshnessOf } from '../store/index.js';

export const sourceShape = shape('Source', {
  table: 'source',
  tag: 'src',
  alone: { requires: 'MANAGE_SOURCES' },
  where: '$.active',
  fields: {
    id: id('src'),
    name: column('name'),
    kind: column('kind'),
    supplies: column('to_json($.supplies)'),
    freshness: column(freshnessOf('$')),
    records: column('records'),
    setAside: column(`(select count(*) from set_aside a where a.source_id = $.id and a.state = 'WAITING')`),
    lagSeconds: column('extract(epoch from now() - $.last_success_at)::int'),
    circuit: column('circuit'),
    lastRun: one('SyncRun', { on: '$.source_id = ^.id', order: '$.started_at desc, $.id desc' }),
  },
});

export const syncRunShape = shape('SyncRun', {
  table: 'sync_run',
  tag: 'run',
  alone: { requires: 'MANAGE_SOURCES', where: 'exists (select 1 from source s where s.id = $.source_id and s.active)' },
  fields: {
    id: id('run'),
    startedAt: instant('started_at'),
    endedAt: instant('ended_at'),
    state: column('state'),
    read: column('read'),
    created: column('created'),
    updated: column('updated'),
    unchanged: column('unchanged'),
    deleted: column('deleted'),
    notTaken: column('not_taken'),
    setAside: column('set_aside'),
    error: column('error'),
    progress: column('progress'),
  },
});

export const setAsideShape = shape('SetAside', {
  table: 'set_aside',
  tag: 'sas',
  alone: { requires: 'MANAGE_SOURCES' },
  fields: {
    id: id('sas'),
    source: column('(select s.name from source s where s.id = $.source_id)'),
    receivedAt: instant('received_at'),
    code: column('code'),
    reason: column('reason'),
    state: column('state'),
  },
});

export const syncRoots = {
  sources: { field: many('Source', { on: 'true', order: '$.name' }), requires: 'MANAGE_SOURCES' },
  source: { field: one('Source', { on: '$.name = :name' }), requires: 'MANAGE_SOURCES', byName: { argument: 'name' } },
  setAside: {
    field: connection('SetAside', {
      on: 'true',
      orders: { default: { key: '$.received_at', cast: 'timestamptz', descending: true } },
      arguments: {
        source: { sql: '$.source_id = (select s.id from source s where s.name = :value)', cast: 'text' },
        code: { sql: '$.code = :value', cast: 'text' },
      },
    }),
    requires: 'MANAGE_SOURCES',
  },
} satisfies Record<string, RootField>;
