/** A folder with a hub.yaml for each test, read as the hub reads it, and what it says where it cannot be taken. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig, type HubConfig, type Settings } from '../../src/config/index.js';
import { HubError } from '../../src/kernel/index.js';
import { emptyFolder } from '../support/empty-folder.js';

export const ehr = '{ name: ehr, kind: fhir, url: http://127.0.0.1:8080/fhir, supplies: [Patient] }';

type Files = Readonly<Record<string, string>>;

export function folderWith(files: Files): string {
  const folder = emptyFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

export const read = (yaml: string, more: { files?: Files; env?: Settings['env']; flags?: Settings['flags'] } = {}): HubConfig =>
  readConfig({ cwd: folderWith({ 'hub.yaml': yaml, ...more.files }), env: more.env ?? {}, ...(more.flags ? { flags: more.flags } : {}) });

export function linesOf(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof HubError && error.code === 'CONFIG_INVALID') return error.message.split('\n');
    throw error;
  }
  throw new Error('the settings were taken');
}
