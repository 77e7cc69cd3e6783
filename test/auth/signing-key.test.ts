/** The development issuer's key: made once, kept, and closed to others. */
import { describe, expect, it } from '@jest/globals';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openIssuer, verifyToken, type TokenRequest } from '../../src/auth/index.js';
import { emptyFolder } from '../support/empty-folder.js';

const keyFile = (data: string): string => join(data, 'issuer', 'signing-key.jwk.json');
const modeOf = (path: string): number => statSync(path).mode & 0o777;
const request: TokenRequest = {
  role: 'ADVOCATE',
  userId: 'usr_00000000-0000-4000-8000-000000000001',
  purpose: 'HOPERAT',
  departments: [],
  facility: null,
  minutes: 5,
};

describe("the development issuer's key", () => {
  it('lies in a folder and a file that only their owner may read', async () => {
    const data = emptyFolder();
    await openIssuer(data);
    expect([modeOf(join(data, 'issuer')), modeOf(keyFile(data))]).toEqual([0o700, 0o600]);
  });

  it('is closed again when something opened it to others', async () => {
    const data = emptyFolder();
    await openIssuer(data);
    chmodSync(keyFile(data), 0o644);
    await openIssuer(data);
    expect(modeOf(keyFile(data))).toBe(0o600);
  });

  it('stays the same over a restart, so that tokens do too', async () => {
    const data = emptyFolder();
    const token = await (await openIssuer(data)).issueToken(request);
    await expect(verifyToken(token, (await openIssuer(data)).rules)).resolves.toMatchObject({ role: 'ADVOCATE' });
  });

  it('is one key for processes that start together, and leaves no drafts', async () => {
    const data = emptyFolder();
    const issuers = await Promise.all(Array.from({ length: 8 }, () => openIssuer(data)));
    const tokens = await Promise.all(issuers.map((issuer) => issuer.issueToken(request)));
    for (const issuer of issuers) for (const token of tokens) await expect(verifyToken(token, issuer.rules)).resolves.toBeDefined();
    expect(readdirSync(join(data, 'issuer'))).toEqual(['signing-key.jwk.json']);
  });

  it.each(['', '{}', 'not json', '{"kty":"EC","crv":"P-256","x":"x","y":"y","kid":"k"}'])(
    'is not replaced when the file holds %j',
    async (content) => {
      const data = emptyFolder();
      await openIssuer(data);
      writeFileSync(keyFile(data), content);
      await expect(openIssuer(data)).rejects.toMatchObject({ code: 'DATA_FOLDER_UNUSABLE' });
      expect(readFileSync(keyFile(data), 'utf8')).toBe(content);
    },
  );

  it('says so where the folder cannot be written', async () => {
    const data = emptyFolder();
    writeFileSync(join(data, 'issuer'), 'a file where a folder belongs');
    await expect(openIssuer(data)).rejects.toMatchObject({ code: 'DATA_FOLDER_UNUSABLE' });
  });
});
