/** Whether a port is free, asked before anything else is started. The gateway still says so itself should somebody take the
 *  port in between. */
import { createServer } from 'node:net';
import { HubError } from '../kernel/index.js';

/** @throws HubError PORT_BUSY */
export async function expectFreePort({ host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) =>
      reject(new HubError('PORT_BUSY', sentence(error.code, { host, port }), { cause: error })),
    );
    probe.listen(port, host, resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}

function sentence(code: string | undefined, { host, port }: { host: string; port: number }): string {
  if (code === 'EADDRINUSE') return `Port ${port} is taken by another program; choose another with --port.`;
  if (code === 'EACCES') return `Port ${port} needs more rights than this account has; choose one above 1023 with --port.`;
  return `Nothing can listen on port ${port} of ${host} (${code ?? 'unknown reason'}); choose another with --port or HUB_HOST.`;
}
