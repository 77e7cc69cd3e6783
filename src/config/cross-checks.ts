/** Rules that look at two settings at once. They look at the text as it was written, not at what could be read of it, so
 *  that they are reported together with all other problems. Pure. */
import { expectedFound, found, type Problem } from '../kernel/index.js';

export function crossChecks(raw: unknown, redisElsewhere: boolean): Problem[] {
  return [
    ...sourceChecks(valueAt(raw, 'sources')),
    ...queueChecks(valueAt(raw, 'queue'), redisElsewhere),
    ...keyChecks(valueAt(raw, 'auth')),
    ...clientChecks(valueAt(valueAt(raw, 'auth'), 'clients')),
  ];
}

function sourceChecks(sources: unknown): Problem[] {
  if (!Array.isArray(sources)) return [];
  const firstOf = new Map<string, number>();
  return sources.flatMap((source: unknown, index): Problem[] => {
    const problems = [...suppliesChecks(source, index), ...basicChecks(source, index)];
    const name = valueAt(source, 'name');
    if (typeof name !== 'string') return problems;
    const first = firstOf.get(name);
    if (first === undefined) firstOf.set(name, index);
    else
      problems.unshift({
        path: ['sources', index, 'name'],
        says: `expected a name of its own, found ${found(name, 'value')}, which sources[${first}] has`,
      });
    return problems;
  });
}

/** A source that supplies nothing would be asked for nothing, quietly, for ever. */
function suppliesChecks(source: unknown, index: number): Problem[] {
  const supplies = valueAt(source, 'supplies');
  if (!Array.isArray(supplies)) return [];
  if (supplies.length === 0)
    return [{ path: ['sources', index, 'supplies'], says: 'expected at least one FHIR type, found an empty list' }];
  return supplies.flatMap((type: unknown, at): Problem[] =>
    supplies.indexOf(type) < at
      ? [{ path: ['sources', index, 'supplies', at], says: `expected each type once, found ${found(type, 'value')} again` }]
      : [],
  );
}

function basicChecks(source: unknown, index: number): Problem[] {
  const auth = valueAt(source, 'auth');
  if (valueAt(auth, 'kind') !== 'basic') return [];
  const given = ['user', 'userFile'].filter((key) => valueAt(auth, key) !== undefined);
  if (given.length === 1) return [];
  return [{ path: ['sources', index, 'auth'], says: `expected one of user | userFile, found ${given.length === 0 ? 'neither' : 'both'}` }];
}

function queueChecks(queue: unknown, redisElsewhere: boolean): Problem[] {
  const url = valueAt(queue, 'url');
  const backend = valueAt(queue, 'backend');
  if (backend === 'redis' && url === undefined && !redisElsewhere)
    return [{ path: ['queue', 'url'], says: expectedFound('a redis:// address here or in REDIS_URL', url, 'set') }];
  if (backend === 'postgres' && url !== undefined)
    return [
      {
        path: ['queue', 'url'],
        says: `expected nothing, because the postgres backend uses the hub's own database, found ${found(url, 'set')}`,
      },
    ];
  return [];
}

function keyChecks(auth: unknown): Problem[] {
  const both = valueAt(auth, 'jwksFile') !== undefined && valueAt(auth, 'jwksUrl') !== undefined;
  return both ? [{ path: ['auth', 'jwksUrl'], says: 'expected one of jwksFile | jwksUrl, found both' }] : [];
}

/** Two rows for one client would leave open which role it has; its row in the directory goes by its id. */
function clientChecks(clients: unknown): Problem[] {
  if (!Array.isArray(clients)) return [];
  return (['id', 'subject'] as const).flatMap((key) => {
    const values = clients.map((client: unknown) => valueAt(client, key));
    return values.flatMap((value, index): Problem[] => {
      const first = values.indexOf(value);
      if (value === undefined || first === index) return [];
      const says = `expected ${key === 'id' ? 'an id' : 'a subject'} of its own, found ${found(value, 'set')}, which auth.clients[${first}] has`;
      return [{ path: ['auth', 'clients', index, key], says }];
    });
  });
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (Reflect.get(value, key) as unknown) : undefined;
}
