/** The shape of hub.yaml. One schema for one folder: relative paths count from where the file lies. */
import { join } from 'node:path';
import { list, mapping, oneOf, packageRoot, text, wholeNumber } from '../kernel/index.js';
import { authSettings } from './auth-settings.js';
import { fhirTypes } from './hub-config.js';
import { limitsSettings } from './limits-settings.js';
import { pathFrom, secretFile } from './secret-files.js';
import { byKind, databaseUrl, duration, idleLogoff, laterSetting, name, redisUrl, webAddress } from './values.js';

const fiveMinutes = 300_000;

/** Six years is the least that may be kept: 45 CFR 164.316(b)(2)(i). */
const auditDefaults = { every: 1_000, keepYears: 6 };

export function hubFile(folder: string) {
  const path = pathFrom(folder);

  const sourceAuth = byKind(
    {
      none: {},
      bearer: { tokenFile: secretFile(folder, 'a token') },
      basic: {
        user: text('a user name', 'set', /^[^:]+$/).optional(),
        userFile: secretFile(folder, 'a user name').optional(),
        passwordFile: secretFile(folder, 'a password'),
      },
    },
    { later: ['smart-backend-services', 'mtls'], shows: 'set' },
  );

  const supplies = list(oneOf(fhirTypes), 'a list of FHIR types');
  const source = byKind(
    {
      fhir: {
        name,
        url: webAddress,
        supplies,
        every: duration.default(fiveMinutes),
        auth: sourceAuth.optional(),
        pageSize: wholeNumber(1, 1_000).default(200),
      },
      'fhir-files': { name, path, supplies: supplies.optional(), every: duration.default(fiveMinutes) },
    },
    { later: ['hl7v2', 'x12', 'csv'], shows: 'value' },
  );

  return mapping({
    sources: list(source, 'a list of sources').default([]),
    queue: mapping({ backend: oneOf(['postgres', 'redis']), url: redisUrl.optional() }).optional(),
    database: mapping({ url: databaseUrl }).optional(),
    auth: authSettings(folder).optional(),
    idleLogoff: idleLogoff.optional(),
    limits: limitsSettings(folder).optional(),
    streams: mapping({ perViewer: wholeNumber(1, 1_000).default(10), perProcess: wholeNumber(1, 100_000).default(1_000) }).prefault({}),
    policy: path.default(shipped('policy')),
    clocks: path.default(shipped('clocks')),
    calendars: path.default(shipped('calendars')),
    directory: path.default(shipped('directory', 'demo.yaml')),
    audit: mapping({
      checkpoints: path.optional(),
      every: wholeNumber(1, 1_000_000).default(auditDefaults.every),
      keepYears: wholeNumber(auditDefaults.keepYears, 100).default(auditDefaults.keepYears),
    }).default(auditDefaults),
    taxonomy: laterSetting,
    smtp: laterSetting,
    publicUrl: laterSetting,
    retention: laterSetting,
  });
}

const shipped = (...parts: string[]): string => join(packageRoot, 'schema', ...parts);
