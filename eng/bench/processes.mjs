// CPU and memory of processes, from /proc.
import { readFileSync, readdirSync } from 'node:fs';

/** utime, stime and those of children that have ended, in ticks of 10 ms; the parent. Nothing when it has ended. */
function stat(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ').map(Number);
    return { parent: fields[1], own: fields[11] + fields[12], ended: fields[13] + fields[14] };
  } catch {
    return null;
  }
}

/** CPU milliseconds that a process has used. */
export const cpuOf = (pid) => (stat(pid)?.own ?? 0) * 10;

/** CPU seconds of each process with all its descendants, by name. */
export function cpuOfTrees(pids) {
  const all = new Map(readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((name) => [Number(name), stat(name)]).filter(([, s]) => s));
  const of = (pid) => (all.has(pid) ? all.get(pid).own + all.get(pid).ended : 0) +
    [...all].filter(([, s]) => s.parent === pid).reduce((sum, [child]) => sum + of(child), 0);
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, of(pid) / 100]));
}

/** KiB of a process' own memory, without the files that it maps. */
export const memoryOf = (pid) => Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
