/** The CapabilityStatement: what this system answers, said from the same lists that the search reads. */
import type { JsonObject } from '../systems/resource.js';
import { dateParameter, parametersOf } from './search.js';

const kindOf = (name: string, type: string): string =>
  name === dateParameter(type) || name === '_lastUpdated' ? 'date' : name === 'patient' || name === 'subject' ? 'reference' : 'token';

export function capabilityStatement(system: { name: string; types: readonly string[]; honoursLastUpdated: boolean }): JsonObject {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2026-01-01',
    kind: 'instance',
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    software: { name: `Patient Relations Hub sandbox: ${system.name}`, version: '1' },
    implementation: { description: `Synthetic ${system.name} system. No real person is in it.` },
    rest: [
      {
        mode: 'server',
        interaction: [],
        resource: system.types.map((type) => ({
          type,
          versioning: 'versioned',
          interaction: [{ code: 'read' }, { code: 'search-type' }],
          searchParam: parametersOf(type, system).map((name) => ({ name, type: kindOf(name, type) })),
        })),
      },
    ],
  };
}
