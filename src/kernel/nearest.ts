/** Which known word was meant. A word cut short (`token` for `tokenFile`) is a single slip; otherwise counts the letters to change, add, drop or swap with their neighbour
 *  (a swap is the commonest slip of the hand, so it counts once). */
export function nearest(word: string, known: readonly string[]): { word: string; distance: number } | null {
  let best: { word: string; distance: number } | null = null;
  for (const candidate of known) {
    const distance = slips(word.toLowerCase(), candidate.toLowerCase());
    if (!best || distance < best.distance) best = { word: candidate, distance };
  }
  return best;
}

function slips(a: string, b: string): number {
  if (a !== b && a.length >= 3 && b.startsWith(a)) return 1;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : changed;
      rows[i]?.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, changed, swapped));
    }
  }
  return at(a.length, b.length);
}
