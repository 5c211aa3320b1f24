// A counter built on openid-client whose visitors log in on their own phones: first by a code on its screen
// (device grant), then because it asks for whom it knows (CIBA). Its tokens are bound to a key.
import * as client from 'openid-client';

import { say, signingKey, told } from './lines.js';

const portal = await told();
const config = await client.discovery(
  new URL(portal.issuer), portal.client_id, undefined, client.PrivateKeyJwt(await signingKey(portal.key)));
client.enableNonRepudiationChecks(config);
const bound = { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256')) };

const codes = await client.initiateDeviceAuthorization(config, { scope: portal.scope });
say({ user_code: codes.user_code, address: codes.verification_uri, scanned: codes.verification_uri_complete });
const shown = await client.pollDeviceAuthorizationGrant(config, codes, undefined, bound);
const claims = shown.claims();
const person = await client.fetchUserInfo(config, shown.access_token, claims.sub, bound);

const { binding_message } = await told();
const asked = await client.initiateBackchannelAuthentication(
  config, { scope: portal.scope, login_hint: claims.login_hint, binding_message });
say({ claims, person, type: shown.token_type });
const called = await client.pollBackchannelAuthenticationGrant(config, asked, undefined, bound);
const second = await client.refreshTokenGrant(config, called.refresh_token, undefined, bound);
const again = await client.fetchUserInfo(config, second.access_token, called.claims().sub, bound);
await client.tokenRevocation(config, second.refresh_token);
const refused = await client.refreshTokenGrant(config, second.refresh_token, undefined, bound).catch((error) => error.error);
await told();
say({ again, refused });
process.exit();
