// The demo's identity provider. It hands out tokens for the asking, so it must never be reachable from another machine.
import { createServer } from 'node:http';
import { people } from './people.js';
import { loadKeys } from './keys.js';
import { signInPage } from './pages.js';
import { createProvider } from './provider.js';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 8090);
const issuer = process.env.ISSUER ?? `http://${host}:${port}`;
const loopback = ['127.0.0.1', '::1', 'localhost'];

if (!loopback.includes(host) || !loopback.includes(new URL(issuer).hostname)) {
  console.error(`The demo identity provider signs anybody in and runs on loopback only, not on ${host} (${issuer}): use your own OpenID provider there.`);
  process.exit(1);
}

const provider = createProvider({
  issuer,
  portalUrl: process.env.PORTAL_URL ?? 'http://127.0.0.1:8080',
  portalSecret: process.env.PORTAL_SECRET ?? fail('PORTAL_SECRET is not set'),
  keys: loadKeys(process.env.DATA_DIRECTORY ?? fail('DATA_DIRECTORY is not set')),
});
const oidc = provider.callback();
provider.on('server_error', (_ctx, error) => console.error(error));

const server = createServer(async (request, response) => {
  // A web page that points its own name at this address says that name here.
  if (!loopback.includes(new URL(`http://${request.headers.host ?? 'none'}`).hostname)) return reply(response, 421, 'loopback names only\n');
  const { pathname } = new URL(request.url, issuer);
  if (pathname === '/health') return reply(response, 200, 'Healthy');
  const interaction = /^\/interaction\/([\w-]+)(\/login)?$/.exec(pathname);
  if (!interaction) return oidc(request, response);
  try {
    if (request.method === 'GET' && !interaction[2]) await showSignIn(request, response);
    else if (request.method === 'POST' && interaction[2]) await signIn(request, response);
    else reply(response, 405, 'method not allowed\n');
  } catch (error) {
    reply(response, 400, `This sign-in cannot go on (${error.error ?? 'invalid_request'}): start again from the portal.\n`);
  }
});

async function showSignIn(request, response) {
  const { uid, params } = await provider.interactionDetails(request, response);
  response.setHeader('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  reply(response, 200, signInPage(uid, people, params.client_id), 'text/html; charset=utf-8');
}

async function signIn(request, response) {
  const login = new URLSearchParams(await body(request)).get('login');
  if (!Object.hasOwn(people, login ?? '')) return reply(response, 400, 'unknown person\n');
  await provider.interactionFinished(request, response, { login: { accountId: login } }, { mergeWithLastSubmission: false });
}

async function body(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 4096) throw new Error('too long');
  }
  return text;
}

function reply(response, status, text, type = 'text/plain; charset=utf-8') {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
}

function fail(message) {
  console.error(`${message}: ./run sets it.`);
  process.exit(1);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
server.on('error', (error) => fail(`Port ${port} cannot be used (${error.code})`));
server.listen(port, host, () => console.log(`listening on ${issuer}`));
