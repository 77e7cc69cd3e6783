/** Value objects: they take the class of the field that holds them, and say where a fact comes from. */
import { ObjectType } from 'type-graphql';
import { Always, decimal, instant, Maybe, text } from './field.js';
import { Freshness } from './enums.js';

@ObjectType({ description: 'A code of a code system (FHIR Coding).' })
export class Coding {
  @Maybe(text)
  system!: string | null;
  @Always(text)
  code!: string;
  @Maybe(text, 'The code in words.')
  display!: string | null;
}

@ObjectType({ description: 'An exact amount; ISO 4217 currency.' })
export class Money {
  @Always(decimal)
  amount!: string;
  @Always(text, 'ISO 4217.')
  currency!: string;
}

@ObjectType({ description: 'Where a fact comes from, and how old it is.' })
export class Provenance {
  @Always(text, 'The source system, as hub.yaml names it.')
  source!: string;
  @Always(instant, 'When the hub last knew this to be so.')
  asOf!: string;
  @Maybe(instant, "The source's own time of change.")
  sourceUpdatedAt!: string | null;
  @Maybe(text, "The source's own key.")
  sourceRecordId!: string | null;
}

@ObjectType({ description: 'The state of one source system. A dead source never fails an answer.' })
export class SourceStatus {
  @Always(text)
  source!: string;
  @Always(() => Freshness)
  freshness!: string;
  @Maybe(instant, 'When it was last read through.')
  asOf!: string | null;
  @Maybe(text, 'Code of the last failure.')
  error!: string | null;
}
