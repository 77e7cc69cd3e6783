/** What people allow and forbid: a row for each rule of a consent, in the source's own words. What the words mean is
 *  schema/policy/consent.yaml's to say, when a viewer asks: a changed rule needs no new sync. */
import type { ConsentProvision, ConsentRecord } from '../../records/index.js';
import { instant, refs, text, whole, yesNo } from './columns.js';
import { fact } from './fact.js';
import { keyText, listText } from './values.js';

const rule = ({ provisions }: ConsentRecord, at: number): ConsentProvision => {
  const found = provisions[at];
  if (!found) throw new TypeError('a consent has a row for each of its rules');
  return found;
};
const codes = (of: (provision: ConsentProvision) => readonly string[]) => ({
  type: 'text[]' as const,
  of: (record: ConsentRecord, at: number) => listText(of(rule(record, at)).map((code) => keyText('code', code))),
});

export const consentProvisions = fact('consent', {
  table: 'consent_provision',
  patient: (record) => record.patient,
  labels: 'own',
  rows: (record) => record.provisions.length,
  columns: {
    position: whole('position', (_, at) => at),
    parent: whole('parent', (record, at) => rule(record, at).parent),
    status: text((record) => record.status),
    scope: text((record) => record.scope),
    consented_at: instant('consentedAt', (record) => record.consentedAt),
    denies: yesNo((record, at) => rule(record, at).denies),
    start_at: instant('start', (record, at) => rule(record, at).start),
    end_at: instant('end', (record, at) => rule(record, at).end),
    actor_refs: refs((record, at) => rule(record, at).actors),
    purposes: codes(({ purposes }) => purposes),
    actions: codes(({ actions }) => actions),
    classes: codes(({ classes }) => classes),
    security_labels: codes(({ securityLabels }) => securityLabels),
    vague: yesNo((record, at) => rule(record, at).vague),
  },
});
