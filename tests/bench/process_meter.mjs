// What processes cost, out of /proc: CPU time, peak memory, and how busy the rest of the machine was meanwhile.

import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';

const TICK_MS = 10; // USER_HZ is 100 on every Linux
const SAMPLE_MS = 40;
/** Memory is looked at in each so many samples: the kernel walks through all pages for it. */
const MEMORY_SAMPLES = 5;

const running = new Set();

/** spawn() of a process that endAll() ends when it has not ended by itself. */
export function startProcess(program, list, stdio) {
  const child = spawn(program, list, { stdio, detached: true }); // a group of its own, for its children
  running.add(child);
  child.on('exit', () => running.delete(child));
  return child;
}

/** Ends what runs, and its children, at once. */
export function endAll() {
  for (const child of running) {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has just ended
    }
  }
}

function readOrNull(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null; // the process has ended
  }
}

/** { parent, own, reaped }: CPU milliseconds of a process itself, and of its ended children that it waited for. */
function readStat(pid) {
  const text = readOrNull(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
  return { parent: fields[1], own: (fields[11] + fields[12]) * TICK_MS, reaped: (fields[13] + fields[14]) * TICK_MS };
}

/** The memory that a process has now, in bytes. Pages that processes share, such as libraries, are divided among them
 * (PSS), so that the sum of processes counts each page once. */
function readMemory(pid) {
  const found = /^Pss:\s+(\d+) kB/m.exec(readOrNull(`/proc/${pid}/smaps_rollup`) ?? '');
  return found ? Number(found[1]) * 1024 : 0;
}

/** CPU milliseconds that the whole machine has spent on work, its host's theft included. */
function machineBusyMs() {
  const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8').split('\n')[0]
    .replace(/^cpu\s+/, '').split(' ').map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_MS;
}

/** Follows the processes below `root` (a pid), `root` included, by looking at them many times a second. */
export class ProcessTree {
  #root;
  #parents = new Map();
  #timer;
  #samples = 0;
  /** pid → { parent, arguments, cpuMs, peak, firstMs, lastMs }: those that were seen, with the last that was seen. */
  seen = new Map();
  /** The most that a process and its children, alive at the same time, had: pid → bytes. */
  familyPeak = new Map();

  constructor(root) {
    this.#root = root;
    this.#timer = setInterval(() => this.sample(), SAMPLE_MS);
    this.sample();
  }

  stop() {
    this.sample();
    clearInterval(this.#timer);
  }

  /** What is known of ended processes is forgotten; CPU goes on to be counted from now. */
  restart() {
    this.seen.clear();
    this.familyPeak.clear();
    this.sample();
  }

  #findMembers() {
    const alive = readdirSync('/proc').filter((name) => /^\d/.test(name)).map(Number);
    const known = new Map();
    for (const pid of alive) {
      const parent = this.#parents.get(pid) ?? readStat(pid)?.parent;
      if (parent !== undefined) known.set(pid, parent);
    }
    this.#parents = known;
    const isMember = (pid) => {
      for (let at = pid; at > 1; at = known.get(at) ?? 0) if (at === this.#root) return true;
      return false;
    };
    return [...known.keys()].filter(isMember);
  }

  sample() {
    const now = performance.now();
    const families = new Map();
    const isWeighed = this.#samples++ % MEMORY_SAMPLES === 0;
    for (const pid of this.#findMembers()) {
      const stat = readStat(pid);
      if (stat === null) continue;
      const before = this.seen.get(pid);
      const memory = isWeighed ? readMemory(pid) : 0;
      // A name is read again for a while: a child that has just been forked bears its parent's.
      const name = before && now - before.firstMs > 500 ? before.arguments : this.#arguments(pid, before);
      this.seen.set(pid, { parent: stat.parent, arguments: name, cpuMs: stat.own, peak: Math.max(memory, before?.peak ?? 0),
        firstMs: before?.firstMs ?? now, lastMs: now });
      for (const head of [pid, stat.parent]) families.set(head, (families.get(head) ?? 0) + memory);
    }
    for (const [pid, bytes] of families) this.familyPeak.set(pid, Math.max(bytes, this.familyPeak.get(pid) ?? 0));
  }

  #arguments(pid, before) {
    const text = readOrNull(`/proc/${pid}/cmdline`);
    return text ? text.split('\0').slice(0, -1) : (before?.arguments ?? []);
  }

  /** Exact CPU milliseconds of the tree up to now, once its short-lived members have been waited for. */
  totalCpuMs() {
    let total = 0;
    for (const pid of this.#findMembers()) {
      const stat = readStat(pid);
      if (stat) total += stat.own + stat.reaped;
    }
    return total;
  }
}

/** How much of the machine others used while `ownCpuMs` was spent here: a share of all cores, 0 to 1. */
export class MachineWatch {
  #startMs = performance.now();
  #startBusyMs = machineBusyMs();

  othersShare(ownCpuMs) {
    const available = (performance.now() - this.#startMs) * cpus().length;
    return Math.max(0, machineBusyMs() - this.#startBusyMs - ownCpuMs) / available;
  }
}

/** Runs a program to its end: { wallMs, cpuMs, peak, others }. CPU is that of the program and all it waited for. */
export async function runMeasured(command, { nice = 0 } = {}) {
  // The shell's own clock of children: getrusage() to the millisecond.
  const script = 'TIMEFORMAT="%3U %3S"; exec 3>&2; { time nice -n "$0" "$@" >/dev/null 2>&3 3>&-; } 2>&1';
  const watch = new MachineWatch();
  const start = performance.now();
  const shell = startProcess('bash', ['-c', script, String(nice), ...command], ['ignore', 'pipe', 'inherit']);
  const tree = new ProcessTree(shell.pid);
  let times = '';
  shell.stdout.on('data', (data) => (times += data));
  const status = await new Promise((resolve) => shell.on('close', resolve));
  const wallMs = performance.now() - start;
  tree.stop();
  if (status !== 0) throw new Error(`${command.slice(0, 8).join(' ')} ...: exit status ${status}`);
  const cpuMs = times.trim().split(/\s+/).reduce((sum, seconds) => sum + Number(seconds) * 1000, 0);
  const peak = Math.max(...[...tree.seen.values()].map((process) => process.peak));
  return { wallMs, cpuMs, peak, others: watch.othersShare(cpuMs) };
}

export const machineLine = () =>
  `${cpus().length} cores (${cpus()[0].model.trim()}), load ${loadavg().map((load) => load.toFixed(1)).join(' ')}`;
