/** Every connector keeps every promise of the contract: the conformance kit over both ways in. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, it } from '@jest/globals';
import { conformance, openConnector, type Connector, type ConformanceSubject } from '../../src/sources/index.js';
import { serveFhir } from './fhir-fake.js';

const cleanUps: (() => Promise<void>)[] = [];
const cleanUp = async () => {
  for (const one of cleanUps.splice(0)) await one();
};

async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<Connector> {
  const path = await mkdtemp(join(tmpdir(), 'zz-files-'));
  cleanUps.push(() => rm(path, { recursive: true }));
  await mkdir(join(path, 'a', 'deep'), { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content);
  return openConnector({ name: 'zz-archive', kind: 'fhir-files', path });
}

const bundleOf = (resources: readonly string[]): string =>
  `{"resourceType":"Bundle","type":"collection","entry":[\n${resources.map((raw) => `{"resource": ${raw}}`).join(',\n')}]}`;
const halves = (all: readonly string[]) => [all.slice(0, all.length / 2), all.slice(all.length / 2)] as const;

const subjects: Readonly<Record<string, ConformanceSubject>> = {
  'fhir over HTTP': {
    async serve(resources) {
      const fake = await serveFhir(resources);
      cleanUps.push(() => fake.close());
      return openConnector({
        name: 'zz-ehr',
        kind: 'fhir',
        url: fake.url,
        supplies: ['Patient', 'Encounter', 'Observation'],
        auth: { kind: 'none' },
      });
    },
  },
  'files: one Bundle': { serve: (resources) => folderWith({ 'all.json': bundleOf(resources) }) },
  'files: Bundles, one gzipped, in folders': {
    serve(resources) {
      const [first, second] = halves(resources);
      return folderWith({ 'a/deep/first.json.gz': gzipSync(bundleOf(first)), 'second.json': bundleOf(second) });
    },
  },
  'files: NDJSON': { serve: (resources) => folderWith({ 'all.ndjson': resources.join('\r\n') }) },
  'files: NDJSON, gzipped': { serve: (resources) => folderWith({ 'a/all.ndjson.gz': gzipSync(`${resources.join('\n')}\n`) }) },
};

afterEach(cleanUp);
afterAll(cleanUp);

for (const [name, subject] of Object.entries(subjects)) {
  describe(`the source kept as ${name}`, () => {
    for (const check of conformance) it(check.name, () => check.run(subject));
  });
}
