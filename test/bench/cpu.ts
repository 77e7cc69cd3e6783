/** CPU time from /proc, in milliseconds: what a request costs, whatever else the machine does meanwhile. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Linux counts in hundredths of a second. */
const tickMs = 10;

function statOf(pid: number): { readonly parent: number; readonly cpuMs: number } | null {
  try {
    // The second field is the name and may hold blanks.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return { parent: Number(fields[1]), cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs };
  } catch {
    return null; // it has ended
  }
}

export const cpuOf = (pid: number): number => statOf(pid)?.cpuMs ?? 0;

/** Of all processes of the embedded PostgreSQL of this folder. */
export function cpuOfDatabase(dataDir: string): number {
  const postmaster = Number(readFileSync(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]);
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.reduce((sum, pid) => {
    const stat = statOf(pid);
    return stat && (stat.parent === postmaster || pid === postmaster) ? sum + stat.cpuMs : sum;
  }, 0);
}
