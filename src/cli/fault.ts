/** What the log gets of an error: kind, code and place. A driver's message may quote a value. Pure. */
export function faultOf(error: unknown): object {
  if (!(error instanceof Error)) return { kind: typeof error };
  const code = 'code' in error ? String(error.code) : null;
  const places = (error.stack ?? '').split('\n').filter((line) => /^ +at /.test(line));
  return { kind: error.name, code, places: places.slice(0, 5), ...(error.cause === undefined ? {} : { cause: faultOf(error.cause) }) };
}
