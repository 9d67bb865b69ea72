// SPDX-License-Identifier: Apache-2.0
//
// npm oidc-provider as the bank's authorization server, over TLS on a free port of the loopback interface: a public
// client, and one with a key, which may also ask for a token of its own to make consents with. It runs from a folder
// that has server.pem, server.key, client.jwks and the installed node_modules, and ends with its stdin.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import Provider from 'oidc-provider';

console.info = () => {};
const jwks = JSON.parse(readFileSync('client.jwks', 'utf8'));
const common = {
  redirect_uris: ['http://127.0.0.1/callback'],
  application_type: 'native',
  response_types: ['code'],
  scope: 'accounts',
};
const configuration = {
  clients: [
    {
      ...common,
      client_id: 'meisai-public',
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    },
    {
      ...common,
      client_id: 'meisai-confidential',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks,
    },
  ],
  clientAuthMethods: ['private_key_jwt', 'none'],
  cookies: { keys: ['only for tests on loopback'] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: true },
    resourceIndicators: { enabled: false },
    revocation: { enabled: true },
  },
  findAccount: (context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  issueRefreshToken: () => true,
  pkce: { required: () => true },
  responseTypes: ['code'],
  rotateRefreshToken: true,
  scopes: ['accounts'],
  ttl: { AccessToken: 300, AuthorizationCode: 60, ClientCredentials: 300, Grant: 7200, Interaction: 600,
    RefreshToken: 7200, Session: 7200 },
};

const server = createServer({ cert: readFileSync('server.pem'), key: readFileSync('server.key') });
server.listen(0, '127.0.0.1', () => {
  const issuer = `https://localhost:${server.address().port}`;
  const provider = new Provider(issuer, configuration);
  provider.on('server_error', (context, error) => console.error(error));
  server.on('request', provider.callback());
  process.stdin.resume().on('close', () => process.exit(0));
  console.log(`ready: ${issuer}`);
});
