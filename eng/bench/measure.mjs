// One interleaved run: in each round every scenario on every endpoint, one after the other, so that a ratio pairs runs seconds apart.
// Prints the table; keeps raw figures (raw.json) and the table (table.md) in BENCH_OUT. bench-pg measures what it knows, if BENCH_PG says where it is.
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentOf, pgbench, psql, run, stopAll } from './clients.mjs';
import { idle } from './idle.mjs';
import { cpuOfTrees } from './processes.mjs';
import { table } from './report.mjs';
import { chosen } from './scenarios.mjs';

const { BENCH_ENDPOINTS, BENCH_JOURNAL, BENCH_OUT, BENCH_PG, BENCH_ROUNDS, HOOP_ENDPOINTS } = process.env;
const endpoints = JSON.parse(readFileSync(BENCH_ENDPOINTS));
const rounds = Number(BENCH_ROUNDS), scenarios = chosen();
const folder = mkdtempSync(join(tmpdir(), 'hoop-bench-figures.'));
const say = (text) => process.stderr.write(`${text}\n`);

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
  stopAll();
  process.exit(1);
});

/** Direct is always first: bench-pg takes its data from there. */
const turned = (round) => {
  const [first, ...others] = endpoints, turn = round % others.length;
  return [first, ...others.slice(turn), ...others.slice(0, turn)];
};

async function own(scenario, round) {
  const figures = {};
  for (const endpoint of turned(round)) {
    const there = scenario.columns && endpoint.label === 'hoop-on' ? { ...endpoint, database: 'columns' } : endpoint;
    figures[endpoint.label] = scenario.sql
      ? await psql(there, scenario.sql.map((line) => line.replace('DATA', data.file)), data.megabytes)
      : await pgbench(there, { ...scenario, seconds: scenario.seconds ?? 1, folder });
  }
  return figures;
}

async function harness(list, seconds, round) {
  const json = join(folder, 'bench-pg.json');
  const ends = turned(round).map((e) => `${e.label}=127.0.0.1:${e.port},${e.user},${e.password}${e.pid ? `@${e.pid}` : ''}`);
  const login = environmentOf(endpoints[0]);
  const args = ['-r', '1', '-t', String(seconds), '-d', 'demo', '-U', login.PGUSER, '-W', login.PGPASSWORD, '--only', list.map((s) => s.name).join(','), '--json', json, ...ends];
  const result = await run(BENCH_PG, args, { seconds: 600 });
  appendFileSync(join(BENCH_OUT, 'bench-pg.txt'), `round ${round + 1}\n${result.out}\n`);
  if (result.code !== 0) throw new Error(`bench-pg: ${result.error.trim().split('\n').pop()}`);
  return Object.fromEntries(Object.entries(JSON.parse(readFileSync(json)))
    .map(([name, cells]) => [name, Object.fromEntries(Object.entries(cells).map(([label, cell]) => [label, Array.isArray(cell) ? cell[0] : cell]))]));
}

async function measure(round) {
  const figures = {};
  if (BENCH_PG) {
    for (const seconds of [1, 3]) {
      const list = scenarios.filter((s) => !s.own && (s.seconds ?? 1) === seconds);
      if (list.length) Object.assign(figures, await harness(list, seconds, round));
    }
  }
  for (const scenario of scenarios.filter((s) => !s.idle && !figures[s.name])) figures[scenario.name] = await own(scenario, round);
  return figures;
}

mkdirSync(BENCH_OUT, { recursive: true });
rmSync(join(BENCH_OUT, 'bench-pg.txt'), { force: true });
const data = { file: join(folder, 'customers.txt') };
const copied = await run('psql', ['-X', '-c', `\\copy customers to '${data.file}'`], { environment: environmentOf(endpoints[0]) });
if (copied.code !== 0) throw new Error(copied.error);
data.megabytes = statSync(data.file).size / 1e6;

const raw = { date: new Date().toISOString(), measuredBy: BENCH_PG ? 'bench-pg' : 'eng/bench', load: readFileSync('/proc/loadavg', 'utf8').trim(), idle: {}, rounds: [] };
const save = () => writeFileSync(join(BENCH_OUT, 'raw.json'), `${JSON.stringify(raw, null, 1)}\n`);
say(`Measuring ${scenarios.length} scenarios, ${rounds} rounds, ${BENCH_PG ? `with ${BENCH_PG}` : 'with the loop in eng/bench'}`);
// Idle connections first: what a heap has grown to under load would hide them.
if (scenarios.some((s) => s.idle)) raw.idle = await idle(endpoints, folder);
for (const options of [['-S', '-M', 'simple'], ['-S', '-M', 'extended'], ['-S', '-M', 'prepared'], ['-M', 'simple']]) // what is compiled at run time is compiled before it counts
  for (const endpoint of endpoints) await pgbench(endpoint, { clients: 8, options, seconds: 3, folder });
const { pids } = JSON.parse(readFileSync(HOOP_ENDPOINTS)), before = cpuOfTrees(pids);
for (let round = 0; round < rounds; round++) {
  const began = Date.now();
  raw.rounds.push(await measure(round));
  save();
  say(`Round ${round + 1} of ${rounds}: ${Math.round((Date.now() - began) / 1000)} s`);
}
const after = cpuOfTrees(pids);
raw.services = Object.fromEntries(Object.keys(pids).map((name) => [name, after[name] - before[name]]));
raw.journalMegabytes = readdirSync(BENCH_JOURNAL).filter((name) => name.endsWith('.seg')).reduce((sum, name) => sum + (statSync(join(BENCH_JOURNAL, name), { throwIfNoEntry: false })?.size ?? 0) / 1e6, 0);
save();
const text = table(raw, scenarios, endpoints.map((e) => e.label));
writeFileSync(join(BENCH_OUT, 'table.md'), text);
process.stdout.write(`\n${text}\nRaw figures: ${join(BENCH_OUT, 'raw.json')}\n`);
