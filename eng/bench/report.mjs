// The table of a run's raw figures: medians over rounds, paired ratios as median (range), and which goals were reached.
import { said } from './scenarios.mjs';

const key = { tps: 'tps', 'MB/s': 'tps', 'p99 ms': 'p99', ms: 'avg', KiB: 'kib' };

function median(values) {
  const sorted = [...values].sort((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const number = (value) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(value < 10 ? 2 : 1));
const ratio = (values) => (values.length ? `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)})` : '–');

/** Whether a goal is reached; nothing when there are no figures for it. */
export function reached(goal, of, pairs) {
  if (!goal) return null;
  const against = goal.by ? pairs('hoop-on', goal.by) : of('hoop-on').map((own) => [own, null]);
  if (against.length === 0) return null;
  if (goal.mostMore) return median(against.map(([own, other]) => own - other)) <= goal.mostMore;
  const figure = median(against.map(([own, other]) => (goal.by ? own / other : own)));
  return goal.least ? figure >= goal.least : figure <= goal.most;
}

function row(scenario, rounds, labels) {
  const figure = (round, label) => round[scenario.name]?.[label]?.[key[scenario.unit]];
  const of = (label) => rounds.map((round) => figure(round, label)).filter((value) => value > 0);
  const pairs = (label, other) => rounds.map((round) => [figure(round, label), figure(round, other)]).filter(([a, b]) => a > 0 && b > 0);
  const ratios = (label, other) => ratio(pairs(label, other).map(([a, b]) => a / b));
  const cpu = (label) => rounds.map((round) => round[scenario.name]?.[label]?.cpu).filter((value) => value >= 0);
  const measured = labels.map((label) => (of(label).length ? number(median(of(label))) : '–'));
  const used = labels.slice(1).map((label) => (cpu(label).length ? median(cpu(label)).toFixed(1) : '–')).join(' / ');
  const verdict = reached(scenario.goal, of, pairs);
  return [scenario.name, scenario.unit, ...measured, ratios('haproxy', 'pgbouncer'), ratios('hoop-on', 'direct'),
    ratios('hoop-on', 'pgbouncer'), ratios('hoop-on', 'haproxy'), used, said(scenario.goal), verdict === null ? '' : verdict ? 'yes' : 'NO'];
}

const failures = (rounds, labels) => [...new Set(rounds.flatMap((round) => Object.entries(round).flatMap(([name, cells]) =>
  labels.filter((label) => typeof cells[label] === 'string').map((label) => `${name}, ${label}: ${cells[label]}`))))];

/** What the table's CPU column leaves out: the rest of Hoop works on the same machine. */
const rest = ({ services, journalMegabytes }) => (services
  ? [`\nCPU seconds in these rounds: ${Object.entries(services).filter(([, s]) => s >= 0.5).map(([name, s]) => `${name} ${Math.round(s)}`).join(', ')}. ` +
    `Journal at the end, not yet with Audit (whole segments of 16 MiB): ${Math.round(journalMegabytes)} MB.`]
  : []);

export function table(raw, scenarios, labels) {
  const rounds = raw.rounds.map((round, n) => (n === 0 ? { ...round, 'idle-c200': raw.idle } : round));
  const head = ['scenario', 'unit', ...labels, 'haproxy × pgbouncer', 'on × direct', 'on × pgbouncer', 'on × haproxy', 'CPU ms pgbouncer / haproxy / off / on', 'goal of hoop-on', 'reached'];
  const rows = [head, ...scenarios.map((scenario) => row(scenario, rounds, labels))];
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const lines = [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.slice(1).map(line)];
  const about = `${raw.date.slice(0, 16).replace('T', ' ')} UTC, ${raw.rounds.length} rounds, by ${raw.measuredBy}; load of the machine at the start: ${raw.load.split(' ')[0]}. ` +
    'Ratios: median (range) over rounds. CPU: for 1,000 transactions, for 1 MB where the unit is MB/s.';
  return [about, '', ...lines, ...rest(raw), ...failures(raw.rounds, labels).map((text) => `\nno figures: ${text}`)].join('\n') + '\n';
}
