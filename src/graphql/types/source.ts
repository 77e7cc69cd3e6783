/** Sources, for the integration engineer. */
import { ObjectType } from 'type-graphql';
import { Always, instant, Maybe, real, text, texts, whole } from './field.js';
import { connectionOf, Governed, Node, Withheld } from './governed.js';
import { CircuitState, Freshness, RunState, SetAsideState } from './enums.js';

@ObjectType({
  implements: Node,
  description:
    '`notTaken` counts what the source sent and the hub is not meant to hold (minimum necessary); `setAside` what it could not read.',
})
export class SyncRun extends Node {
  @Always(instant)
  startedAt!: string;
  @Maybe(instant, 'When it ended.')
  endedAt!: string | null;
  @Always(() => RunState)
  state!: string;
  @Always(whole, 'Records read.')
  read!: number;
  @Always(whole, 'New.')
  created!: number;
  @Always(whole, 'Changed.')
  updated!: number;
  @Always(whole, 'As they were.')
  unchanged!: number;
  @Always(whole, 'Gone from the source.')
  deleted!: number;
  @Always(whole, 'Of a type that the hub is not meant to hold.')
  notTaken!: number;
  @Always(whole, 'Could not be read.')
  setAside!: number;
  @Maybe(text, 'Code of what stopped it.')
  error!: string | null;
  @Maybe(real, '0 to 1, where the source tells.')
  progress!: number | null;
}

@ObjectType({ implements: Node, description: 'A source system, as hub.yaml names it.' })
export class Source extends Node {
  @Always(text)
  name!: string;
  @Always(text)
  kind!: string;
  @Always(texts, 'FHIR types that it is asked for.')
  supplies!: string[];
  @Always(() => Freshness)
  freshness!: string;
  @Maybe(() => SyncRun, 'The latest run.')
  lastRun!: SyncRun | null;
  @Always(whole, 'Documents held from it.')
  records!: number;
  @Always(whole, 'Inputs that wait for a person.')
  setAside!: number;
  @Maybe(whole, 'Seconds since it was last read through.')
  lagSeconds!: number | null;
  @Always(() => CircuitState, 'Whether the hub calls it at present.')
  circuit!: string;
}

@ObjectType({ implements: [Node, Governed], description: 'Input that could not be read, kept whole, with the reason.' })
export class SetAside extends Node {
  @Always(text)
  source!: string;
  @Always(instant)
  receivedAt!: string;
  @Always(text)
  code!: string;
  @Maybe(text)
  reason!: string | null;
  @Always(() => SetAsideState)
  state!: string;
  @Always(() => [Withheld])
  withheld!: Withheld[];
}
export const SetAsideConnection = connectionOf('SetAside', () => SetAside, { counted: true });
