// A real OpenID Provider for the tests. Its one argument is JSON: client, redirectUri and accounts, which are
// claims by what one types as login. It writes its issuer on a line of its own once it answers.
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

const { client, redirectUri, accounts } = JSON.parse(process.argv[2]);

const configuration = {
  clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [redirectUri] }],
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['name', 'given_name', 'family_name', 'nickname', 'preferred_username'],
  },
  pkce: { required: () => true },
  findAccount: (_, login) => accounts[login] && {
    accountId: login,
    claims: () => ({ sub: login, ...accounts[login] }),
  },
};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  server.on('request', new Provider(issuer, configuration).callback());
  process.stdout.write(`${issuer}\n`);
});
