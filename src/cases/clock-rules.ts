/** What a clock is: which cases it runs on, from when, for how long, and what stops it. The rows are data in
 *  schema/clocks, each with its citation and how well that is known; a row ships inactive until somebody who answers
 *  for it switches it on. Dates in `effective` are local dates of receipt; `until` is the first day it no longer holds.
 *  A clock that starts with something of which the hub keeps no record yet, or that is no task of the office's, is told
 *  of and cannot be switched on: a deadline that nobody starts would be worse than none. */
import { z } from 'zod';
import { readRules, type RuleText } from './rule-file.js';
import { caseFlags, caseKinds } from './vocabulary.js';

/** What a person has to do for the clock to be met. */
export const clockSteps = ['ACKNOWLEDGE', 'START_REVIEW', 'REPLY'] as const;
export type ClockStep = (typeof clockSteps)[number];
/** Of others, or after the case: `FILE` is the complainant's own time to complain, `KEEP_RECORD` how long what was found is kept. */
const stepsToKnow = ['GIVE_REASON', 'FILE', 'KEEP_RECORD'] as const;

/** `OCCURRED`: what is complained of, or that it became known. `EXPEDITE_REFUSED`: or that the time was extended. */
const clockStarts = ['RECEIVED', 'OCCURRED', 'EXPEDITE_REFUSED', 'EXTENDED', 'DECIDED', 'APPEALED'] as const;

const clockRule = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+([.-][a-z0-9]+|_[a-z0-9]+)*$/),
  start: z.enum(clockStarts),
  step: z.enum([...clockSteps, ...stepsToKnow]),
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
  /** Empty: of something that is no kind of case here, as an appeal. */
  kinds: z.array(z.enum(caseKinds)),
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
    const wrong = clock.active ? whyNotActive(clock) : null;
    if (wrong) context.addIssue({ code: 'custom', path: ['clocks', index, wrong.field], message: wrong.message });
    if (clock.limit.count === 0 && clock.limit.unit !== 'immediate')
      context.addIssue({ code: 'custom', path: ['clocks', index, 'limit', 'count'], message: "expected 1 or more, found '0'" });
  });
});
export type ClockRule = z.output<typeof clockRule>;
/** One that runs on cases: a file with another active one was refused. */
export type RunningRule = ClockRule & { readonly start: 'RECEIVED'; readonly step: ClockStep };

export const isRunning = (rule: ClockRule): rule is RunningRule => rule.active;

function whyNotActive({ start, step, kinds }: Pick<ClockRule, 'start' | 'step' | 'kinds'>): { field: string; message: string } | null {
  if (start !== 'RECEIVED') return { field: 'start', message: `expected RECEIVED on an active clock, found '${start}'` };
  if (!clockSteps.some((known) => known === step))
    return { field: 'step', message: `expected ${clockSteps.join(', ')} on an active clock, found '${step}'` };
  return kinds.length === 0 ? { field: 'kinds', message: "expected the kinds of case that an active clock runs on, found '[]'" } : null;
}

export function parseClockRules(source: RuleText): ClockRule[] {
  return readRules(source, clockFile).clocks;
}
