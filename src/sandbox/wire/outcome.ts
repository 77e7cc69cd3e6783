/** FHIR's OperationOutcome: every refusal and every warning of the sandbox, in the standard's words, with the kind of
 *  numeric detail code that a large vendor uses (59100 = a parameter that did not count). */
import type { JsonObject } from '../systems/resource.js';

const outcomeCodes = 'http://example.org/fhir/CodeSystem/sandbox-outcome';

export interface Issue {
  readonly severity: 'error' | 'warning' | 'information';
  readonly code: 'not-found' | 'not-supported' | 'deleted' | 'invalid' | 'exception' | 'throttled' | 'informational';
  readonly detail: string;
  readonly words: string;
}

export function operationOutcome(issues: readonly Issue[]): JsonObject {
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map(({ severity, code, detail, words }) => ({
      severity,
      code,
      details: { coding: [{ system: outcomeCodes, code: detail }], text: words },
      diagnostics: words,
    })),
  };
}

export const parameterIgnored = (name: string): Issue => ({
  severity: 'warning',
  code: 'not-supported',
  detail: '59100',
  words: `The parameter ${name} is not known here and did not count.`,
});
export const nothingFound: Issue = { severity: 'warning', code: 'informational', detail: '4101', words: 'Nothing matches the search.' };

/** A refusal: a status and the one issue that explains it. */
export class Refusal extends Error {
  readonly status: number;
  readonly issue: Issue;
  constructor(status: number, issue: Issue) {
    super(issue.words);
    this.status = status;
    this.issue = issue;
  }
}

export function refuse(status: number, code: Issue['code'], words: string): Refusal {
  return new Refusal(status, { severity: 'error', code, detail: String(status), words });
}
