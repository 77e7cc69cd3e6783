/** The sandbox: three demo source systems over FHIR R4, and the people who are in them. For the cli and tests. */
export { startSandbox, type Sandbox, type SandboxOptions, type SandboxSystem } from './start.js';
export { generatePeople, generatePerson, summarizePeople, type PeopleSummary, type PeopleWanted, type Person } from './people.js';
export { demoComplaints, type ComplaintStory } from './complaints.js';
export { demoSystems, type SystemName } from './systems/demo-systems.js';
export type { Resource } from './systems/resource.js';
export type { Fault } from './wire/fault.js';
