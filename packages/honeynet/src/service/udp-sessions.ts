/**
 * Scripts behind UDP ports: one program for each pair of addresses and ports, ended a minute after the last datagram
 * (docs/honeynet.md#what-a-script-sees). Each datagram is one write; each chunk of output is one answer.
 */
import type { UdpDatagram } from '@wormwood/netstack';
import type { RunningProcess } from './process-spawner.ts';
import type { StartOther } from './stream-bridge.ts';
import type { Schedule } from './tarpit.ts';

const IDLE_SECONDS = 60;
const SESSIONS_MAX = 1024;

/** What serves a session. */
export interface Program {
  readonly start: StartOther;
  /** Told why nothing serves it. */
  readonly fail: (reason: string) => void;
}

interface UdpSession {
  process: RunningProcess | null;
  reply: (payload: Uint8Array) => void;
  cancel: () => void;
  /** The program reads too slowly; datagrams are dropped until it has caught up. */
  isFull: boolean;
}

export class UdpSessions {
  readonly #schedule: Schedule;
  readonly #sessions: Map<string, UdpSession> = new Map();

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  /** Hands a datagram to the program of its session, started when there is none. */
  deliver(datagram: UdpDatagram, reply: (payload: Uint8Array) => void, program: Program): void {
    const { localAddress, localPort, remoteAddress, remotePort } = datagram;
    const key = `${localAddress}:${localPort} ${remoteAddress}:${remotePort}`;
    const session = this.#sessions.get(key) ?? this.#open(key, program);
    if (session === null) return;
    // Answers count against the latest datagram.
    session.reply = reply;
    session.cancel();
    session.cancel = this.#schedule(IDLE_SECONDS, () => this.#end(key, session));
    if (!session.isFull) session.isFull = session.process?.write(datagram.payload) === false;
  }

  close(): void {
    for (const [key, session] of this.#sessions) this.#end(key, session);
  }

  #open(key: string, { start, fail }: Program): UdpSession | null {
    if (this.#sessions.size >= SESSIONS_MAX) {
      fail('too many scripts serve datagrams; this one was not started');
      return null;
    }
    let hasAnswered = false;
    const session: UdpSession = {
      process: null,
      reply: () => undefined,
      cancel: () => undefined,
      isFull: false,
    };
    this.#sessions.set(key, session);
    session.process = start({
      output: (octets) => {
        hasAnswered = true;
        session.reply(octets);
      },
      message: () => undefined,
      drained: () => (session.isFull = false),
      exited: (reason) => {
        if (reason !== null && !hasAnswered && this.#sessions.get(key) === session) fail(reason);
        this.#end(key, session);
      },
    });
    if (session.process === null) {
      fail('too many scripts run; this one was not started');
      this.#end(key, session);
    }
    return this.#sessions.get(key) ?? null;
  }

  /** A program that was killed exits later, when the same ends may have another session. */
  #end(key: string, session: UdpSession): void {
    if (this.#sessions.get(key) !== session) return;
    this.#sessions.delete(key);
    session.cancel();
    session.process?.kill();
  }
}
