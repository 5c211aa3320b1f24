// A portal of a FAPI 2.0 profile built on openid-client: pushed requests, tokens bound to a key or a certificate,
// and, where its profile wants it, signed requests and answers.
import { readFileSync } from 'node:fs';

import * as client from 'openid-client';
import { Agent, fetch } from 'undici';

import { say, signingKey, told } from './lines.js';

const portal = await told();
const key = await signingKey(portal.key);

const byCertificate = async () => {
  const pem = readFileSync(portal.certificate);
  const dispatcher = new Agent({ connect: { key: pem, cert: pem, ca: readFileSync(portal.authority) } });
  const config = await client.discovery(
    new URL(portal.issuer), portal.client_id, { use_mtls_endpoint_aliases: true }, client.TlsClientAuth(),
    { [client.customFetch]: (url, options) => fetch(url, { ...options, dispatcher }) });
  return [config, {}];
};
const byKey = async () => {
  const config = await client.discovery(new URL(portal.issuer), portal.client_id, undefined, client.PrivateKeyJwt(key));
  return [config, { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256')) }];
};

const [config, bound] = await (portal.client_id === 'certified' ? byCertificate() : byKey());
const signing = portal.client_id === 'signing';
client.enableNonRepudiationChecks(config);
if (signing) client.useJwtResponseMode(config);

const code_verifier = client.randomPKCECodeVerifier();
const expected = { expectedNonce: client.randomNonce(), expectedState: client.randomState(), idTokenExpected: true };
const asked = {
  redirect_uri: portal.redirect_uri,
  scope: portal.scope,
  code_challenge: await client.calculatePKCECodeChallenge(code_verifier),
  code_challenge_method: 'S256',
  nonce: expected.expectedNonce,
  state: expected.expectedState,
};
const request = signing ? (await client.buildAuthorizationUrlWithJAR(config, asked, key)).searchParams : asked;
say({ address: (await client.buildAuthorizationUrlWithPAR(config, request, bound)).href });

const { callback } = await told();
const first = await client.authorizationCodeGrant(
  config, new URL(callback), { pkceCodeVerifier: code_verifier, ...expected }, undefined, bound);
const claims = first.claims();
const second = await client.refreshTokenGrant(config, first.refresh_token, undefined, bound);
const person = await client.fetchUserInfo(config, second.access_token, claims.sub, bound);
const refused = await client.fetchProtectedResource(
  config, second.access_token, new URL(config.serverMetadata().userinfo_endpoint), 'GET')
  .catch((error) => ({ status: error.status }));
const logout = client.buildEndSessionUrl(config, {
  id_token_hint: first.id_token,
  post_logout_redirect_uri: portal.post_logout_redirect_uri,
  state: 'bye',
});
say({
  claims, person, type: second.token_type, unproven: refused.status,
  rotated: Boolean(second.refresh_token && second.refresh_token !== first.refresh_token), logout: logout.href,
});

await told();
const refusal = await client.refreshTokenGrant(config, first.refresh_token, undefined, bound).catch((error) => error.error);
say({ refusal });
process.exit();
