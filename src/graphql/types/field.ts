/** Short forms of type-graphql's decorator, so that a type reads like its SDL. Each names its type, as decorators must. */
import { Arg, Field, Float, ID, Int } from 'type-graphql';
import { CalendarDate, DateTime, Decimal } from './scalars.js';

type Of = Extract<Parameters<typeof Field>[0], (...args: never[]) => unknown>;

/** May be null: absent, or withheld from this viewer. */
export const Maybe = (of: Of, description?: string, more: { readonly defaultValue?: unknown } = {}): PropertyDecorator =>
  Field(of, { nullable: true, ...(description ? { description } : {}), ...more });
export const Always = (of: Of, description?: string): PropertyDecorator => Field(of, description ? { description } : {});

export const text = (): typeof String => String;
export const texts = (): [typeof String] => [String];
export const flag = (): typeof Boolean => Boolean;
export const whole = (): typeof Int => Int;
export const real = (): typeof Float => Float;
export const anId = (): typeof ID => ID;
export const instant = (): typeof DateTime => DateTime;
export const day = (): typeof CalendarDate => CalendarDate;
export const decimal = (): typeof Decimal => Decimal;

interface Argument {
  readonly of: Of;
  readonly default?: unknown;
}

/** A connection with `first` and `after`, and whatever else it is asked by. Fields carry no code: `read` answers them. */
export function Paged(
  of: Of,
  {
    first,
    description,
    more = {},
  }: { readonly first: number; readonly description: string; readonly more?: Readonly<Record<string, Argument>> },
): PropertyDecorator {
  const all: [string, Argument][] = [
    ...Object.entries({ first: { of: whole, default: first }, after: { of: text } }),
    ...Object.entries(more),
  ];
  return (target, name) => {
    Always(of, description)(target, name);
    all.forEach(([argument, { of: type, default: value }], index) =>
      Arg(argument, type, value === undefined ? { nullable: true } : { defaultValue: value, nullable: true })(target, name, index),
    );
  };
}
