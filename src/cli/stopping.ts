/** Stops what was started, last first, each in its turn, and tells when somebody asks for it: by a signal, or because the
 *  process that started this one is gone (the bootstrap holds a channel to it). */
export interface Started {
  /** A part that comes up when stopping has begun is stopped at once. */
  add(stop: () => Promise<unknown>): void;
  /** Safe to call again, and to be called again after a late part; one that cannot stop does not keep the others from it. */
  stopAll(): Promise<void>;
}

export function startedParts(): Started {
  const stops: (() => Promise<unknown>)[] = [];
  let stopped: Promise<unknown> | null = null;
  const all = async (): Promise<void> => {
    for (let stop = stops.pop(); stop; stop = stops.pop()) await stop().catch(() => undefined);
  };
  return {
    add(stop) {
      stops.push(stop);
      if (stopped) stopped = Promise.all([stopped, all()]);
    },
    async stopAll() {
      await (stopped ??= all());
    },
  };
}

/** Resolves with the reason for which this process is to stop. */
export function untilAskedToStop(): Promise<'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'disconnect'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
    if (process.connected) process.on('disconnect', () => resolve('disconnect'));
  });
}
