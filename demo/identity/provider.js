import Provider, { errors } from 'oidc-provider';
import { agents, clients, people, personGrant } from './people.js';

const resource = 'urn:hoop';

/** Seconds that a token is good for. */
const tokenLifetime = Number(process.env.ACCESS_TOKEN_TTL) || 15 * 60;

const hoop = {
  scope: 'hoop',
  audience: 'hoop',
  accessTokenFormat: 'jwt',
  accessTokenTTL: tokenLifetime,
  jwt: { sign: { alg: 'ES256' } },
};

export function createProvider({ issuer, portalUrl, portalSecret, keys }) {
  const provider = new Provider(issuer, {
    clients: clients(portalUrl, portalSecret),
    jwks: keys.jwks,
    cookies: { keys: keys.cookies, short: { path: '/', sameSite: 'lax' }, long: { path: '/', sameSite: 'lax' } },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    responseTypes: ['code'],
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    scopes: ['openid', 'hoop'],
    claims: { openid: ['sub', 'preferred_username', 'name', 'groups', 'client_kind'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    ttl: { AccessToken: tokenLifetime, ClientCredentials: tokenLifetime, IdToken: 900, Interaction: 600, Session: 8 * 3600, Grant: 8 * 3600 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      // Every access token is a JWT for Hoop, asked for or not.
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo(_ctx, indicator) {
          if (indicator !== resource) throw new errors.InvalidTarget();
          return hoop;
        },
      },
    },
    findAccount: (_ctx, id) => Object.hasOwn(people, id) && { accountId: id, claims: () => people[id] },
    extraTokenClaims: (_ctx, token) => claimsOf(people[token.accountId] ?? agents[token.clientId]),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: (ctx) => grantEverything(ctx, provider),
    renderError(ctx, out) {
      ctx.type = 'text';
      ctx.body = `${out.error}: ${out.error_description ?? ''}\n`;
    },
  });
  provider.registerGrantType(personGrant, actAsPerson, ['login']);
  return provider;
}

const claimsOf = (who) => who && { groups: who.groups, client_kind: who.client_kind, preferred_username: who.preferred_username };

/** Nobody is asked for consent: the only client with a browser is Hoop's own portal. */
async function grantEverything(ctx, provider) {
  const { client, session } = ctx.oidc;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope('openid hoop');
  grant.addResourceScope(resource, 'hoop');
  await grant.save();
  return grant;
}

async function actAsPerson(ctx) {
  const { client, params, provider } = ctx.oidc;
  if (!Object.hasOwn(people, params.login ?? '')) {
    throw new errors.InvalidGrant(`login must be one of: ${Object.keys(people).join(', ')}`);
  }
  const grant = new provider.Grant({ clientId: client.clientId, accountId: params.login });
  grant.addResourceScope(resource, 'hoop');
  const token = new provider.AccessToken({
    accountId: params.login,
    client,
    grantId: await grant.save(),
    gty: personGrant,
    scope: 'hoop',
  });
  token.resourceServer = new provider.ResourceServer(resource, hoop);
  ctx.body = { access_token: await token.save(), token_type: 'Bearer', expires_in: hoop.accessTokenTTL, scope: 'hoop' };
}
