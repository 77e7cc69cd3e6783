/** HCAT's seven categories lie in three domains (Gillespie and Reader, BMJ Quality & Safety 2016); what HCAT leaves out is
 *  our extension. A table: coders choose a category, never a domain. */
import type { IssueCategory } from './vocabulary.js';

export type IssueDomain = 'CLINICAL' | 'MANAGEMENT' | 'RELATIONSHIP' | 'EXTENSION';

export const domainOf: Readonly<Record<IssueCategory, IssueDomain>> = {
  QUALITY: 'CLINICAL',
  SAFETY: 'CLINICAL',
  ENVIRONMENT: 'MANAGEMENT',
  INSTITUTIONAL_PROCESSES: 'MANAGEMENT',
  LISTENING: 'RELATIONSHIP',
  COMMUNICATION: 'RELATIONSHIP',
  RESPECT_AND_PATIENT_RIGHTS: 'RELATIONSHIP',
  BILLING: 'EXTENSION',
  SCHEDULING: 'EXTENSION',
  PRIVACY: 'EXTENSION',
};
