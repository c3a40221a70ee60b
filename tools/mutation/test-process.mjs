/** A process that runs tests, stays warm, and ends in time. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** @typedef {{ files: string[], replaced: { file: string, text: string } | null, timeoutSeconds: number }} Request */
/** @typedef {{ passed: boolean, milliseconds: Record<string, number>, isLate?: boolean }} Answer */

const STARTING_SECONDS = 120;

/** A process that runs tests; after a run that does not end, or that ends it, a new one takes its place. */
export class WarmTests {
  #root;
  #sources;
  #environment;
  /** @type {import('node:child_process').ChildProcess | null} */
  #child = null;

  /** @param {string} root @param {readonly string[]} [sources] @param {NodeJS.ProcessEnv} [environment] */
  constructor(root, sources = [], environment = {}) {
    this.#root = root;
    this.#sources = sources;
    this.#environment = environment;
  }

  /** @param {Request} request @returns {Promise<Answer>} */
  async run({ timeoutSeconds, ...request }) {
    const child = this.#child ?? (await this.#start());
    child.send(request);
    return this.#answer(child, timeoutSeconds);
  }

  end() {
    if (this.#child?.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    this.#child = null;
  }

  async #start() {
    const words = [join(import.meta.dirname, 'warm-tests.mjs'), this.#root, ...this.#sources];
    // A group of its own, so that the workers of a hanging run end with it.
    const child = spawn(process.execPath, ['--max-old-space-size=2048', ...words], {
      cwd: this.#root,
      env: { ...process.env, NODE_ENV: 'test', ...this.#environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      detached: true,
    });
    this.#child = child;
    child.once('exit', () => {
      if (this.#child === child) this.#child = null;
    });
    const ready = await this.#answer(child, STARTING_SECONDS);
    if (!ready.passed) throw new Error('The tests cannot be started.');
    return child;
  }

  /** @param {import('node:child_process').ChildProcess} child @param {number} seconds @returns {Promise<Answer>} */
  #answer(child, seconds) {
    return new Promise((done) => {
      /** @param {Answer} answer */
      const finish = (answer) => {
        clearTimeout(timer);
        child.removeAllListeners('message');
        child.off('exit', ended);
        done(answer);
      };
      const ended = () => finish({ passed: false, milliseconds: {} });
      const timer = setTimeout(() => {
        this.end();
        finish({ passed: false, milliseconds: {}, isLate: true });
      }, seconds * 1000);
      child.once('message', (/** @type {any} */ answer) => finish(answer));
      child.once('exit', ended);
    });
  }
}
