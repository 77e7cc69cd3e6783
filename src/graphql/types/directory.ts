/** The directory: who works where. */
import { ObjectType } from 'type-graphql';
import { Always, flag, Maybe, text, texts } from './field.js';
import { Node } from './governed.js';
import { Role } from './enums.js';

@ObjectType({ implements: Node, description: 'A site: its zone, jurisdiction and programs decide which clocks and calendars hold.' })
export class Facility extends Node {
  @Always(text)
  name!: string;
  @Always(text, 'IANA time zone.')
  timeZone!: string;
  @Always(text, 'ISO 3166-1, with a subdivision where one matters: US-MA.')
  jurisdiction!: string;
  @Always(texts, 'What the site is bound by, e.g. 42-CFR-482.')
  programs!: string[];
}

@ObjectType({ implements: Node, description: 'A department of a facility.' })
export class Department extends Node {
  @Always(text)
  name!: string;
  @Always(() => Facility)
  facility!: Facility;
}

@ObjectType({ implements: Node, description: 'A member of the workforce.' })
export class User extends Node {
  @Always(text)
  name!: string;
  @Always(() => Role)
  role!: string;
  @Always(() => [Department], 'Where they work.')
  departments!: Department[];
  @Maybe(() => Facility)
  facility!: Facility | null;
  @Always(flag, 'Still works here.')
  active!: boolean;
}
