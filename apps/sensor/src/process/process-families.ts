/**
 * The processes that programs have started, and theirs. A program leads a session; whoever leaves it with setsid(2) and loses its
 * parent becomes a child of this process, which is the reaper of all its descendants (prctl(2), PR_SET_CHILD_SUBREAPER). Such a
 * process belongs to no program that runs, and is ended. So nothing outlives its program, as root or not, without a control
 * group.
 */
import { readdirSync, readFileSync } from 'node:fs';
import * as libc from '../device/libc.ts';

/** Processes that one program may have; the limit of the system counts those of a user together. */
const FAMILY_PROCESSES_MAX = 32;
const LOOK_MS = 500;
/** After a program has ended; each round that finds nothing doubles it. */
const SWEEP_MS = 10;
const QUIET_ROUNDS = 7;

export class ProcessFamilies {
  /** Leaders of the sessions of programs that run, with what ends one that has become a crowd. */
  readonly #leaders: Map<number, (processes: number) => void> = new Map();
  /** Programs whose end the runtime waits for: it alone may take their status. */
  readonly #awaited: Set<number> = new Set();
  readonly #ownSession: number = libc.sessionOf(0);
  #lookTimer: NodeJS.Timeout | null = null;
  #sweepTimer: NodeJS.Timeout | null = null;
  #quietRounds = 0;

  constructor() {
    libc.becomeReaper();
  }

  /** A program runs, and leads the session of this number; `onCrowd` is called while it has too many processes. */
  add(leader: number, onCrowd: (processes: number) => void): void {
    this.#leaders.set(leader, onCrowd);
    this.#awaited.add(leader);
    this.#lookTimer ??= setTimeout(() => this.#look(), LOOK_MS).unref();
  }

  /** The program itself has exited, and the runtime has taken its status. */
  exited(leader: number): void {
    this.#awaited.delete(leader);
    this.#sweepSoon();
  }

  /** The program is over: ends its group at once, and soon every other process that it has left behind. */
  end(leader: number): void {
    this.#leaders.delete(leader);
    killQuietly(-leader);
    this.#sweepSoon();
  }

  /** Ends every program, and waits for nobody. */
  close(): void {
    for (const leader of this.#leaders.keys()) killQuietly(-leader);
    this.#leaders.clear();
    // What is reparented in the course of it is found in the next round.
    for (let round = 0; round < FAMILY_PROCESSES_MAX && this.#sweep(); round++);
    for (const timer of [this.#lookTimer, this.#sweepTimer]) if (timer !== null) clearTimeout(timer);
    this.#lookTimer = null;
    this.#sweepTimer = null;
  }

  #sweepSoon(): void {
    this.#quietRounds = 0;
    if (this.#sweepTimer !== null) clearTimeout(this.#sweepTimer);
    this.#sweepTimer = setTimeout(() => this.#sweepAgain(), SWEEP_MS).unref();
  }

  /** Whoever is killed dies a little later, and only then loses its children: several rounds must find nobody. */
  #sweepAgain(): void {
    this.#quietRounds = this.#sweep() ? 0 : this.#quietRounds + 1;
    this.#sweepTimer =
      this.#quietRounds >= QUIET_ROUNDS
        ? null
        : setTimeout(() => this.#sweepAgain(), SWEEP_MS * 2 ** this.#quietRounds).unref();
  }

  #look(): void {
    this.#sweep();
    this.#lookForCrowds();
    this.#lookTimer = this.#leaders.size > 0 ? setTimeout(() => this.#look(), LOOK_MS).unref() : null;
  }

  /** Ends orphans that belong to no program; returns whether there were any. */
  #sweep(): boolean {
    let found = false;
    for (const child of childrenOf(process.pid)) {
      if (this.#awaited.has(child)) continue;
      const session = libc.sessionOf(child);
      // What this process has started for itself stays in its session.
      if (session === this.#ownSession) continue;
      if (!this.#leaders.has(session)) {
        killQuietly(child);
        found = true;
      }
      // Nobody else buries an orphan.
      libc.reap(child);
    }
    return found;
  }

  #lookForCrowds(): void {
    if (this.#leaders.size === 0) return;
    const children = allChildren();
    for (const [leader, onCrowd] of this.#leaders) {
      const size = familySize(leader, children);
      if (size > FAMILY_PROCESSES_MAX) onCrowd(size);
    }
  }
}

/** The children of a process (proc(5), children); the kernel gives orphans to the reaper's first thread. */
function childrenOf(process: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${process}/task/${process}/children`, 'utf8');
    return text.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** The children of every process of this machine, by their parent (proc(5), stat). */
function allChildren(): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    const others = children.get(parent);
    if (others === undefined) children.set(parent, [Number(name)]);
    else others.push(Number(name));
  }
  return children;
}

function parentOf(process: string): number {
  try {
    const stat = readFileSync(`/proc/${process}/stat`, 'utf8');
    // The name stands in parentheses and may hold some itself.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? -1);
  } catch {
    // It has ended in the meantime.
    return -1;
  }
}

function familySize(leader: number, children: ReadonlyMap<number, readonly number[]>): number {
  let size = 0;
  const waiting = [leader];
  for (let process = waiting.pop(); process !== undefined; process = waiting.pop()) {
    size++;
    waiting.push(...(children.get(process) ?? []));
  }
  return size;
}

function killQuietly(process_: number): void {
  try {
    process.kill(process_, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
