// A portal built on openid-client that registers itself before anything else, and goes when it is done.
import * as client from 'openid-client';

import { say, told } from './lines.js';

const portal = await told();
const config = await client.dynamicClientRegistration(
  new URL(portal.issuer),
  { client_name: 'Registering Portal', redirect_uris: [portal.redirect_uri], grant_types: ['authorization_code', 'refresh_token'] },
  client.ClientSecretBasic(),
  { initialAccessToken: portal.initial_access_token, execute: [client.allowInsecureRequests] });
const registered = config.clientMetadata();

const code_verifier = client.randomPKCECodeVerifier();
const expected = { expectedNonce: client.randomNonce(), expectedState: client.randomState(), idTokenExpected: true };
const address = client.buildAuthorizationUrl(config, {
  redirect_uri: portal.redirect_uri,
  scope: 'openid profile',
  code_challenge: await client.calculatePKCECodeChallenge(code_verifier),
  code_challenge_method: 'S256',
  nonce: expected.expectedNonce,
  state: expected.expectedState,
});
say({ address: address.href, registered });

const { callback } = await told();
const first = await client.authorizationCodeGrant(
  config, new URL(callback), { pkceCodeVerifier: code_verifier, ...expected });
const second = await client.refreshTokenGrant(config, first.refresh_token);
const person = await client.fetchUserInfo(config, second.access_token, first.claims().sub);

const managed = { headers: { authorization: `Bearer ${registered.registration_access_token}` } };
const read = await fetch(registered.registration_client_uri, managed);
const gone = await fetch(registered.registration_client_uri, { method: 'DELETE', ...managed });
const refusal = await client.refreshTokenGrant(config, second.refresh_token).then(() => null, (error) => error.status);
say({ claims: first.claims(), person, read: await read.json(), gone: gone.status, refusal });
process.exit(0);
