/** Where tests of streams play: the story's hospital, two gateways on its database, and streams that close with their test. */
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { openHttpGateway, type HttpGateway } from '../support/http-gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';
import { openStream, type OpenStream } from '../support/streams.js';

type Who = Parameters<HttpGateway['token']>[0];

export interface StreamWorld {
  readonly database: TestDatabase;
  readonly story: Story;
  readonly here: HttpGateway;
  readonly there: HttpGateway;
  /** As the database's owner. */
  write(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  touch(caseUid: string): Promise<unknown>;
  /** The advocate where nobody is named. */
  listen(query: string, who?: Who | null, more?: { at?: HttpGateway; variables?: Record<string, unknown> }): Promise<OpenStream>;
  /** One case, by a document called Watched. */
  watch(caseUid: string, who?: Who | null, at?: HttpGateway): Promise<OpenStream>;
}

const watched = `subscription Watched($id: ID!) {
  caseChanged(caseId: $id) { caseId case { number version summary patient { name } withheld { field reason } } } }`;

/** One for a test file; what it gives is there once its tests run. */
export function streamWorld(): StreamWorld {
  const world = {} as { -readonly [K in keyof StreamWorld]: StreamWorld[K] };
  const open: OpenStream[] = [];
  beforeAll(async () => {
    world.database = await testDatabase();
    world.story = await tellStory(world.database.url);
    world.here = await openHttpGateway(world.database);
    world.there = await openHttpGateway(world.database, { beside: world.here });
  });
  afterEach(() => open.splice(0).forEach((stream) => stream.close()));
  afterAll(async () => {
    await world.here.close();
    await world.there.close();
    await world.database.drop();
  });
  world.write = (sql, values = []) => asOwner(world.database.url, sql, values);
  world.touch = (uid) => world.write('update case_file set version = version + 1 where uid = $1', [uid]);
  world.listen = async (query, who = null, { at = world.here, variables = {} } = {}) => {
    const { advocate, department } = world.story;
    const token = await world.here.token(who ?? { userUid: advocate.uid, departments: [department.uid] });
    const stream = await openStream(at, token, query, { variables });
    open.push(stream);
    return stream;
  };
  world.watch = (uid, who = null, at = world.here) => world.listen(watched, who, { variables: { id: `case_${uid}` }, at });
  return world;
}
