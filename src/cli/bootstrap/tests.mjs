/** `npm test`: all tests but the long ones, against real services. A service that cannot be had leaves out the suites that
 *  need it, said aloud; where HUB_REQUIRE names the service, they run and fail instead. The last line is the count. */
import { readdirSync } from 'node:fs';
import { services } from './debian-packages.mjs';
import { runJest, summary } from './jest.mjs';
import { inProject, say } from './programs.mjs';

export async function runTests(words, { long }) {
  const required = (process.env.HUB_REQUIRE ?? '').split(',').map((name) => name.trim());
  const env = {};
  const leftOut = [];
  const reasons = [];
  for (const service of services) {
    const { program, reason } = await service.find();
    if (program) env[service.variable] = program;
    else if (!required.includes(service.name)) {
      leftOut.push(service.suites);
      reasons.push(`Skipped all suites that need ${service.name}: ${reason}.`);
    } else say(`${service.name} is required but not here: ${reason}.`);
  }
  const { code, counts, skipped } = await runJest(long ? ['/test/long/', ...words] : words, {
    ignore: long ? leftOut : ['/test/long/', ...leftOut],
    env,
  });
  counts.skipped += leftOut.map(countFiles).reduce((all, some) => all + some, 0);
  for (const title of skipped) process.stdout.write(`Skipped: ${title}\n`);
  for (const reason of reasons) process.stdout.write(`${reason}\n`);
  process.stdout.write(`${summary(counts)}\n`);
  return code || (counts.failed > 0 ? 1 : 0);
}

function countFiles(pattern) {
  return readdirSync(inProject('test'), { recursive: true }).filter((name) => new RegExp(pattern).test(String(name))).length;
}
