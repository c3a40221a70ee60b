/** A running sensor, asked through its control socket: its state every two seconds, its hosts when a page wants them. */
import { appendFileSync, statSync, truncateSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { errorCode, systemReason } from '@wormwood/base';
import type { SensorExplanation, SensorHosts, SensorStatus, SensorTopology } from '@wormwood/sensor';
import { statusChecks } from '@wormwood/sensor/status-checks';
import type { SensorState } from '../interface/answers.ts';
import { Refusal } from '../sentence.ts';

const POLL_MS = 2000;
const ANSWER_MS_MAX = 5000;
const ANSWER_OCTETS_MAX = 64 << 20;
const RETRY_MS = 1000;
/** A recording that grows beyond this begins anew. */
const RECORDING_OCTETS_MAX = 256 << 20;

export class SensorLink {
  readonly #socketPath: string;
  readonly #timer: NodeJS.Timeout;
  #state: SensorState;
  #polled: { readonly frames: number; readonly atMs: number } | null = null;
  #isClosed = false;
  #followed: IncomingMessage | null = null;

  /** `recording`: a file to append its events to, where it writes none that can be followed; null: none. */
  constructor(socketPath: string, recording: string | null) {
    this.#socketPath = socketPath;
    this.#state = {
      connected: false,
      sinceSeconds: Date.now() / 1000,
      failure: 'It has not answered yet.',
      status: null,
      checks: [],
      framesPerSecond: null,
    };
    this.#timer = setInterval(() => void this.#poll(), POLL_MS);
    void this.#poll();
    if (recording !== null) void this.#record(recording);
  }

  get state(): SensorState {
    return this.#state;
  }

  hosts(): Promise<SensorHosts> {
    return this.#ask('/hosts') as Promise<SensorHosts>;
  }

  topology(): Promise<SensorTopology> {
    return this.#ask('/topology') as Promise<SensorTopology>;
  }

  explain(address: string): Promise<SensorExplanation> {
    return this.#ask(`/explain?address=${encodeURIComponent(address)}`) as Promise<SensorExplanation>;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#followed?.destroy();
  }

  async #poll(): Promise<void> {
    const nowSeconds = Date.now() / 1000;
    const before = this.#state;
    try {
      const status = (await this.#ask('/status')) as SensorStatus;
      const atMs = performance.now();
      const last = this.#polled;
      this.#polled = { frames: status.frames, atMs };
      this.#state = {
        connected: true,
        sinceSeconds: before.connected ? before.sinceSeconds : nowSeconds,
        failure: null,
        status,
        checks: statusChecks(status),
        framesPerSecond:
          last === null ? null : Math.max(0, ((status.frames - last.frames) * 1000) / (atMs - last.atMs)),
      };
    } catch (error) {
      this.#polled = null;
      this.#state = {
        ...before,
        connected: false,
        sinceSeconds: before.connected ? nowSeconds : before.sinceSeconds,
        failure: error instanceof Error ? error.message : String(error),
        framesPerSecond: null,
      };
    }
  }

  async #ask(path: string): Promise<unknown> {
    const text = await this.#textOf(await this.#open(path));
    try {
      return JSON.parse(text);
    } catch {
      // The language reports malformed JSON by throwing.
      throw new Refusal(
        503,
        `The program that listens at ${this.#socketPath} is not a sensor: its answer is not JSON.`,
      );
    }
  }

  async #textOf(answer: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of answer) {
        length += (chunk as Buffer).length;
        if (length > ANSWER_OCTETS_MAX)
          throw new Refusal(503, 'The answer of the sensor does not end; is it a sensor?');
        chunks.push(chunk as Buffer);
      }
    } catch (error) {
      // The sensor ended in the middle of its answer.
      throw error instanceof Refusal ? error : new Refusal(503, this.#sentenceOf(error));
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  #open(path: string, timeout = ANSWER_MS_MAX): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath: this.#socketPath, path, timeout }, (response) => {
        if (response.statusCode === 200) return resolve(response);
        response.resume();
        const sentence = `The sensor answered ${path.split('?')[0]} with status ${response.statusCode}; is it of this version?`;
        return reject(new Refusal(503, sentence));
      });
      asked.on('timeout', () => asked.destroy(new Error('it does not answer')));
      asked.on('error', (error) => reject(new Refusal(503, this.#sentenceOf(error))));
      asked.end();
    });
  }

  #sentenceOf(error: unknown): string {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ECONNREFUSED')
      return `No sensor listens at ${this.#socketPath}; \`wormwood net up\` starts one.`;
    const reason = code === undefined && error instanceof Error ? error.message : systemReason(error);
    return `The sensor at ${this.#socketPath} cannot be asked: ${reason}.`;
  }

  /** Appends each event to the file, and connects again whenever the sensor goes and comes. */
  async #record(path: string): Promise<void> {
    while (!this.#isClosed) {
      try {
        const answer = await this.#open('/events', 0);
        this.#followed = answer;
        for await (const chunk of answer) {
          if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > RECORDING_OCTETS_MAX)
            truncateSync(path);
          appendFileSync(path, chunk as Buffer);
        }
      } catch {
        // The state says that the sensor does not answer.
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
    }
  }
}
