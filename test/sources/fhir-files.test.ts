/** Files of FHIR as they lie on a disk: small Bundles with every way to refer, and everything that can be wrong with a file. */
import { appendFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openConnector } from '../../src/sources/index.js';
import type { HubRecord, RecordKind, RecordOf } from '../../src/records/index.js';
import { countOutcomes, messagesIn, pullAll, recordsIn } from './reading.js';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), 'fixtures');
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'zz-files-'));
  folders.push(path);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return path;
}
const files = (path: string, supplies?: string[]) =>
  openConnector({ name: 'zz-archive', kind: 'fhir-files', path, ...(supplies ? { supplies } : {}) });
const kindOf = <K extends RecordKind>(records: readonly HubRecord[], kind: K): RecordOf<K>[] =>
  records.filter((record): record is RecordOf<K> => record.kind === kind);
const patient = (id: string): string => `{"resourceType":"Patient","id":"${id}"}`;

describe('a folder of Bundles that refer by urn', () => {
  const path = join(fixtures, 'urn-bundles');

  it('gives people, visits and claims, and claims know their visits', async () => {
    const records = recordsIn(await pullAll(files(path)));
    expect(kindOf(records, 'patient').map(({ name, address, language }) => ({ name, address, language }))).toEqual([
      { name: 'Zz-Ann Zz-Castellón', address: '1 Zz Lane, Sampleton, MA 02000, US', language: 'es' },
      { name: 'Zz-Bea Zz-O’Hara', address: '1 Zz Lane, Sampleton, MA 02000, US', language: 'es' },
    ]);
    const visits = new Set(kindOf(records, 'encounter').map(({ key }) => key));
    expect(visits.size).toBe(3);
    const claims = kindOf(records, 'claim');
    expect(claims.map(({ claimKind, billed, insurer }) => [claimKind, billed?.amount, insurer])).toEqual([
      ['PHARMACY', '255', 'Zz Mutual'],
      ['INSTITUTIONAL', '204.96999999999997', 'Zz Mutual'],
      ['INSTITUTIONAL', '129.160', 'Zz Mutual'],
      ['INSTITUTIONAL', '77.5', 'Zz Mutual'],
    ]);
    for (const claim of claims) expect(visits).toContain(claim.encounter);
  });

  it('gives every institutional claim its payer’s figures, and the pharmacy claim none', async () => {
    const records = recordsIn(await pullAll(files(path)));
    const answers = new Map(kindOf(records, 'adjudication').map((one) => [one.claim, one]));
    expect(
      kindOf(records, 'claim').map(({ key, claimKind }) => [
        claimKind,
        answers.get(key)?.allowed?.amount ?? null,
        answers.get(key)?.paid?.amount ?? null,
        answers.get(key)?.patientOwes?.amount ?? null,
      ]),
    ).toEqual([
      ['PHARMACY', null, null, null],
      ['INSTITUTIONAL', '204.97', '163.976', '40.994'],
      ['INSTITUTIONAL', null, '0.0', null],
      ['INSTITUTIONAL', '62.75', '50', '10.5'],
    ]);
    expect([...answers.values()].map(({ denied }) => denied)).toEqual([false, false, false]);
    expect(kindOf(records, 'condition').map(({ key }) => key)).toEqual(kindOf(records, 'adjudication')[0]?.conditions);
  });

  it('lets the same organization come with every Bundle, and counts what no rule needs', async () => {
    const batches = await pullAll(files(path));
    expect(countOutcomes(batches)).toEqual({ mapped: 17, notTaken: 1 });
    const [first, second] = messagesIn(batches).filter(
      (message) => message.outcome === 'mapped' && message.key.startsWith('Organization/'),
    );
    expect(second).toMatchObject({ key: first?.outcome === 'mapped' ? first.key : '' });
  });
});

describe('a folder of Bundles that refer by condition', () => {
  it('names every practitioner, place and organization by an alias that another file holds', async () => {
    const records = recordsIn(await pullAll(files(join(fixtures, 'conditional-bundles'))));
    const names = new Map(kindOf(records, 'named').flatMap(({ aliases, name }) => aliases.map((alias) => [alias, name])));
    const [visit] = kindOf(records, 'encounter');
    expect(visit?.practitioners.map((one) => names.get(one))).toEqual(['Dr. Zz-Dolly Zz-Roe']);
    expect([names.get(visit?.location ?? ''), names.get(visit?.organization ?? '')]).toEqual(['ZZ CLINIC', 'ZZ CLINIC']);
    expect(kindOf(records, 'patient')[0]?.family).toBe('Zz-Godínez71');
  });

  it('reads only what this source is there for, where that is said', async () => {
    const batches = await pullAll(files(join(fixtures, 'conditional-bundles'), ['Patient', 'Practitioner']));
    expect(countOutcomes(batches)).toEqual({ mapped: 2, notTaken: 6 });
  });
});

describe('what is wrong with a file', () => {
  const bundle = `{"resourceType":"Bundle","entry":[{"resource":${patient('zz-b')}}]}`;

  it('sets a broken file or line aside whole, and reads all others', async () => {
    const cut = gzipSync(
      `{"resourceType":"Bundle","entry":[${Array.from({ length: 500 }, (_, index) => `{"resource":${patient(`zz-${index * 7919}`)}}`).join(',')}]}`,
    ).subarray(0, 900);
    const latin = Buffer.from('{"resourceType":"Patient","id":"zz-l","gender":"\xe9"}', 'latin1');
    const path = await folderOf({
      'a-cut.json.gz': cut,
      'b-no-gzip.json.gz': 'Zz plain text',
      'c-cut.json': bundle.slice(0, -3),
      'd-latin.json': latin,
      'e-empty.json': '',
      'f-good.json': bundle,
      'g-bom.json': `\uFEFF${patient('zz-bom')}`,
      'h.ndjson': `${patient('zz-1')}\n\n{"resourceType":"Patient","id":\n${patient('zz-2')}`,
      'notes.txt': 'Zz',
      '.hidden.json': patient('zz-hidden'),
    });
    const found = messagesIn(await pullAll(files(path))).map((message) =>
      message.outcome === 'rejected' ? message.code : message.outcome === 'mapped' ? message.key : message.outcome,
    );
    expect(found).toEqual([
      'TRUNCATED',
      'NOT_JSON',
      'TRUNCATED',
      'NOT_JSON',
      'Patient/zz-b',
      'Patient/zz-bom',
      'Patient/zz-1',
      'TRUNCATED',
      'Patient/zz-2',
    ]);
    const [gzip] = messagesIn(await pullAll(files(path)));
    expect(gzip?.outcome === 'rejected' && Buffer.from(gzip.raw, 'base64').equals(cut)).toBe(true);
  });

  it('gives the lines that came before a gzip breaks off', async () => {
    const lines = Array.from({ length: 3000 }, (_, index) => patient(`zz-${index}-${(index * 2654435761) % 4294967296}`)).join('\n');
    const whole = gzipSync(lines);
    const counts = countOutcomes(
      await pullAll(files(await folderOf({ 'a.ndjson.gz': whole.subarray(0, whole.length / 2), 'b.json': patient('zz-after') }))),
    );
    expect(counts['rejected']).toBe(1);
    expect(counts['mapped']).toBeGreaterThan(500);
    expect(counts['mapped']).toBeLessThan(3000);
  });

  it('does not end a line where JSON does not: U+2028 may stand in a string', async () => {
    const odd = `{"resourceType":"Patient","id":"zz-1","name":[{"family":"Zz\u2028Line"}]}`;
    expect(countOutcomes(await pullAll(files(await folderOf({ 'a.ndjson': `${odd}\n${odd}` }))))).toEqual({ mapped: 2 });
  });

  it('reads Bundles that stand one to a line', async () => {
    expect(countOutcomes(await pullAll(files(await folderOf({ 'a.ndjson': `${bundle}\n${bundle}` }))))).toEqual({ mapped: 2 });
  });

  it('says that a missing folder is missing, and names no file', async () => {
    await expect(pullAll(files(join(tmpdir(), 'zz-nowhere', 'Zz-Ann')))).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.not.stringContaining('Zz-Ann'),
    });
  });

  it('follows a link to a file, as mounted folders have them', async () => {
    const path = await folderOf({ 'real/a.json': patient('zz-1') });
    await symlink(join(path, 'real', 'a.json'), join(path, 'b.json'));
    expect(countOutcomes(await pullAll(files(path)))).toEqual({ mapped: 2 });
  });
});

describe('a run over files that was cut short', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, index) => patient(`zz-${index}`)).join('\n');

  it('begins a file again that has changed since, and goes on with the next', async () => {
    const path = await folderOf({ 'a.ndjson': lines(1500), 'b.json': patient('zz-last') });
    const [first] = await pullAll(files(path));
    expect(first?.messages).toHaveLength(1000);
    expect(messagesIn(await pullAll(files(path), first?.cursor))).toHaveLength(501);
    await appendFile(join(path, 'a.ndjson'), `\n${patient('zz-new')}`);
    expect(messagesIn(await pullAll(files(path), first?.cursor))).toHaveLength(1502);
  });

  it('starts over where its file is gone', async () => {
    const path = await folderOf({ 'a.ndjson': lines(1500), 'b.json': patient('zz-last') });
    const [first] = await pullAll(files(path));
    await rm(join(path, 'a.ndjson'));
    expect(messagesIn(await pullAll(files(path), first?.cursor))).toHaveLength(1);
  });

  it('keeps no file name in its cursor: Synthea names files after patients', async () => {
    const [first] = await pullAll(files(await folderOf({ 'Zz-Ann.ndjson': lines(1500) })));
    expect(JSON.stringify(first?.cursor)).not.toContain('Zz-Ann');
  });

  it('reads everything again once it was finished: only content says what is unchanged', async () => {
    const path = await folderOf({ 'a.json': await readFile(join(fixtures, 'urn-bundles', 'Zz-Ann.json')) });
    const batches = await pullAll(files(path));
    expect(messagesIn(await pullAll(files(path), batches.at(-1)?.cursor))).toEqual(messagesIn(batches));
    expect(batches.at(-1)?.progress).toBe(1);
  });
});
