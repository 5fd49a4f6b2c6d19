// pgbench and psql against one endpoint: { label, port, user, password, database, pid? } on loopback. Figures have bench-pg's names:
// tps (MB/s for psql), avg, p50, p95, p99 in ms, and with a pid cpu: its ms for 1,000 transactions (for 1 MB).
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cpuOf } from './processes.mjs';

const running = new Set();

/** Process groups, so that what a child started ends with it. */
export function stopAll() {
  for (const child of running) stop(child);
}

export function stop(child) {
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch {
    // It has ended.
  }
}

export function start(program, args, environment = {}) {
  const child = spawn(program, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
  const ended = new Promise((resolve) => {
    const said = { out: '', error: '' };
    child.stdin.on('error', () => {});
    child.stdout.on('data', (data) => (said.out += data));
    child.stderr.on('data', (data) => (said.error += data));
    child.on('error', (error) => resolve({ ...said, code: 127, error: error.message }));
    child.on('close', (code) => resolve({ ...said, code }));
  });
  running.add(child);
  ended.then(() => running.delete(child));
  return { child, ended };
}

export async function run(program, args, { environment, input = '', seconds = 60 } = {}) {
  const { child, ended } = start(program, args, environment);
  const patience = setTimeout(() => stop(child), seconds * 1000);
  child.stdin.end(input);
  const result = await ended;
  clearTimeout(patience);
  return result;
}

export const environmentOf = ({ port, user, password, database = 'demo' }) => ({
  PGHOST: '127.0.0.1', PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: database, PGSSLMODE: 'disable', PGCONNECT_TIMEOUT: '10',
});

const errors = ({ error }) => error.split('\n').filter((line) => /error/i.test(line)).join('; ').slice(0, 200) || 'no figures';

async function metered(pid, work) {
  const before = pid && cpuOf(pid);
  const result = await work();
  return [result, pid && cpuOf(pid) - before];
}

export async function pgbench(endpoint, { clients, options, seconds, folder }) {
  const logged = options.includes('-R') ? ['--log', '--log-prefix', join(folder, 'latency')] : [];
  const time = seconds + Math.floor(clients / 32); // pgbench's time includes the log-ins
  const args = ['-n', '-c', String(clients), '-j', String(Math.min(clients, 2)), '-T', String(time), ...logged, ...options];
  const [result, cpu] = await metered(endpoint.pid, () => run('pgbench', args, { environment: environmentOf(endpoint), seconds: time + 60 }));
  const tps = Number(/^tps = ([\d.]+)/m.exec(result.out)?.[1]);
  const done = Number(/actually processed: (\d+)/.exec(result.out)?.[1]);
  if (result.code !== 0 || !tps || !done) return errors(result);
  return { tps, avg: (1000 * clients) / tps, ...(logged.length ? percentiles(folder) : {}), ...(endpoint.pid ? { cpu: cpu / (done / 1000) } : {}) };
}

function percentiles(folder) {
  const files = readdirSync(folder).filter((name) => name.startsWith('latency')).map((name) => join(folder, name));
  const times = files.flatMap((file) => readFileSync(file, 'utf8').trim().split('\n').map((line) => Number(line.split(' ')[2]) / 1000)).sort((a, b) => a - b);
  for (const file of files) rmSync(file);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** The last line is timed, seven times in one connection; the median counts. */
export async function psql(endpoint, lines, megabytes) {
  const once = ['\\timing off', ...lines.slice(0, -1), '\\timing on', lines.at(-1)];
  const input = ['\\set QUIET on', ...Array(7).fill(once).flat()].join('\n') + '\n';
  const [result, cpu] = await metered(endpoint.pid, () => run('psql', ['-X', '-v', 'ON_ERROR_STOP=1'], { environment: environmentOf(endpoint), input, seconds: 120 }));
  const times = [...result.out.matchAll(/^Time: ([\d.]+) ms/gm)].map((match) => Number(match[1])).sort((a, b) => a - b);
  if (result.code !== 0 || times.length !== 7) return errors(result);
  return { tps: (megabytes / times[3]) * 1000, avg: times[3], ...(endpoint.pid ? { cpu: cpu / megabytes / 7 } : {}) };
}
