/** What a clock is: which cases it runs on, from when, for how long, and what stops it. The rows are data in
 *  schema/clocks, each with its citation and how well that is known; a row ships inactive until somebody who answers
 *  for it switches it on. Dates in `effective` are local dates of receipt; `until` is the first day it no longer holds. */
import { z } from 'zod';
import { readRules, type RuleText } from './rule-file.js';
import { caseFlags, caseKinds } from './vocabulary.js';

/** What a person has to do for the clock to be met. */
export const clockSteps = ['ACKNOWLEDGE', 'START_REVIEW', 'REPLY'] as const;
export type ClockStep = (typeof clockSteps)[number];

const clockRule = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+([.-][a-z0-9]+|_[a-z0-9]+)*$/),
  step: z.enum(clockSteps),
  citation: z.string().min(1),
  note: z.string().optional(),
  evidence: z.enum(['verified', 'secondary', 'unverified', 'policy']),
  active: z.boolean(),
  regulatory: z.boolean(),
  /** An internal target may wait for the complainant; a regulatory clock never does. */
  pausable: z.boolean(),
  jurisdiction: z.string(),
  /** Any one of these programs binds the facility; an empty list binds every facility of the jurisdiction. */
  programs: z.array(z.string()),
  kinds: z.array(z.enum(caseKinds)).min(1),
  /** Any one of these must be on the case; an empty list asks for none. */
  flags: z.array(z.enum(caseFlags)).default([]),
  limit: z.strictObject({ count: z.int().min(0), unit: z.enum(['immediate', 'hour', 'calendar-day', 'business-day', 'calendar-month']) }),
  extension: z.strictObject({ days: z.int().min(1).optional(), condition: z.string().min(1) }).optional(),
  effective: z.strictObject({ from: z.iso.date(), until: z.iso.date().optional() }),
});
const clockFile = z.strictObject({ version: z.int(), clocks: z.array(clockRule) }).superRefine(({ clocks }, context) => {
  clocks.forEach((clock, index) => {
    if (clock.regulatory && clock.pausable)
      context.addIssue({
        code: 'custom',
        path: ['clocks', index, 'pausable'],
        message: "expected false on a regulatory clock, found 'true'",
      });
    if (clock.limit.count === 0 && clock.limit.unit !== 'immediate')
      context.addIssue({ code: 'custom', path: ['clocks', index, 'limit', 'count'], message: "expected 1 or more, found '0'" });
  });
});
export type ClockRule = z.output<typeof clockRule>;

export function parseClockRules(source: RuleText): ClockRule[] {
  return readRules(source, clockFile).clocks;
}
