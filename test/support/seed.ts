/** The seed of what a test makes up: another one each time, unless HUB_TEST_SEED says which, as a run that failed has printed it. */
export const chosenSeed = (): number => Number(process.env['HUB_TEST_SEED'] ?? Date.now() % 2 ** 31);
