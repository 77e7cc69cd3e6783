/** Who asks, and break-glass access: what was opened, by whom, why, until when, and who looked at it. */
import { createUnionType, InputType, ObjectType } from 'type-graphql';
import { Always, anId, flag, instant, Maybe, text, whole } from './field.js';
import { connectionOf, Governed, Node, Withheld } from './governed.js';
import { Patient } from './case.js';
import { Outcome, Refused } from './case-inputs.js';
import { User } from './directory.js';
import { Capability, PurposeOfUse, Role } from './enums.js';

@ObjectType({
  implements: [Node, Governed],
  description:
    'Break-glass: a written reason opens what relationship alone withholds, for minutes. Never what policy lists as never opened. 45 CFR 164.312(a)(2)(ii).',
})
export class AccessGrant extends Node {
  @Always(() => User, 'Who broke the glass.')
  user!: User;
  @Maybe(() => Patient, 'For whom.')
  patient!: Patient | null;
  @Maybe(text, 'Why, in the words of who broke the glass.')
  reason!: string | null;
  @Always(instant, 'When it was broken.')
  grantedAt!: string;
  @Always(instant, 'When it ends by itself.')
  expiresAt!: string;
  @Maybe(instant, 'When somebody ended it.')
  revokedAt!: string | null;
  @Maybe(() => User, 'Who ended it.')
  revokedBy!: User | null;
  @Always(instant, 'By when it is to be reviewed.')
  reviewDueAt!: string;
  @Maybe(instant, 'When it was reviewed.')
  reviewedAt!: string | null;
  @Maybe(() => User, 'Who reviewed it; never who broke the glass.')
  reviewedBy!: User | null;
  @Maybe(text, 'What the reviewer noted.')
  note!: string | null;
  @Always(flag, 'It should have been reviewed by now.')
  overdue!: boolean;
  @Always(() => [Withheld])
  withheld!: Withheld[];
}
export const AccessGrantConnection = connectionOf('AccessGrant', () => AccessGrant, { counted: true });

@ObjectType({ description: 'Who asks, for what, and what that opens.' })
export class Viewer {
  @Always(() => User, 'The person of the directory.')
  user!: User;
  @Always(() => Role, 'In which role they ask.')
  role!: string;
  @Always(() => PurposeOfUse, 'For what they ask.')
  purpose!: string;
  @Always(() => [Capability], 'What the role may do at all.')
  may!: string[];
  @Always(() => [AccessGrant], 'Break-glass access of theirs that holds now.')
  breakGlass!: AccessGrant[];
}

@InputType({ description: 'For whom, why, and for how long.' })
export class BreakGlassInput {
  @Always(anId)
  patientId!: string;
  @Always(text, 'Why it cannot wait, in words that a reviewer understands.')
  reason!: string;
  @Maybe(whole, 'For how many minutes; schema/policy/break-glass.yaml says how many at most.', { defaultValue: 60 })
  minutes?: number;
  @Maybe(text)
  idempotencyKey?: string;
}

@InputType({ description: 'Which access, and what is noted with it.' })
export class GrantActionInput {
  @Always(anId, 'The break-glass access.')
  grantId!: string;
  @Maybe(text, 'Kept with it, for whoever looks at it later.')
  note?: string;
  @Maybe(text)
  idempotencyKey?: string;
}

@ObjectType({ implements: Outcome, description: 'Done.' })
export class GrantChanged extends Outcome {
  @Always(() => AccessGrant, 'The access as it stands now.')
  grant!: AccessGrant;
}

export const GrantResult = createUnionType({
  name: 'GrantResult',
  description: 'What came of a change of break-glass access.',
  types: () => [GrantChanged, Refused] as const,
  resolveType: (value: object) => Reflect.get(value, '__typename') as string | undefined,
});
