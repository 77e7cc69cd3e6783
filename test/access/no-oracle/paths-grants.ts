/** Paths to break-glass grants and whom they are about: the queue of who reviews them, and one's own. */
import { numbersOf } from './expected.js';
import { decisionsOnList, evenly, idOf, isObject, listIn, nodesIn, type Path } from './path.js';
import { mayAsk, withheldBy } from './rules.js';
import { ofGrant } from './said-of-rows.js';
import { selectionOf } from './said.js';

const documents = {
  grants: `{ accessGrants(first: 200) { totalCount nodes { ${selectionOf('AccessGrant')} } } }`,
  me: `{ me { breakGlass { ${selectionOf('AccessGrant')} } } }`,
};

export const grantsToReview: Path = {
  name: 'accessGrants',
  atOnce: 1,
  operations: 60,
  asks: (_reference, viewers) => evenly(viewers, (viewer) => mayAsk(viewer, 'REVIEW_ACCESS'), 2),
  nodes: ({ world }) => numbersOf(world.grants),
  near: ({ world }, viewer) => (mayAsk(viewer, 'REVIEW_ACCESS') ? numbersOf(world.grants) : []),
  ask: async (room, viewer) => {
    const { reference } = room;
    const { accessGrants } = await room.ask(viewer, documents.grants);
    const expected = reference.world.grants.map(
      (grant) => [idOf('grant', grant.n), mayAsk(viewer, 'REVIEW_ACCESS') ? ofGrant(reference, viewer, grant) : null] as const,
    );
    return decisionsOnList('AccessGrant', nodesIn(accessGrants), new Map(expected));
  },
};
export const ownGrants: Path = {
  name: 'me { breakGlass }',
  atOnce: 1,
  operations: 24,
  nodes: ({ world }) => numbersOf(world.grants),
  near: ({ world }, viewer) => withheldBy(viewer, 'IDENTITY', {}) === null ? numbersOf(world.grants.filter(({ user, state }) => user === viewer.user && state === 'in force')) : [], // prettier-ignore
  ask: async (room, viewer) => {
    const { reference } = room;
    const { me } = await room.ask(viewer, documents.me);
    const own = reference.world.grants.filter(({ user }) => user === viewer.user);
    const expected = new Map(own.map((grant) => [idOf('grant', grant.n), grant.state === 'in force' ? ofGrant(reference, viewer, grant) : null])); // prettier-ignore
    return decisionsOnList('AccessGrant', isObject(me) ? listIn(me['breakGlass']) : [], expected);
  },
};
