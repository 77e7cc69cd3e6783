/** Which places of a source are programs whose every visit is covered (42 CFR 2.11), by their name or by what kind of place they
 *  are, as far as is known by now: so that a visit there is labelled in the transaction that stores it. Names that come after their visits are caught
 *  up with by `scope` at the end of the run. */
import type { Pool } from 'pg';
import type { LabelRules } from '../access/index.js';
import type { HubRecord, NamedRecord, Reference } from '../records/index.js';

export class ProgramPlaces {
  readonly #masks = new Map<Reference, number>();
  constructor(readonly rules: LabelRules) {}

  static async ofSource(pool: Pool, sourceId: number, rules: LabelRules): Promise<ProgramPlaces> {
    const places = new ProgramPlaces(rules);
    const names = rules.programs.map(({ name }) => name);
    const { rows } = await pool.query<{ ref: Reference; name: string; codes: string[] }>(
      `select ref, lower(name) as name, label_codes as codes from source_name where source_id = $1 and (lower(name) = any($2) or label_codes <> '{}')`,
      [sourceId, names],
    );
    for (const { ref, name, codes } of rows) places.#learn(ref, name, codes);
    return places;
  }

  /** What a record's codes say, and the place where it happened. */
  maskOf(record: HubRecord): number {
    const codes = this.rules.maskOf(record.labelCodes);
    return placesOf(record).reduce((mask, place) => mask | this.#at(place), codes);
  }

  hear({ key, aliases, name, labelCodes }: NamedRecord): void {
    for (const ref of [key, ...aliases]) this.#learn(ref, name?.toLowerCase() ?? '', labelCodes);
  }

  #learn(ref: Reference, name: string, codes: readonly string[]): void {
    const named = this.rules.programs.filter((program) => program.name === name);
    const mask = named.reduce((sum, program) => sum | program.mask, this.rules.maskOf(codes));
    if (mask === 0) this.#masks.delete(ref);
    else this.#masks.set(ref, mask);
  }

  #at(ref: Reference | null): number {
    return ref === null ? 0 : (this.#masks.get(ref) ?? 0);
  }
}

function placesOf(record: HubRecord): readonly (Reference | null)[] {
  switch (record.kind) {
    case 'encounter':
    case 'appointment':
      return [record.location, record.organization];
    case 'claim':
    case 'adjudication':
      return [record.provider, record.facility];
    case 'careTeam':
      return record.members.map(({ organization }) => organization);
    default:
      return [];
  }
}
