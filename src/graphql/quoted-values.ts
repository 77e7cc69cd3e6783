/** Messages of the parser, the validator and the executors quote the value that does not fit: a birth date typed the wrong way, a
 *  name where a number belongs. Clients log messages; so what was expected and where is said, and the value is not. What is
 *  quoted otherwise are words of the schema and of the document. Pure. */

const ofVariable = /^Variable "(\$\w+)" got invalid value /;
const at = /.* at "([\w.[\]]+)"; /s;
/** What may follow the value, each as far as no value stands in it. */
const reasons: readonly RegExp[] = [
  /; (Expected type "[^"]+" to be an object)\.$/,
  // The field is a word of who asks, too: it may be a name that stands in the wrong place.
  /; Field "[^"]*" (is not defined by type "\w+"\.(?: Did you mean [^?]*\?)?)$/,
  /; (Field "\w+" of required type "[^"]+" was not provided)\.$/,
  /; (Expected non-nullable type "[^"]+" not to be null)\.$/,
  /; (\w+: expected [^"]*)$/,
  /; (?:Expected type \w+; )?((?:Enum )?"?\w+"? cannot represent [\w\s-]*value): /,
  /(does not exist in "\w+" enum\.(?: Did you mean [^?]*\?)?)$/,
];

export function withoutValue(message: string): string {
  const variable = ofVariable.exec(message)?.[1];
  if (variable !== undefined) return ofOneVariable(variable, message);
  return message
    .replace(/(cannot represent [\w\s-]*value): .*$/s, '$1.')
    .replace(/^Value ".*" does not exist in "/s, 'This value does not exist in "')
    .replace(/(Expected value of type "[^"]+"), found .*$/s, '$1, found another.')
    .replace(/\b(String|BlockString|Int|Float) ".*"/s, '$1');
}

function ofOneVariable(variable: string, message: string): string {
  const place = at.exec(message)?.[1];
  const reason = reasons.map((known) => known.exec(message)?.[1]).find((found) => found !== undefined);
  const where = place === undefined ? '' : ` at "${place}"`;
  const why = reason === undefined ? '' : `; ${reason.replace(/^does/, 'it does').replace(/^is not/, 'a field is not')}`;
  return `Variable "${variable}" got an invalid value${where}${why}`.replace(/([^.?])$/, '$1.');
}
