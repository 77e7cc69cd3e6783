/** JSON as a signature needs it: one name, one value. JSON.parse silently takes the last of two members with the same name,
 *  another reader may take the first, and a check by one of them then says nothing about the other (RFC 7519, section 4).
 *  Pure. */

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** The object that the text holds; null where it is none, or names a member twice at any depth. */
export function readStrictly(json: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(json);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && !namesTwice(json) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** @param json is known to be JSON: so a text after `{` or `,` of an object is a name */
function namesTwice(json: string): boolean {
  const open: (Set<string> | null)[] = [];
  let before = '';
  for (const [token] of json.matchAll(tokens)) {
    const names = open.at(-1);
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (names && token.startsWith('"') && (before === '{' || before === ',')) {
      const name = JSON.parse(token) as string; // `\u0061` and `a` are one name
      if (names.has(name)) return true;
      names.add(name);
    }
    before = token;
  }
  return false;
}
