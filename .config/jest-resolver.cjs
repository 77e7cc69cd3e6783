/** Our sources import each other as `./x.js`, as Node wants it after the build; under jest the file is still `./x.ts`.
 *  Only our own relative imports are looked up this way, so that no package is taken for its uncompiled sources. */
const { existsSync } = require('node:fs');
const { resolve } = require('node:path');

module.exports = (request, options) => {
  if (/^[.]{1,2}\/.*[.]js$/.test(request) && !options.basedir.includes('/node_modules/')) {
    const source = resolve(options.basedir, request.replace(/[.]js$/, '.ts'));
    if (existsSync(source)) return source;
  }
  return options.defaultResolver(request, options);
};
