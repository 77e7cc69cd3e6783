/** Careful access to JSON that may hold anything. A vendor's wrong type (a string where a list belongs) reads as
 *  absent instead of failing the resource; a lone object where a list belongs reads as a list of one. */
export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A string that says something, without the blanks around it. */
export function text(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const trimmed = value.trim();
  return trimmed === '' ? null : trimmed;
}

export const object = (value: unknown): Json | null => (isJson(value) ? value : null);

const nothing: readonly Json[] = [];
export function objects(value: unknown): readonly Json[] {
  if (Array.isArray(value)) return value.every(isJson) ? value : value.filter(isJson);
  return isJson(value) ? [value] : nothing;
}

export function texts(value: unknown): string[] {
  const found: string[] = [];
  for (const one of Array.isArray(value) ? value : [value]) {
    const words = text(one);
    if (words !== null) found.push(words);
  }
  return found;
}

/** The value of an extension, whatever its type: `valueCode`, `valueBoolean`, `valueMoney` ... */
export function extensionValue(extension: Json): unknown {
  for (const key in extension) if (key.startsWith('value')) return extension[key];
  return undefined;
}

export function extensionsOf(element: Json | null, url: string): readonly Json[] {
  return element?.['extension'] === undefined ? nothing : objects(element['extension']).filter((one) => one['url'] === url);
}
