/**
 * The processes that programs have started, and theirs. A program leads a session; whoever leaves it with setsid(2) and loses its
 * parent becomes a child of this process, which is the reaper of all its descendants (prctl(2), PR_SET_CHILD_SUBREAPER). Such a
 * process belongs to no program that runs, and is ended. So nothing outlives its program, as root or not, without a control group.
 */
import { readdirSync, readFileSync } from 'node:fs';
import * as libc from '../device/libc.ts';

/** Processes that one program may have; the limit of the system counts those of a user together. */
const FAMILY_PROCESSES_MAX = 32;
const LOOK_MS = 500;
/** Soon after a program has ended, and between rounds while there was something to end. */
const SWEEP_MS = 10;

export class ProcessFamilies {
  /** Leaders of the sessions of programs that run, with what ends one that has become a crowd. */
  readonly #leaders: Map<number, (processes: number) => void> = new Map();
  /** Programs whose end the runtime waits for: it alone may take their status. */
  readonly #awaited: Set<number> = new Set();
  readonly #ownSession: number = libc.sessionOf(0);
  #timer: NodeJS.Timeout | null = null;
  #isSoon = false;

  constructor() {
    libc.becomeReaper();
  }

  /** A program runs, and leads the session of this number; `onCrowd` is called while it has too many processes. */
  add(leader: number, onCrowd: (processes: number) => void): void {
    this.#leaders.set(leader, onCrowd);
    this.#awaited.add(leader);
    this.#schedule(LOOK_MS);
  }

  /** The program itself has exited, and the runtime has taken its status. */
  exited(leader: number): void {
    this.#awaited.delete(leader);
  }

  /** The program is over: ends its group at once, and soon every other process that it has left behind. */
  end(leader: number): void {
    this.#leaders.delete(leader);
    killQuietly(-leader);
    this.#schedule(SWEEP_MS);
  }

  /** Ends every program, and waits for nobody. */
  close(): void {
    for (const leader of this.#leaders.keys()) killQuietly(-leader);
    this.#leaders.clear();
    // What is reparented in the course of it is found in the next round.
    for (let round = 0; round < FAMILY_PROCESSES_MAX && this.#sweep(); round++);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(delayMs: number): void {
    const isSoon = delayMs === SWEEP_MS;
    if (this.#timer !== null) {
      if (this.#isSoon || !isSoon) return;
      clearTimeout(this.#timer);
    }
    this.#isSoon = isSoon;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const hasEnded = this.#sweep();
      if (!isSoon) this.#lookForCrowds();
      if (hasEnded) this.#schedule(SWEEP_MS);
      else if (this.#leaders.size > 0) this.#schedule(LOOK_MS);
    }, delayMs).unref();
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
