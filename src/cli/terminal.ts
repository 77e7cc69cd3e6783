/** What a person at the terminal sees. Progress is rewritten in place on a terminal and told in plain lines elsewhere, each
 *  only when it says something new. Logs go to a file; nothing here holds PHI. */

export interface Terminal {
  say(line: string): void;
  /** Lines that change while something goes on. */
  show(lines: readonly string[]): void;
  /** Leaves the last of what was shown standing. */
  settle(): void;
}

/** Between two tellings to something that is no terminal. */
const plainEveryMs = 2_000;

export function openTerminal(output: { write(text: string): unknown; isTTY?: boolean } = process.stdout): Terminal {
  let shown: readonly string[] = [];
  let toldAt = 0;
  let told = '';
  const inPlace = output.isTTY === true;
  const wipe = (): void => {
    if (inPlace && shown.length > 0) output.write(`\u001b[${shown.length}A\u001b[J`);
  };
  const tell = (lines: readonly string[]): void => {
    if (lines.join('\n') === told) return;
    told = lines.join('\n');
    toldAt = performance.now();
    output.write(`${told}\n`);
  };
  return {
    say(line) {
      wipe();
      output.write(`${line}\n`);
      if (inPlace && shown.length > 0) output.write(`${shown.join('\n')}\n`);
    },
    show(lines) {
      wipe();
      shown = lines;
      if (inPlace) output.write(`${lines.join('\n')}\n`);
      else if (performance.now() - toldAt > plainEveryMs) tell(lines);
    },
    settle() {
      if (!inPlace && shown.length > 0) tell(shown);
      shown = [];
    },
  };
}

/** One sentence, and nothing else, on standard error. */
export function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Tells how long each part took since the one before. */
export function stopwatch(tell: (what: string, took: string) => void): (what: string) => void {
  let last = performance.now();
  return (what) => {
    const now = performance.now();
    tell(what, `${((now - last) / 1000).toFixed(1)} s`);
    last = now;
  };
}
