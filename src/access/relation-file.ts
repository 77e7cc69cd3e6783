/** The form of schema/policy/relation.yaml: how long a closed case still opens its patient. */
import { z } from 'zod';
import { mapping, text, wholeNumber } from '../kernel/index.js';

export const relationFile = mapping({
  version: wholeNumber(1, 1),
  afterClosing: mapping({ days: wholeNumber(0, 365), citation: text('text', 'set'), verified: z.boolean().optional() }),
});
