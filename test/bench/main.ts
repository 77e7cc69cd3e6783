/** `npm run bench [-- NAME [PATIENTS]]`: every figure is a ratio against a baseline measured in the same run. */
import { benchAccess } from './access.js';
import { benchLabels } from './labels.js';
import { benchRead } from './read.js';
import { benchWrite } from './write.js';

const benches: Readonly<Record<string, (say: (line: string) => void, patients?: number) => Promise<void>>> = {
  ingest: benchWrite,
  labels: benchLabels,
  read: benchRead,
  access: benchAccess,
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const [only, patients] = process.argv.slice(2);
for (const [name, bench] of Object.entries(benches)) {
  if (only && only !== name) continue;
  say(`bench ${name}`);
  await bench(say, patients ? Number(patients) : undefined);
}
