/** What was started is stopped, last first, whenever it was that somebody asked for it. */
import { describe, expect, it } from '@jest/globals';
import { startedParts } from '../../src/cli/stopping.js';

function diary() {
  const said: string[] = [];
  const part = (name: string) => async (): Promise<void> => {
    await Promise.resolve();
    said.push(name);
  };
  return { said, part };
}

describe('parts that were started', () => {
  it('stop last first, each once, though one of them cannot', async () => {
    const { said, part } = diary();
    const started = startedParts();
    started.add(part('database'));
    started.add(() => Promise.reject(new Error('stuck')));
    started.add(part('gateway'));
    await Promise.all([started.stopAll(), started.stopAll()]);
    expect(said).toEqual(['gateway', 'database']);
  });

  it('stop at once where they come up while all is being stopped, and are waited for', async () => {
    const { said, part } = diary();
    const started = startedParts();
    started.add(part('workers'));
    await started.stopAll();
    started.add(part('database'));
    await started.stopAll();
    expect(said).toEqual(['workers', 'database']);
  });
});
