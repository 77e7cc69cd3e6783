/** The seed of what a test makes up: another one each time, unless HUB_TEST_SEED says which, as a run that failed has printed it.
 *  @param usual for a test that wants the same each time */
export const chosenSeed = (usual = Date.now() % 2 ** 31): number => Number(process.env['HUB_TEST_SEED'] ?? usual);
