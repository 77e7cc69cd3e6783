/** Break-glass grants, each of which lacks one thing that a statement asks for, and one that lacks nothing. Those that lack
 *  something are the later ones: whoever forgot to ask would name them first. */
import type pg from 'pg';

interface Holders {
  /** Broke the glass for Maria; everything else that they hold opens nothing. */
  readonly breaker: string;
  /** Hold one for Maria that is over; was ended; was given before a record was known to be hers. */
  readonly former: string;
  readonly other: string;
  readonly doubter: string;
  /** Holds a case of hers, and none of those grants opens another's case about her. */
  readonly advocate: string;
  /** Broke the glass for her, too. */
  readonly colleague: string;
}
interface Grant {
  readonly holder: string;
  /** Uuid of the person. */
  readonly of: string;
  readonly minutesAgo: number;
  readonly lasts?: number;
  readonly revoked?: true;
  readonly before?: 'a record came';
}

/** @param persons Maria, and somebody of whom no record is left
 *  @returns the uuid of the one grant that opens Maria to the breaker */
export async function addMutantGrants(client: pg.Client, holders: Holders, persons: { maria: string; nobody: string }): Promise<string> {
  const { breaker, former, other, doubter, advocate, colleague } = holders;
  const { maria, nobody } = persons;
  const hours = 5 * 60;
  const opens = await add(client, { holder: breaker, of: maria, minutesAgo: 120 });
  const others: readonly Grant[] = [
    { holder: breaker, of: maria, minutesAgo: 90, lasts: 60 },
    { holder: breaker, of: maria, minutesAgo: 80, revoked: true },
    { holder: breaker, of: maria, minutesAgo: 70, before: 'a record came' },
    { holder: breaker, of: nobody, minutesAgo: 60 },
    { holder: former, of: maria, minutesAgo: 120, lasts: 60 },
    { holder: former, of: maria, minutesAgo: 120, revoked: true },
    { holder: other, of: maria, minutesAgo: 120, revoked: true },
    { holder: doubter, of: maria, minutesAgo: 120, before: 'a record came' },
    { holder: advocate, of: maria, minutesAgo: 120, lasts: 60 },
    { holder: advocate, of: maria, minutesAgo: 120, revoked: true },
    { holder: advocate, of: maria, minutesAgo: 120, before: 'a record came' },
    { holder: colleague, of: maria, minutesAgo: 30 },
    // Whoever holds none at all is not asked further.
    { holder: former, of: nobody, minutesAgo: 10, lasts: hours },
    { holder: other, of: nobody, minutesAgo: 10, lasts: hours },
    { holder: advocate, of: nobody, minutesAgo: 10, lasts: hours },
  ];
  for (const grant of others) await add(client, grant);
  return opens;
}

async function add(client: pg.Client, { holder, of, minutesAgo, lasts = 240, revoked, before }: Grant): Promise<string> {
  const { rows } = await client.query<{ uid: string }>(
    `insert into access_grant (user_id, role, purpose, person_id, record_ids, reason, granted_at, expires_at, revoked_at, review_due_at)
     select $1, 'ADVOCATE', 'HOPERAT', p.id,
       (array(select l.patient_record_id from person_link l where l.person_id = p.id and l.assurance = 'CERTAIN' order by 1))[$5:],
       'Zz-Reason for which it was broken', now() - make_interval(mins => $3), now() + make_interval(mins => $4 - $3), case when $6 then now() end, now() + interval '1 day'
     from person p where p.uid = $2 returning uid`,
    [holder, of, minutesAgo, lasts, before === undefined ? 1 : 2, revoked ?? false],
  );
  return String(rows[0]?.uid);
}
