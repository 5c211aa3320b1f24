// node oidc-provider as its manual asks for it in production: cluster, Redis, ES256, PKCE demanded, rotation on,
// its development pages off. Started with one argument: the file that peer.py wrote (port, keys, clients, accounts).
import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';

import argon2 from 'argon2';
import { Redis } from 'ioredis';
import Provider from 'oidc-provider';

import { adapterOn } from './adapter.js';

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const DAY = 86400;

// A portal of the house needs no consent page: the grant is made once per session and found again afterwards.
async function loadExistingGrant(ctx) {
  const { client, session, provider, requestParamOIDCScopes } = ctx.oidc;
  const known = session.grantIdFor(client.clientId);
  if (known) return provider.Grant.find(known);
  const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
  grant.addOIDCScope([...requestParamOIDCScopes].join(' '));
  await grant.save();
  return grant;
}

async function findAccount(ctx, sub) {
  const account = settings.accounts[sub];
  if (!account) return undefined;
  return { accountId: sub, claims: async () => ({ sub, name: account.name, updated_at: account.updated_at }) };
}

async function formOf(request) {
  let text = '';
  for await (const part of request) text += part;
  return new URLSearchParams(text);
}

function loginPage(ctx, status) {
  ctx.status = status;
  ctx.type = 'html';
  ctx.body = `<!doctype html><html lang="en"><title>Log in</title>
<form method="post" action="${ctx.path}">
<label>Account <input name="identifier" autocomplete="username" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button type="submit">Log in</button></form></html>`;
}

function loginPages(provider) {
  return async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) return next();
    await provider.interactionDetails(ctx.req, ctx.res);
    if (ctx.method === 'GET') return loginPage(ctx, 200);
    const form = await formOf(ctx.req);
    const account = settings.accounts[form.get('identifier')];
    const right = account && (await argon2.verify(account.password, form.get('password') ?? ''));
    if (!right) return loginPage(ctx, 422);
    const result = { login: { accountId: form.get('identifier'), acr: 'urn:gov-sso:acr:l1', amr: ['pwd'] } };
    const address = await provider.interactionResult(ctx.req, ctx.res, result);
    ctx.status = 303;
    return ctx.redirect(address);
  };
}

function serve() {
  const redis = new Redis(settings.redis);
  const provider = new Provider(settings.issuer, {
    adapter: adapterOn(redis),
    acrValues: ['urn:gov-sso:acr:l1'],
    claims: { openid: ['sub'], profile: ['name', 'updated_at'] },
    clientAuthMethods: ['client_secret_basic', 'none', 'private_key_jwt'],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clients: settings.clients,
    conformIdTokenClaims: true,
    cookies: { keys: settings.cookie_keys },
    enabledJWA: { clientAuthSigningAlgValues: ['ES256'], idTokenSigningAlgValues: ['ES256'] },
    features: {
      clientCredentials: { enabled: true },
      dPoP: { enabled: true, nonceSecret: Buffer.from(settings.nonce_secret, 'base64'), requireNonce: () => true },
      devInteractions: { enabled: false },
      fapi: { enabled: true, profile: (ctx, client) => (settings.fapi.includes(client?.clientId) ? '2.0' : undefined) },
      introspection: { enabled: true, allowedPolicy: () => true },
      pushedAuthorizationRequests: { enabled: true },
      revocation: { enabled: true, allowedPolicy: () => true },
    },
    findAccount,
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
    jwks: settings.jwks,
    loadExistingGrant,
    pkce: { required: () => true },
    rotateRefreshToken: true,
    ttl: { AccessToken: 600, AuthorizationCode: 60, ClientCredentials: 600, Grant: 14 * DAY, IdToken: 600,
      Interaction: 3600, RefreshToken: 14 * DAY, Session: 14 * DAY },
  });
  if (process.env.DEBUG_PEER) provider.on('server_error', (ctx, error) => console.error(error));
  provider.use(loginPages(provider));
  provider.listen(settings.port, '127.0.0.1');
}

if (cluster.isPrimary) for (let i = 0; i < settings.processes; i += 1) cluster.fork();
else serve();
