/** Lets plain Node load our TypeScript sources, decorators included, without a build: for jest's own process, which
 *  starts the services, and for the benches. `node --import ./test/support/load-typescript.mjs file.ts`. */
import { transformSync } from '@swc/core';
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const jestConfig = JSON.parse(readFileSync(new URL('../../.config/jest.json', import.meta.url), 'utf8'));
const [, swcOptions] = jestConfig.transform['^.+[.]ts$'];

registerHooks({
  resolve(request, context, next) {
    const relative = /^[.]{1,2}\/.*[.]js$/.test(request) && !context.parentURL?.includes('/node_modules/');
    const source = relative && new URL(request.replace(/[.]js$/, '.ts'), context.parentURL);
    return source && existsSync(source) ? next(source.href, context) : next(request, context);
  },
  load(url, context, next) {
    if (!url.endsWith('.ts') || url.includes('/node_modules/')) return next(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, 'utf8'), { ...swcOptions, filename });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
