// A portal built on openid-client. It reads what it is told as JSON lines and answers each with one:
// first the provider and its own registration, then the address the browser came back to.
import * as client from 'openid-client';

import { say, told } from './lines.js';

const portal = await told();
const plain = { execute: [client.allowInsecureRequests] };
const config = await client.discovery(
  new URL(portal.issuer), portal.client_id, portal.client_secret, client.ClientSecretBasic(portal.client_secret), plain);

const code_verifier = client.randomPKCECodeVerifier();
const expected = { expectedNonce: client.randomNonce(), expectedState: client.randomState(), idTokenExpected: true };
const address = client.buildAuthorizationUrl(config, {
  redirect_uri: portal.redirect_uri,
  scope: portal.scope,
  code_challenge: await client.calculatePKCECodeChallenge(code_verifier),
  code_challenge_method: 'S256',
  nonce: expected.expectedNonce,
  state: expected.expectedState,
});
say({ address: address.href });

const { callback } = await told();
const first = await client.authorizationCodeGrant(
  config, new URL(callback), { pkceCodeVerifier: code_verifier, ...expected });
const claims = first.claims();
const second = await client.refreshTokenGrant(config, first.refresh_token);
const person = await client.fetchUserInfo(config, second.access_token, claims.sub);
const introspected = await client.tokenIntrospection(config, second.access_token);
const logout = client.buildEndSessionUrl(config, {
  id_token_hint: second.id_token ?? first.id_token,
  post_logout_redirect_uri: portal.post_logout_redirect_uri,
  state: 'bye',
});
say({ claims, person, introspected, rotated: first.refresh_token !== second.refresh_token, logout: logout.href });

await told();
const refusal = await client.refreshTokenGrant(config, second.refresh_token).then(() => null, (error) => error.error);
const after = await client.tokenIntrospection(config, second.access_token);
say({ refusal, active: after.active });
process.exit(0);
