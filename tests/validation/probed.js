// npm's oidc-provider with the features this server has too, on its own memory, and its default policies.
// Started with one argument: the file that peer.py wrote (port, keys, clients, account).
import { readFileSync } from 'node:fs';

import Provider from 'oidc-provider';

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'));

// The visitor agrees to everything; whether a client may have a scope is the provider's own rule.
async function loadExistingGrant(ctx) {
  const { client, session, provider, requestParamOIDCScopes } = ctx.oidc;
  const known = session.grantIdFor(client.clientId);
  const grant = (known && (await provider.Grant.find(known)))
    || new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
  grant.addOIDCScope([...requestParamOIDCScopes].join(' '));
  await grant.save();
  return grant;
}

async function formOf(request) {
  let text = '';
  for await (const part of request) text += part;
  return new URLSearchParams(text);
}

function pages(provider) {
  return async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) return next();
    const { prompt } = await provider.interactionDetails(ctx.req, ctx.res);
    if (ctx.method === 'GET') {
      ctx.type = 'html';
      ctx.body = `<!doctype html><form method="post" action="${ctx.path}"><input name="identifier"></form>`;
      return undefined;
    }
    const accountId = (await formOf(ctx.req)).get('identifier');
    const result = prompt.name === 'login' ? { login: { accountId } } : { consent: {} };
    ctx.status = 303;
    return ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result));
  };
}

const provider = new Provider(settings.issuer, {
  allowOmittingSingleRegisteredRedirectUri: false,
  claims: { openid: ['sub'], profile: ['name'] },
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
  clients: settings.clients,
  cookies: { keys: [settings.cookie_key], long: { sameSite: 'none' } },
  enableHttpPostMethods: true,
  features: {
    claimsParameter: { enabled: true },
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    dPoP: { enabled: true, nonceSecret: Buffer.from(settings.nonce_secret, 'base64') },
    fapi: { enabled: true, profile: (ctx, client) => (settings.fapi.includes(client?.clientId) ? '2.0' : undefined) },
    introspection: { enabled: true },
    jwtResponseModes: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    requestObjects: { enabled: true },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  findAccount: async (ctx, sub) => ({ accountId: sub, claims: async () => ({ sub, name: sub }) }),
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
  jwks: settings.jwks,
  loadExistingGrant,
  pkce: { required: () => true },
  rotateRefreshToken: true,
});
if (process.env.DEBUG_PEER) provider.on('server_error', (ctx, error) => console.error(error));
provider.use(pages(provider));
provider.listen(settings.port, '127.0.0.1');
