/** What the categories and reasons of an adjudication mean, as data. HL7's `adjudication`, CARIN Blue Button's
 *  `C4BBAdjudication` and CMS's variable names, of which Synthea uses some. A category that is not here counts nowhere.
 *  Words are ours; the lists themselves: terminology.hl7.org, hl7.org/fhir/us/carin-bb, bluebutton.cms.gov. */
import { objects, text, type Json } from './fields.js';

export type Figure = 'submitted' | 'allowed' | 'paid' | 'share' | 'liability' | 'none';

const cms = 'https://bluebutton.cms.gov/resources/variables';

/** `share`: a part of what the patient owes. `liability`: all of it in one figure. `none` overrules a general code beside it. */
const figureOf: ReadonlyMap<string, Figure> = new Map<string, Figure>([
  ['submitted', 'submitted'],
  ['eligible', 'allowed'],
  ['allowed', 'allowed'],
  ['benefit', 'paid'],
  ['deductible', 'share'],
  ['copay', 'share'],
  ['coinsurance', 'share'],
  ['noncovered', 'share'],
  ['memberliability', 'liability'],
  [`${cms}/line_sbmtd_chrg_amt`, 'submitted'],
  [`${cms}/clm_tot_chrg_amt`, 'submitted'],
  [`${cms}/line_alowd_chrg_amt`, 'allowed'],
  [`${cms}/line_nch_pmt_amt`, 'paid'],
  [`${cms}/line_coinsrnc_amt`, 'share'],
  [`${cms}/line_bene_ptb_ddctbl_amt`, 'share'],
  // Rates and other payers' money under a general code beside them.
  [`${cms}/rev_cntr_rate_amt`, 'none'],
  [`${cms}/rev_cntr_tot_chrg_amt`, 'submitted'],
  [`${cms}/rev_cntr_pmt_amt_amt`, 'none'],
  // The coinsurance that would hold had the hospital chosen to reduce it; the wage-adjusted one beside it is what is owed.
  [`${cms}/rev_cntr_rdcd_coinsrnc_amt`, 'none'],
  // Part D: the whole price, what the patient pays at the counter, and figures that CMS lists under coinsurance though
  // nobody owes them: the price's parts on either side of a threshold, and what others pay in the patient's stead.
  ['drugcost', 'submitted'],
  [`${cms}/ptnt_pay_amt`, 'share'],
  [`${cms}/gdc_abv_oopt_amt`, 'none'],
  [`${cms}/gdc_blw_oopt_amt`, 'none'],
  [`${cms}/othr_troop_amt`, 'none'],
  [`${cms}/lics_amt`, 'none'],
  [`${cms}/plro_amt`, 'none'],
]);

/** A figure's meaning: the more special code (CMS's variable, a URL) overrules the general one beside it. */
export function meaningOf(entry: Json): Figure | null {
  let general: Figure | null = null;
  for (const category of objects(entry['category'])) {
    for (const coding of objects(category['coding'])) {
      const code = text(coding['code']);
      const figure = code === null ? undefined : figureOf.get(code);
      if (figure === undefined) continue;
      if (code?.startsWith('http') === true) return figure;
      general ??= figure;
    }
  }
  return general;
}

/** The category under which CARIN and CMS put the reason of an adjustment. */
export const denialCategory = 'denialreason';
/** CARIN's payer adjudication status, in a category or a reason. */
export const deniedStatus = 'denied';

export const adjustmentReasons: readonly string[] = [
  'https://x12.org/codes/claim-adjustment-reason-codes',
  'urn:oid:2.16.840.1.113883.6.344',
  'http://terminology.hl7.org/CodeSystem/adjudication-reason',
];
export const adjustmentGroups: readonly string[] = [
  `${cms}/fiss/aco-red-cagc`,
  'https://x12.org/codes/claim-adjustment-group-codes',
  'urn:oid:2.16.840.1.113883.6.345',
];
/** Under `denialreason` too, and no denial: CMS's cut for services of a physician's assistant. */
export const noReasons: readonly string[] = [`${cms}/carr_line_rdcd_pmt_phys_astn_c`];
export const groupCodes: readonly string[] = ['CO', 'PR', 'OA', 'PI', 'CR'];

/** Adjustments that deny nothing, by group and reason (`*` any group): the contractual discount, and the patient's
 *  ordinary share. Everything else with a reason is a denial code; only all lines at nothing make a denied claim. */
const denyNothing: ReadonlySet<string> = new Set(['CO-45', '*-1', '*-2', '*-3', '*-66', '*-253']);

export const deniesNothing = (group: string | null, reason: string): boolean =>
  denyNothing.has(`*-${reason}`) || (reason === '45' && (group === null || group === 'CO'));

/** A deductible, coinsurance or copay: who leaves the patient one has accepted the line. `noncovered` is a share too, but
 *  the one that a refusal leaves. */
export const ordinaryShares: { readonly categories: readonly string[]; readonly reasons: readonly string[] } = {
  categories: ['deductible', 'copay', 'coinsurance', `${cms}/line_coinsrnc_amt`, `${cms}/line_bene_ptb_ddctbl_amt`],
  reasons: ['1', '2', '3'],
};
