// Everybody the demo knows. The secret of reporting-agent is public on purpose: the provider listens on loopback only.
export const people = {
  ana: { sub: 'ana', preferred_username: 'ana', name: 'Ana', groups: ['engineers'], client_kind: 'human' },
  bea: { sub: 'bea', preferred_username: 'bea', name: 'Bea', groups: ['dba'], client_kind: 'human' },
};

export const agents = {
  'reporting-agent': { preferred_username: 'reporting-agent', groups: ['agents'], client_kind: 'agent' },
};

export const personGrant = 'urn:hoop:demo:person';

export function clients(portalUrl, portalSecret) {
  return [
    {
      client_id: 'reporting-agent',
      client_secret: 'reporting-agent-demo-secret',
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    },
    {
      client_id: 'hoop-portal',
      client_secret: portalSecret,
      grant_types: ['authorization_code'],
      response_types: ['code'],
      redirect_uris: [`${portalUrl}/signin-oidc`],
      post_logout_redirect_uris: [`${portalUrl}/`],
    },
    {
      // A command line has no browser: in the demo it just says who it acts for.
      client_id: 'hoop-cli',
      token_endpoint_auth_method: 'none',
      grant_types: [personGrant],
      response_types: [],
      redirect_uris: [],
    },
  ];
}
