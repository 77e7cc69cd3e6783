/** A document that selects every field of a type, as deep as wanted: what a test asks that nothing may slip through. */
import { getNamedType, isCompositeType, isObjectType, isUnionType, type GraphQLNamedType, type GraphQLSchema } from 'graphql';

/** `{ id name ... }` of a type; a field that leads to a type already on the way, or too deep, is left out. */
export function everyField(
  schema: GraphQLSchema,
  typeName: string,
  options: { readonly depth: number; readonly typenames?: boolean },
): string {
  return select(schema.getType(typeName), { ...options, within: [] });
}

function select(
  type: GraphQLNamedType | undefined,
  at: { readonly depth: number; readonly typenames?: boolean; readonly within: readonly string[] },
): string {
  if (!type || isUnionType(type)) return '{ __typename }';
  if (!isObjectType(type)) return '{ __typename ... on Node { id } }';
  const within = [...at.within, type.name];
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const to = getNamedType(field.type);
    if (!isCompositeType(to)) return [field.name];
    if (within.includes(to.name)) return [];
    const wrapper = /(Connection|Edge)$/.test(to.name); // costs no depth: its node does
    if (at.depth <= 1 && !wrapper && to.name !== 'Withheld' && to.name !== 'Provenance' && to.name !== 'PageInfo') return [];
    const inner = select(to, { ...at, depth: wrapper ? at.depth : at.depth - 1, within });
    return inner === '{  }' ? [] : [`${field.name} ${inner}`];
  });
  return `{ ${[...(at.typenames ? ['__typename'] : []), ...fields].join(' ')} }`;
}
