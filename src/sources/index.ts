/** The front door of the sources: settings in, a connector out. A new way in is a folder of its own, a kind in
 *  settings.ts and a line here. */
import type { Connector } from './contract.js';
import { openFhirFiles } from './fhir-files/connector.js';
import { openFhir } from './fhir/connector.js';
import type { SourceSettings } from './settings.js';

export type { Connector, PullOptions } from './contract.js';
export type { FhirAuth, FhirFilesSettings, FhirSettings, SourceSettings } from './settings.js';
export { conformance, type ConformanceCheck, type ConformanceSubject } from './conformance.js';
export { takenTypes } from './formats/fhir/mapping.js';

export function openConnector(settings: SourceSettings): Connector {
  switch (settings.kind) {
    case 'fhir':
      return openFhir(settings);
    case 'fhir-files':
      return openFhirFiles(settings);
  }
}
