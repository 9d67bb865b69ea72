// SPDX-License-Identifier: Apache-2.0
//
// An authorization server that nobody here wrote (npm oidc-provider), on a free port of the loopback interface
// over TLS. What it does is printed as one JSON object a line; commands come as JSON lines on stdin:
//   {"do":"sync"}                               everything that happened so far has been printed
//   {"do":"lose_next","grant":"refresh_token"}  process the next such token request, then cut its connection
//   {"do":"slow","ms":40}                       wait so long before each token request and before its answer
//   {"do":"wrong_iss"} {"do":"no_iss"}          spoil `iss` of the next redirect to the client
//   {"do":"extra_scope","scope":"payments"}     claim so in the next token answer
//   {"do":"revoke_grants"}                      the person cancels at the issuer
//   {"do":"replay_code"}                        somebody else sends the last code exchange of a public client again
//   {"do":"active","token":"..."}               is it? answered by {"event":"active","active":true}
//   {"do":"sign","alg":"PS256","claims":{}}     npm jose signs with a new key: {"event":"signed","jws":...,"jwks":...}
// Arguments: --cert FILE --key FILE --client-jwks FILE [--dpop] [--no-par] [--access-ttl S] [--refresh-ttl S]
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import * as jose from 'jose';
import Provider from 'oidc-provider';

const { values: options } = parseArgs({
  options: {
    cert: { type: 'string' },
    key: { type: 'string' },
    'client-jwks': { type: 'string' },
    dpop: { type: 'boolean', default: false },
    'no-par': { type: 'boolean', default: false },
    'access-ttl': { type: 'string', default: '300' },
    'refresh-ttl': { type: 'string', default: '3600' },
  },
});

// The package talks through the console; stdout is for events.
console.info = console.error;
console.log = console.error;
const say = (event, facts = {}) => process.stdout.write(`${JSON.stringify({ event, ...facts })}\n`);
/// Tokens are named by digest: what is printed here ends up in test logs.
const named = (secret) => createHash('sha256').update(String(secret)).digest('hex').slice(0, 16);
const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

const next = {};
let slow = 0;
const grants = new Set();

function configuration() {
  const jwks = JSON.parse(readFileSync(options['client-jwks'], 'utf8'));
  const common = {
    redirect_uris: ['http://127.0.0.1/callback'],
    application_type: 'native',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: 'openid accounts',
  };
  return {
    clients: [
      {
        ...common,
        client_id: 'meisai-confidential',
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: jwks.keys[0].alg,
        jwks,
      },
      { ...common, client_id: 'meisai-public', token_endpoint_auth_method: 'none' },
    ],
    clientAuthMethods: ['private_key_jwt', 'none'],
    cookies: { keys: ['only for tests on loopback'] },
    expiresWithSession: () => false,
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      dPoP: { enabled: options.dpop },
      introspection: { enabled: true },
      pushedAuthorizationRequests: { enabled: !options['no-par'] },
      resourceIndicators: { enabled: false },
      revocation: { enabled: true },
    },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    issueRefreshToken: () => true,
    pkce: { required: () => true },
    responseTypes: ['code'],
    rotateRefreshToken: true,
    // Not the defaults: whoever guesses addresses instead of reading the metadata does not get far.
    routes: { token: '/oauth/exchange', pushed_authorization_request: '/oauth/push', revocation: '/oauth/revocation' },
    scopes: ['openid', 'accounts'],
    ttl: {
      AccessToken: () => Number(options['access-ttl']),
      AuthorizationCode: () => 60,
      Grant: () => 7200,
      IdToken: () => 300,
      Interaction: () => 600,
      RefreshToken: () => Number(options['refresh-ttl']),
      Session: () => 600,
    },
  };
}

/// Every token request as it came, and what the hooks make of its answer.
async function tokenHooks(ctx, proceed) {
  if (ctx.path !== '/oauth/exchange') return proceed();
  if (slow > 0) await wait(Math.random() * slow);
  await proceed();
  const grant = ctx.oidc?.params?.grant_type;
  if (grant === 'authorization_code') next.exchange = { ...ctx.oidc.params };
  const sent = ctx.oidc?.params?.refresh_token ?? ctx.oidc?.params?.code;
  say('token_request', { grant, sent: sent ? named(sent) : undefined, status: ctx.status, error: ctx.body?.error });
  if (slow > 0) await wait(Math.random() * slow);
  if (next.lose === grant) {
    delete next.lose;
    say('lost', { grant });
    ctx.respond = false;
    ctx.req.socket.destroy();
  } else if (next.extraScope && ctx.status === 200) {
    ctx.body = { ...ctx.body, scope: `${ctx.body.scope} ${next.extraScope}` };
    delete next.extraScope;
  }
  return undefined;
}

async function redirectHooks(ctx, proceed) {
  await proceed();
  const location = ctx.response.get('location');
  if (!next.iss || !location?.startsWith('http://127.0.0.1:')) return;
  const url = new URL(location);
  if (next.iss === 'none') url.searchParams.delete('iss');
  else url.searchParams.set('iss', 'https://another.example');
  delete next.iss;
  ctx.set('location', url.href);
}

function listen(provider) {
  const names = ['authorization_code.consumed', 'refresh_token.consumed', 'refresh_token.destroyed'];
  for (const name of names) provider.on(name, (token) => say(name, { token: named(token.jti) }));
  provider.on('access_token.issued', () => say('access_token.issued'));
  provider.on('grant.revoked', (ctx, grant) => say('grant.revoked', { grant: named(grant) }));
  provider.on('grant.success', (ctx) => {
    const grant = ctx.oidc.entities.Grant?.jti ?? ctx.oidc.entities.AccessToken?.grantId;
    if (grant) grants.add(grant);
    say('grant.success', { grant_type: ctx.oidc.params.grant_type });
  });
  for (const name of ['grant.error', 'authorization.error', 'pushed_authorization_request.error', 'revocation.error']) {
    provider.on(name, (ctx, error) => say(name, { error: error.error, detail: error.error_detail }));
  }
  provider.on('pushed_authorization_request.success', () => say('pushed_authorization_request.success'));
  provider.on('server_error', (ctx, error) => say('server_error', { detail: String(error.stack) }));
}

function replay(provider, exchange) {
  const fields = ['client_id', 'grant_type', 'code', 'redirect_uri', 'code_verifier'];
  const body = new URLSearchParams(fields.map((name) => [name, exchange[name]])).toString();
  return new Promise((done, failed) => {
    const sent = request(`${provider.issuer}/oauth/exchange`, {
      method: 'POST',
      ca: readFileSync(options.cert),
      rejectUnauthorized: false, // to itself
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length },
    }, (answer) => { answer.resume().on('end', done); });
    sent.on('error', failed);
    sent.end(body);
  });
}

async function sign(algorithm, claims) {
  const { publicKey, privateKey } = await jose.generateKeyPair(algorithm);
  const key = { ...await jose.exportJWK(publicKey), kid: 'theirs', alg: algorithm, use: 'sig' };
  const jws = await new jose.SignJWT(claims).setProtectedHeader({ alg: algorithm, kid: 'theirs', typ: 'JWT' })
    .sign(privateKey);
  say('signed', { jws, jwks: JSON.stringify({ keys: [key] }) });
}

async function obey(provider, command) {
  switch (command.do) {
    case 'sign': await sign(command.alg, command.claims); return;
    case 'replay_code': await replay(provider, next.exchange); break;
    case 'sync': break; // answered after everything that was said before
    case 'lose_next': next.lose = command.grant; break;
    case 'slow': slow = command.ms; break;
    case 'wrong_iss': next.iss = 'wrong'; break;
    case 'no_iss': next.iss = 'none'; break;
    case 'extra_scope': next.extraScope = command.scope; break;
    case 'revoke_grants':
      for (const id of grants) await (await provider.Grant.find(id))?.destroy();
      break;
    case 'active': {
      const found = await provider.AccessToken.find(command.token);
      const grant = found && await provider.Grant.find(found.grantId);
      say('active', { active: Boolean(found?.isValid && grant) });
      return;
    }
    default: throw new Error(`no such command: ${command.do}`);
  }
  say('obeyed', { command: command.do });
}

const server = createServer({ cert: readFileSync(options.cert), key: readFileSync(options.key) });
server.listen(0, '127.0.0.1', () => {
  const issuer = `https://localhost:${server.address().port}`;
  const provider = new Provider(issuer, configuration());
  provider.use(tokenHooks);
  provider.use(redirectHooks);
  listen(provider);
  server.on('request', provider.callback());
  const commands = createInterface({ input: process.stdin });
  commands.on('line', (line) => obey(provider, JSON.parse(line)));
  commands.on('close', () => process.exit(0)); // whoever started it is gone
  say('ready', { issuer, node: process.version });
});
