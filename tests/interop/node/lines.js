// How a portal's program speaks with its test: one line of JSON each way.
import { createInterface } from 'node:readline';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

export const told = async () => JSON.parse((await lines.next()).value);
export const say = (value) => console.log(JSON.stringify(value));

/** The private key of a registration, as the libraries want it. */
export const signingKey = async ({ kid, ...key }) => ({
  kid,
  key: await crypto.subtle.importKey('jwk', key, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']),
});
