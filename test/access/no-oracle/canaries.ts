/** A word of its own in every column that holds something of a person: the number of its row and the name of its column. Whatever
 *  leaves the hub can be searched for all of them at once, and each one found says whose it is. */
export interface Canary {
  readonly row: number;
  readonly column: string;
}

export const word = (row: number, column: string): string => `zq${row}z${column}x`;
/** Amounts: the cents say which. */
const cents = { billed: '25', allowed: '26', paid: '27', owes: '28', payment: '29', balance: '31' } as const;
export const amount = (row: number, column: keyof typeof cents): string => `${7_000_000 + row}.${cents[column]}`;
export const phone = (row: number): string => `555${String(row).padStart(7, '0')}`;

/** When a case came in: the year says which. */
export const receivedAt = (row: number): string => `${3000 + row}-01-01T09:00:00.000Z`;

/** Every canary in a text, however it is written there: words, amounts, telephone numbers; and what is in base64, as cursors are. */
export function canariesIn(text: string): Canary[] {
  const plain = [
    text,
    ...[...text.matchAll(/"([A-Za-z0-9+/]{24,}={0,2})"/g)].map(([, code]) => Buffer.from(code ?? '', 'base64').toString('utf8')),
  ].join('\n');
  const ofCents = new Map<string, string>(Object.entries(cents).map(([column, digits]) => [digits, column]));
  return [
    ...[...plain.matchAll(/zq(\d+)z([a-z]+)x/gi)].map(([, row, column]) => ({ row: Number(row), column: String(column).toLowerCase() })),
    ...[...plain.matchAll(/\b7(\d{6})\.(2[5-9]|31)\b/g)].map(([, row, digits]) => ({
      row: Number(row),
      column: ofCents.get(digits ?? '') ?? '',
    })),
    ...[...plain.matchAll(/\b555(\d{7})\b/g)].map(([, row]) => ({ row: Number(row), column: 'phone' })),
    ...[...plain.matchAll(/\b([3-9]\d{3})-01-01[T ]09:00/g)].map(([, year]) => ({ row: Number(year) - 3000, column: 'received' })),
  ];
}
