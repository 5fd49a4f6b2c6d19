// Memory of a session that does nothing: 200 more connections beside the first 100, so that what is needed once is not counted.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentOf, pgbench, run, start, stop } from './clients.mjs';
import { memoryOf } from './processes.mjs';

const first = 100, more = 200;

/** Label → { kib } for each endpoint with a process. All connections stay open to the end: what one frees would be the next one's. */
export async function idle(endpoints, folder) {
  const direct = endpoints[0], held = [], figures = {};
  try {
    for (const endpoint of endpoints.filter((e) => e.pid)) {
      await settled(endpoint);
      await hold(endpoint, first);
      const before = await settled(endpoint);
      await hold(endpoint, more);
      figures[endpoint.label] = { kib: (await settled(endpoint) - before) / more };
    }
  } catch (error) {
    console.error(`./bench: idle connections: ${error.message}`);
  } finally {
    for (const child of held) stop(child.child);
    await Promise.all(held.map((child) => child.ended));
  }
  return figures;

  async function hold(endpoint, count) {
    const mark = `idle_${held.length}_${process.pid}`, script = join(folder, `${mark}.sql`);
    writeFileSync(script, `select 1 as ${mark};\n\\sleep 900 s\n`);
    const child = start('pgbench', ['-n', '-c', String(count), '-T', '900', '-f', script], environmentOf(endpoint));
    held.push(child);
    let ended;
    child.ended.then((result) => (ended = result));
    for (const end = Date.now() + 60_000; await opened(mark) < count; ) {
      if (ended || Date.now() > end) throw new Error(`${endpoint.label} did not take ${count}: ${ended?.error.split('\n')[0] ?? 'it takes too long'}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async function opened(mark) {
    const sql = `select count(*) from pg_stat_activity where state = 'idle' and query like 'select 1 as ${mark}%'`;
    return Number((await run('psql', ['-X', '-A', '-t', '-c', sql], { environment: environmentOf(direct) })).out);
  }

  /** A second of log-ins has the garbage of the others' collected. */
  async function settled(endpoint) {
    await pgbench(endpoint, { clients: 2, options: ['-S', '-C'], seconds: 1, folder });
    return memoryOf(endpoint.pid);
  }
}
