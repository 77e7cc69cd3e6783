/** Programs that sign in as themselves (OAuth 2.0 client credentials): a dashboard, a report. Their tokens name no person.
 *  hub.yaml lists them with the role and the purpose that they have; the directory holds a row for each, so that the audit
 *  trail can name them. Whoever is not listed is nobody. */
import type { Claims } from './claims.js';

export interface MachineClient {
  /** As the issuer knows it. */
  readonly id: string;
  /** The `sub` of its tokens: by RFC 9068 the client's id, with some issuers the id of an account that stands for it. */
  readonly subject: string;
  readonly role: string;
  readonly purpose: string;
  /** Of its row in the directory. */
  readonly userUuid: string;
}

/** What issuers call the client that asked for the token. */
const clientClaims = ['client_id', 'azp', 'cid', 'appid'];

/** A token is a machine's where its subject is, and no other client asked for it. A person who signed in through that client
 *  has a subject of their own, and the time at which they signed in. */
export function machineOf(claims: Claims, clients: readonly MachineClient[]): MachineClient | null {
  const client = clients.find(({ subject }) => subject === claims['sub']);
  const askedBy = clientClaims.map((name) => claims[name]).filter((value) => value !== undefined);
  const isItsOwn = client !== undefined && askedBy.length > 0 && askedBy.every((id) => id === client.id);
  return isItsOwn && claims['auth_time'] === undefined ? client : null;
}
