/** The story's hospital with a privacy officer in it, who acts and reads through the gateway. */
import { join } from 'node:path';
import { planFor, privacyActs, readDisclosureRules } from '../../src/access/index.js';
import { packageRoot, silentLog, toWireId, type Clock, type RowId } from '../../src/kernel/index.js';
import { openOrm, type Orm } from '../../src/store/index.js';
import { openTestGateway, testPolicy, type Asking, type TestGateway } from '../support/gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

export const disclosureRules = readDisclosureRules(join(packageRoot, 'schema/policy/disclosures.yaml'));

export interface PrivacyOffice {
  readonly database: TestDatabase;
  readonly gateway: TestGateway;
  readonly story: Story;
  /** Reads and acts as this role, with the request's id in the trail. */
  as(role: string, purpose: string, more?: { readonly requestId?: string; readonly clock?: Clock }): Asking;
  close(): Promise<void>;
}

export async function openPrivacyOffice(): Promise<PrivacyOffice> {
  const database = await testDatabase();
  const story = await tellStory(database.url);
  const [officer] = await asOwner<{ uid: string; row: string }>(
    database.url,
    `insert into directory_user (uid, name, role) values (gen_random_uuid(), 'Zz-Jun Zz-Spruce', 'PRIVACY_OFFICER') returning uid, id::text as row`,
  );
  const gateway = openTestGateway(database.gatewayUrl);
  const orm: Orm = await openOrm(database.gatewayUrl, { log: silentLog });
  return {
    database,
    gateway,
    story,
    as(role, purpose, { requestId = 'test', clock } = {}) {
      const user = role === 'PRIVACY_OFFICER' && officer ? officer : story.advocate;
      const actor = {
        userId: toWireId('usr', user.uid),
        userUuid: user.uid,
        role,
        purpose,
        departments: [],
        facility: null,
        tokenId: 'test',
      };
      const viewer = { userRow: user.row as RowId, departmentRows: [], facilityRow: null };
      const plan = planFor(testPolicy, { role, purpose }, 1);
      const privacy = privacyActs({
        ...plan,
        em: orm.em,
        viewer,
        told: { actor, requestId },
        rules: disclosureRules,
        ...(clock ? { clock } : {}),
      });
      return { role, purpose, user, privacy };
    },
    async close() {
      await gateway.close();
      await orm.close(true);
      await database.drop();
    },
  };
}
