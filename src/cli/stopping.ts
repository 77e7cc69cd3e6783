/** Stops what was started, last first, each in its turn, and tells when somebody asks for it: by a signal, or because the
 *  process that started this one is gone (the bootstrap holds a channel to it). */
export interface Started {
  add(stop: () => Promise<unknown>): void;
  /** Safe to call again; a part that cannot stop does not keep the others from stopping. */
  stopAll(): Promise<void>;
}

export function startedParts(): Started {
  const stops: (() => Promise<unknown>)[] = [];
  let stopped: Promise<void> | null = null;
  const all = async (): Promise<void> => {
    for (let stop = stops.pop(); stop; stop = stops.pop()) await stop().catch(() => undefined);
  };
  return {
    add: (stop) => void stops.push(stop),
    stopAll: () => (stopped ??= all()),
  };
}

/** Resolves with the reason for which this process is to stop. */
export function untilAskedToStop(): Promise<'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'disconnect'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
    if (process.connected) process.on('disconnect', () => resolve('disconnect'));
  });
}
