// Runs statements over one connection of node-postgres. Standard input: {"connection": {…}, "statements": [{"text": …, "values": […]}]}.
// Standard output: one JSON array, per statement {"command", "rows"} or {"code", "message", "detail", "hint"}. Values make it the extended protocol.
const { Client } = require('pg');

(async () => {
  let input = '';
  for await (const chunk of process.stdin) input += chunk;
  const { connection, statements } = JSON.parse(input);
  const client = new Client(connection);
  client.on('error', () => {});
  await client.connect();
  const results = [];
  for (const statement of statements) {
    try {
      const { command, rowCount, rows } = await client.query({ ...statement, rowMode: 'array' });
      results.push({ command, rowCount, rows });
    } catch (error) {
      results.push({ code: error.code, message: error.message, detail: error.detail, hint: error.hint });
    }
  }
  await client.end();
  console.log(JSON.stringify(results));
})().catch(error => { console.error(error.message); process.exit(1); });
