// A portal of the profile FAPI 2.0 built on oauth4webapi, which leaves each step and each check to its user:
// every one of them is asked for here.
import * as oauth from 'oauth4webapi';

import { say, signingKey, told } from './lines.js';

const portal = await told();
const issuer = new URL(portal.issuer);
const self = { client_id: portal.client_id, require_auth_time: false };
const proof = oauth.PrivateKeyJwt(await signingKey(portal.key));
const DPoP = oauth.DPoP(self, await oauth.generateKeyPair('ES256'));
let nonces = 0;

/** Send, and once more when the server first wants its nonce in the proof (RFC 9449 §8). */
const bound = async (send, read) => {
  try {
    return await read(await send());
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    nonces += 1;
    return read(await send());
  }
};

const found = await Promise.all(['oidc', 'oauth2'].map(async (algorithm) =>
  oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm }))));
const as = found[0];
const resource = new URL(as.userinfo_endpoint);
const told_of_resource = await oauth.processResourceDiscoveryResponse(
  resource, await oauth.resourceDiscoveryRequest(resource));

const verifier = oauth.generateRandomCodeVerifier();
const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
const asked = {
  response_type: 'code',
  redirect_uri: portal.redirect_uri,
  scope: portal.scope,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
  nonce,
};
const pushed = await bound(
  () => oauth.pushedAuthorizationRequest(as, self, proof, asked, { DPoP }),
  (answer) => oauth.processPushedAuthorizationResponse(as, self, answer));
const address = new URL(as.authorization_endpoint);
address.search = new URLSearchParams({ client_id: self.client_id, request_uri: pushed.request_uri });
say({ address: address.href, same: JSON.stringify(found[0]) === JSON.stringify(found[1]), resource: told_of_resource });

const { callback } = await told();
const mixed = new URL(callback);
mixed.searchParams.set('iss', 'https://another.example');
let mixup;
try { oauth.validateAuthResponse(as, self, mixed, state); } catch (error) { mixup = error.message; }
const answer = oauth.validateAuthResponse(as, self, new URL(callback), state);
let signed;
const first = await bound(
  () => oauth.authorizationCodeGrantRequest(as, self, proof, answer, portal.redirect_uri, verifier, { DPoP }),
  (reply) => oauth.processAuthorizationCodeResponse(as, self, (signed = reply), { expectedNonce: nonce, requireIdToken: true }));
await oauth.validateApplicationLevelSignature(as, signed);
const claims = oauth.getValidatedIdTokenClaims(first);
const second = await bound(
  () => oauth.refreshTokenGrantRequest(as, self, proof, first.refresh_token, { DPoP }),
  (reply) => oauth.processRefreshTokenResponse(as, self, reply));
const person = await bound(
  () => oauth.userInfoRequest(as, self, second.access_token, { DPoP }),
  (reply) => oauth.processUserInfoResponse(as, self, claims.sub, reply));
const introspected = await oauth.processIntrospectionResponse(
  as, self, await oauth.introspectionRequest(as, self, proof, second.access_token));

// Who took the token, but not its key: no proof at all, and a proof by a key of its own.
const refusals = [];
for (const options of [undefined, { DPoP: oauth.DPoP(self, await oauth.generateKeyPair('ES256')) }]) {
  const send = () => oauth.protectedResourceRequest(second.access_token, 'GET', resource, undefined, undefined, options);
  refusals.push(await send().catch(send).then((reply) => reply.status, (error) => error.cause[0].parameters.error));
}
const leave = new URL(as.end_session_endpoint);
leave.search = new URLSearchParams({
  id_token_hint: first.id_token, post_logout_redirect_uri: portal.post_logout_redirect_uri, state: 'bye',
});
say({ claims, person, introspected, mixup, refusals, nonces, type: second.token_type, logout: leave.href });

await told();
const refusal = await bound(
  () => oauth.refreshTokenGrantRequest(as, self, proof, first.refresh_token, { DPoP }),
  (reply) => oauth.processRefreshTokenResponse(as, self, reply)).catch((error) => error.error);
const after = await oauth.processIntrospectionResponse(
  as, self, await oauth.introspectionRequest(as, self, proof, second.access_token));
say({ refusal, active: after.active });
process.exit();
