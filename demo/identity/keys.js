import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The signing key and cookie key: made at the first start, kept so that tokens outlive a restart. */
export function loadKeys(directory) {
  const file = join(directory, 'keys.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));

  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'ES256' }] },
    cookies: [randomBytes(32).toString('base64url')],
  };
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(file + '.new', JSON.stringify(keys), { mode: 0o600 });
  renameSync(file + '.new', file);
  return keys;
}
