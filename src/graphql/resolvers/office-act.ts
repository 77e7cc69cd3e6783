/** Carries out an act of the privacy office, on a break-glass access or on what is agreed with a patient, and answers it: known to the trail by whom it is
 *  about, its words as they are, what it shows through `read`. */
import type { GraphQLResolveInfo } from 'graphql';
import type { AuditAction, PrivacyOutcome } from '../../access/index.js';
import type { OperationContext } from '../context.js';
import { underPolicyInForce } from '../policy-in-force.js';
import { showOutcome } from './change.js';

interface OfficeAct {
  readonly action: AuditAction;
  readonly act: (context: OperationContext) => Promise<PrivacyOutcome>;
  /** What it is called in the schema when it is done, and the object that it shows: where `of` is the person, whom it is about. */
  readonly type: string;
  readonly shows?: { readonly field: string; readonly type: string; readonly of?: 'person' };
}

export async function showOfficeAct(context: OperationContext, info: GraphQLResolveInfo, of: OfficeAct): Promise<unknown> {
  const { trail } = context;
  trail.action = of.action;
  const outcome = await underPolicyInForce(context, () => of.act(context));
  const { message } = outcome;
  // What was done has its entry; what was not done gets one.
  if (outcome.outcome === 'refused') {
    const { code, field } = outcome;
    trail.attempts.push({ action: of.action, operation: info.fieldName, personUid: null, caseUid: null, phiClasses: [] });
    return showOutcome(context, info, { type: 'Refused', objects: {}, plain: { message, code, field } });
  }
  const { uid, personUid } = outcome;
  trail.entered.push({ personUid, caseUid: null, phiClasses: ['IDENTITY'] });
  const shown = of.shows?.of === 'person' ? personUid : uid;
  const objects = of.shows && shown !== null ? { [of.shows.field]: { type: of.shows.type, uid: shown } } : {};
  return showOutcome(context, info, { type: of.type, objects, plain: { message } });
}
