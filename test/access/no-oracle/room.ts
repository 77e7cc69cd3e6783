/** Where the test plays: the world in a database, the gateway behind a real socket, and viewers of every role and purpose. Every
 *  answer that comes through here is searched for what its viewer may not know. */
import { openHttpGateway, type HttpGateway, type HttpGatewayOptions } from '../../support/http-gateway.js';
import { testDatabase, type TestDatabase } from '../../support/services.js';
import { canariesIn } from './canaries.js';
import { knowing } from './may-know.js';
import { plant, uidOf, userUid } from './plant.js';
import { Reference, type Viewer } from './reference.js';
import { rolesAndPurposes } from './rules.js';
import { countOfUsers, departments, facilities, makeWorld } from './world.js';

export type Flight = Parameters<NonNullable<HttpGatewayOptions['alter']>>[0];
type Json = Record<string, unknown>;

export interface Room {
  readonly seed: number;
  readonly database: TestDatabase;
  readonly gateway: HttpGateway;
  readonly reference: Reference;
  readonly viewers: readonly Viewer[];
  /** The answer's data. @throws where it has an error, or says what this viewer may not know */
  ask(viewer: Viewer, document: string, variables?: Json): Promise<Json>;
  /** The whole answer as it came, whatever it says. */
  hear(viewer: Viewer, document: string, variables?: Json): Promise<string>;
  /** Throws where a text holds a canary that this viewer may not know. */
  search(viewer: Viewer, text: string): void;
  token(viewer: Viewer): Promise<string>;
  /** What becomes of each statement on its way to the database. */
  alter: (flight: Flight) => Flight;
  close(): Promise<void>;
}

/** Hub and reference do not agree, or a viewer is told what they may not know. */
export class Disagreement extends Error {}
/** A statement failed, or a document is not valid: a fault of the test. */
export class NoAnswer extends Error {}

/** Far above what a screen asks: many nodes are asked for at once. */
const limits = { depth: 20, fields: 100_000, roots: 500, aliases: 50_000, repeats: 5_000, directives: 100, tokens: 500_000, cost: 900_000_000, bodyKb: 4_096 }; // prettier-ignore

/** Two of each role and purpose: with departments or without, of one facility, of the other or of none. */
const makeViewers = (): Viewer[] =>
  rolesAndPurposes.flatMap(({ role, purpose }, at) =>
    [0, 1].map((one): Viewer => {
      const user = (at * 2 + one) % countOfUsers;
      return {
        role,
        purpose,
        user,
        departments: one === 0 ? [departments[at % departments.length]!] : [],
        facility: [...facilities, null][(at + one) % 3] ?? null,
      };
    }),
  );

export async function openRoom(seed: number): Promise<Room> {
  const world = makeWorld(seed);
  const reference = new Reference(world);
  const database = await testDatabase();
  await plant(database.url, world);
  const mayKnow = knowing(reference);
  const room = { alter: (flight: Flight): Flight => flight };
  const gateway = await openHttpGateway(database, {
    limits,
    alter: (flight) => room.alter(flight),
    streams: { perViewer: 10, perProcess: 100 },
  });
  const tokens = new Map<Viewer, Promise<string>>();
  const token = (viewer: Viewer): Promise<string> => {
    const given = tokens.get(viewer) ?? gateway.token({ ...viewer, userUid: userUid(viewer.user), departments: viewer.departments.map(uidOf), facility: viewer.facility === null ? null : uidOf(viewer.facility), minutes: 60 }); // prettier-ignore
    tokens.set(viewer, given);
    return given;
  };
  const search = (viewer: Viewer, text: string): void => {
    const told = canariesIn(text).filter((canary) => !mayKnow(viewer, canary));
    if (told.length > 0) throw new Disagreement(`${JSON.stringify(viewer)} is told ${JSON.stringify(told.slice(0, 5))}`);
  };
  const hear: Room['hear'] = async (viewer, query, variables = {}) => {
    const { text, headers } = await gateway.post(await token(viewer), { query, variables });
    return `${text}\n${JSON.stringify([...headers])}`;
  };
  return Object.assign(room, {
    seed,
    database,
    gateway,
    reference,
    viewers: makeViewers(),
    token,
    hear,
    search,
    ask: async (viewer: Viewer, document: string, variables: Json = {}) => {
      const said = await hear(viewer, document, variables);
      search(viewer, said);
      const { data, errors } = JSON.parse(said.slice(0, said.lastIndexOf('\n'))) as { data?: Json; errors?: unknown };
      if (errors !== undefined || !data) throw new NoAnswer(`expected an answer, found ${JSON.stringify(errors)}`);
      return data;
    },
    close: async () => {
      await gateway.close();
      await database.drop();
    },
  });
}
