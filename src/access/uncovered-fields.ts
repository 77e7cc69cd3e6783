/** PHI that no rule could withhold: a field of a patient's row without a class, or of a class of which no rule speaks. Looked
 *  for where the shapes are known, so that a field that somebody adds does not slip past the policy. Pure. */
import type { Field, Shape } from '../kernel/index.js';
import type { Policy } from './policy-file.js';

export function uncovered(policy: Pick<Policy, 'rules'>, shapes: readonly Shape[]): string[] {
  const spokenOf = new Set<string>(policy.rules.flatMap(({ classes }) => classes));
  return shapes.flatMap((shape) =>
    Object.entries(shape.fields).flatMap(([name, field]) => {
      const classes = [field.phi, field.gate, ...('fields' in field ? Object.values(field.fields).map(({ phi }) => phi) : [])];
      const unknown = classes.find((phi) => phi !== undefined && !spokenOf.has(phi));
      if (unknown !== undefined)
        return [`policy/rules.yaml rules: expected a rule for the class ${unknown} of ${shape.type}.${name}, found none`];
      const bare = isOfPatient(shape) && isValue(field) && field.phi === undefined && field.gate === undefined;
      return bare && !isOpen(shape, name, field) ? [`${shape.type}.${name}: expected a PHI class in its shape, found none`] : [];
    }),
  );
}

/** A row about one patient: it carries labels, or an audit entry is owed for it. */
const isOfPatient = ({ labelled, touches, isRecordOfAccess = false }: Shape): boolean =>
  labelled !== undefined || (touches !== undefined && !isRecordOfAccess);
/** Says something itself; a field that leads to other rows is decided there. */
const isValue = (field: Field): boolean => field.is === 'column' || field.is === 'object';
/** Ids are random; what remains of a masked row is open to whoever may know of the row. */
const isOpen = ({ labelled }: Shape, name: string, field: Field): boolean =>
  (field.is === 'column' && typeof field.as === 'object') || (labelled?.keeps.includes(name) ?? false);
