/** The coded issues of a case. */
import { newUuid } from '../kernel/index.js';
import { CaseIssue } from '../store/index.js';
import type { Deed } from './act-context.js';
import { domainOf } from './issue-domains.js';
import type { IssueGiven } from './open-case-input.js';

/** Gives the new row's uuid.
 *  @param departments row ids by wire id */
export function addIssue(
  { em, viewer, now }: Deed,
  file: { readonly id: string },
  { issue, departments }: { readonly issue: IssueGiven; readonly departments: ReadonlyMap<string, string> },
): string {
  const { departmentId, ...coded } = issue;
  const uid = newUuid();
  em.create(CaseIssue, {
    uid,
    case: file.id,
    domain: domainOf[coded.category],
    ...coded,
    department: departmentId === null ? null : (departments.get(departmentId) ?? null),
    codedBy: viewer.userRow,
    codedAt: now,
    labelMask: 0,
  });
  return uid;
}

/** HCAT's 0 means not coded. */
export function highest(severities: readonly (number | null)[]): number | null {
  const coded = severities.filter((severity) => severity !== null && severity > 0) as number[];
  return coded.length === 0 ? null : Math.max(...coded);
}
