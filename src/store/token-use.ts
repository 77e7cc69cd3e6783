/** When a token was last used, kept where every gateway looks: a session that rests too long is logged off (45 CFR
 *  164.312(a)(2)(iii)). The clock is the database's, so that gateways agree. Having been given counts as the first use, so
 *  that a row which is not there any more can only log somebody off. */
import type { Pool } from 'pg';
import { asHubError } from '../kernel/index.js';

export interface TokenUse {
  /** Notes that the token is in use; false where it has rested too long. A token may be used for up to `notedEveryMs` without
   *  being noted: so much longer it may rest. */
  noteUse(token: { readonly key: string; readonly startedAt: Date }): Promise<boolean>;
}

export interface Resting {
  readonly idleMs: number;
  /** How long the caller remembers an answer. */
  readonly notedEveryMs: number;
}

const tidyEveryMs = 10 * 60_000;

/** @param pool a gateway's will do */
export function openTokenUse(pool: Pool, { idleMs, notedEveryMs }: Resting): TokenUse {
  const longest = (idleMs + notedEveryMs) / 1000;
  let tidyAt = performance.now() + tidyEveryMs;

  const tidy = async (): Promise<void> => {
    if (performance.now() < tidyAt) return;
    tidyAt = performance.now() + tidyEveryMs;
    // A row this old says nothing that its absence would not.
    await pool.query(`delete from token_use where seen_at < now() - make_interval(secs => $1) - interval '1 day'`, [longest]);
  };

  return {
    async noteUse({ key, startedAt }) {
      const noted = pool.query({
        name: 'hub-token-use',
        text: `with noted as (
            update token_use set seen_at = now() where token_key = $1 and seen_at > now() - make_interval(secs => $2) returning token_key),
          first as (
            insert into token_use (token_key, seen_at) select $1, now()
            where not exists (select from noted) and $3::timestamptz > now() - make_interval(secs => $2)
            on conflict (token_key) do update set seen_at = now() where token_use.seen_at > now() - make_interval(secs => $2)
            returning token_key)
          select from noted union all select from first`,
        values: [key, longest, startedAt],
      });
      const { rowCount } = await noted.catch((error: unknown) => {
        throw asHubError(error, 'DATABASE_UNAVAILABLE', 'The database did not answer; nothing was answered.');
      });
      tidy().catch(() => undefined); // tidied next time
      return rowCount !== 0;
    },
  };
}
