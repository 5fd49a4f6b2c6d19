// What is measured, with what, and what is to be reached. `--names`: the chosen ones (BENCH_QUICK, BENCH_ONLY); without it a table.
import { fileURLToPath } from 'node:url';

// A goal is of hoop-on: a ratio to another endpoint (`least` of throughput, `most` of time), or a figure of its own.
const pooled = { by: 'pgbouncer', least: 1.0 };

/** `quick`: part of --quick. `own`: bench-pg does not have it. */
export const scenarios = [
  ...['simple', 'extended', 'prepared'].flatMap((mode) => [1, 8, 64].map((clients) => (
    { name: `select-${mode}-c${clients}`, unit: 'tps', clients, options: ['-S', '-M', mode], goal: pooled, quick: clients < 64 }))),
  { name: 'rate1000-extended-c8', unit: 'p99 ms', clients: 8, options: ['-S', '-M', 'extended', '-R', '1000'], seconds: 3, goal: { by: 'pgbouncer', most: 1.3 } },
  { name: 'tpcb-simple-c8', unit: 'tps', clients: 8, options: [], goal: pooled },
  { name: 'connect-c1', unit: 'ms', clients: 1, options: ['-S', '-C'], goal: { by: 'direct', mostMore: 1 } },
  { name: 'read-open', unit: 'MB/s', sql: ['select * from customers_open \\g /dev/null'], columns: true, own: true, goal: { by: 'direct', least: 0.85 }, quick: true },
  { name: 'read-masked', unit: 'MB/s', sql: ['select * from customers \\g /dev/null'], columns: true, own: true, goal: { by: 'direct', least: 0.7 }, quick: true },
  { name: 'bulk-select', unit: 'MB/s', sql: ['select * from customers \\g /dev/null'], quick: true },
  { name: 'copy-out', unit: 'MB/s', sql: ['\\copy customers to /dev/null'], quick: true },
  { name: 'copy-in', unit: 'MB/s', sql: ['truncate bench_in;', "\\copy bench_in from 'DATA'"], goal: { by: 'direct', least: 0.8 }, quick: true },
  { name: 'idle-c200', unit: 'KiB', idle: true, own: true, goal: { most: 64 } },
];

export function chosen({ BENCH_QUICK, BENCH_ONLY } = process.env) {
  const words = (BENCH_ONLY ?? '').split(',').filter(Boolean);
  return scenarios.filter((s) => (words.length === 0 ? BENCH_QUICK !== '1' || s.quick : words.some((w) => s.name.includes(w))));
}

export function said(goal) {
  if (!goal) return '';
  if (goal.mostMore) return `≤ ${goal.by} + ${goal.mostMore} ms`;
  if (!goal.by) return `≤ ${goal.most} KiB`;
  return goal.least ? `≥ ${goal.least} × ${goal.by}` : `≤ ${goal.most} × ${goal.by}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = chosen().map((s) => s.name);
  if (names.length === 0) {
    console.error(`./bench: no scenario contains ${process.env.BENCH_ONLY}: see ./bench --list`);
    process.exit(2);
  }
  if (process.argv[2] === '--names') console.log(names.join(','));
  else for (const s of chosen()) console.log(`${s.name.padEnd(22)} ${s.unit.padEnd(7)} ${said(s.goal)}`.trimEnd());
}
