/** Reads the rule files of this room from schema/: the only file among the case rules that touches the disk. Called
 *  once at start by a main, which hands the result in. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { HubError, packageRoot } from '../kernel/index.js';
import { makeCalendars, parseCalendars, type Calendars } from './calendars.js';
import { parseClassificationRules, type ClassificationRules } from './classification-rules.js';
import { parseClockRules, type ClockRule } from './clock-rules.js';
import type { RuleText } from './rule-file.js';

export interface CaseRules {
  readonly classification: ClassificationRules;
  readonly clocks: readonly ClockRule[];
  readonly calendars: Calendars;
}

/** Where each kind of rules lies; absent: what ships with the hub. */
export interface RuleFolders {
  readonly classification?: string | undefined;
  readonly clocks?: string | undefined;
  readonly calendars?: string | undefined;
}

/** @throws HubError RULES_INVALID */
export function loadCaseRules(folders: RuleFolders = {}): CaseRules {
  const { classification = shipped('classification'), clocks: clockFolder = shipped('clocks') } = folders;
  const clocks = ruleTexts(clockFolder).map((source) => ({ file: source.file, rows: parseClockRules(source) }));
  const calendars = ruleTexts(folders.calendars ?? shipped('calendars')).map((source) => ({
    file: source.file,
    rows: parseCalendars(source),
  }));
  return {
    classification: parseClassificationRules(ruleText(classification, 'us.yaml')),
    clocks: uniqueRows(clocks, (clock) => clock.id),
    calendars: makeCalendars(uniqueRows(calendars, (calendar) => calendar.jurisdiction)),
  };
}

function uniqueRows<T>(files: readonly { file: string; rows: readonly T[] }[], key: (row: T) => string): T[] {
  const seen = new Map<string, string>();
  for (const { file, rows } of files)
    for (const row of rows) {
      const earlier = seen.get(key(row));
      if (earlier) throw new HubError('RULES_INVALID', `${file}: expected each id once, found '${key(row)}' here and in ${earlier}`);
      seen.set(key(row), file);
    }
  return files.flatMap(({ rows }) => rows);
}

const shipped = (kind: string): string => join(packageRoot, 'schema', kind);

function ruleTexts(folder: string): RuleText[] {
  return yamlFiles(folder).map((name) => ruleText(folder, name));
}

function yamlFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .sort();
  } catch (cause) {
    throw new HubError('RULES_INVALID', `${folder}: expected a folder of rule files, found none that can be read`, { cause });
  }
}

function ruleText(folder: string, name: string): RuleText {
  const file = join(basename(dirname(folder)), basename(folder), name);
  try {
    return { file, text: readFileSync(join(folder, name), 'utf8') };
  } catch (cause) {
    throw new HubError('RULES_INVALID', `${file}: expected a rule file, found none that can be read`, { cause });
  }
}
