/**
 * The demonstration: a sensor in a process of its own on a link in memory, hosts that scan it, and responses whose owner is
 * made up. Everything lies in one temporary directory, and the studio reads it as it reads a real sensor.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from '@wormwood/defense';
import {
  answerAndAct,
  generateKeys,
  nowSeconds,
  readKey,
  ResponseState,
  signOctets,
} from '@wormwood/responder';

/** A demonstration that runs. */
export interface Demo {
  readonly feeds: {
    readonly events: string;
    readonly control: string;
    readonly state: string;
    readonly capture: string;
  };
  /** Answers verdicts with proposals, as `respond run` does. */
  propose(verdicts: readonly Verdict[]): void;
  close(): Promise<void>;
}

const PROGRAM = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/server/demo/demo-sensor.js' : './demo-sensor.js',
  import.meta.url,
);

const DAY_SECONDS = 86_400;

/** The made-up owner allows two things about the hosts that scan: a block that needs approval, and one that does not. */
function scopeText(): string {
  const expires = new Date((nowSeconds() + 30 * DAY_SECONDS) * 1000).toISOString().slice(0, 10);
  return `version: 1
owner: Example University
contact: noc@example.org
expires: ${expires}
prefixes: [192.0.2.0/24, 198.51.100.0/24]
addressesMax: 512
protected: [192.0.2.1]
actions:
  - {action: block, actuator: perimeter, ttl: 1h, approval: required}
verdictAgeMax: 1h
`;
}

const RESPOND_TEXT = `version: 1
sensor: demo
actuators:
  - {kind: feed, name: perimeter}
`;

/** Starts the sensor and sets the state up below `directory`. */
export function startDemo(directory: string, onTrouble: (sentence: string) => void): Demo {
  const feeds = {
    events: join(directory, 'events.jsonl'),
    control: join(directory, 'sensor.sock'),
    state: join(directory, 'respond'),
    capture: join(directory, 'captures'),
  };
  writeFileSync(feeds.events, '', { mode: 0o600 });
  setUpState(feeds.state);
  const child = fork(PROGRAM, [JSON.stringify(feeds)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let isClosing = false;
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-1000)));
  child.on('exit', () => {
    if (!isClosing) onTrouble(`The sensor of the demonstration has ended. ${said.trim()}`);
  });
  const state = new ResponseState(feeds.state);
  let work: Promise<void> = Promise.resolve();
  return {
    feeds,
    propose(verdicts) {
      work = work.then(() => proposed(state, verdicts)).catch((error: unknown) => onTrouble(String(error)));
    },
    async close() {
      isClosing = true;
      await ended(child);
      await work;
      await state.close();
    },
  };
}

async function proposed(state: ResponseState, verdicts: readonly Verdict[]): Promise<void> {
  const { responder } = await state.open('act');
  await state.whileActing(() => answerAndAct(responder, verdicts));
}

function setUpState(state: string): void {
  mkdirSync(join(state, 'trusted'), { recursive: true, mode: 0o700 });
  const { privateKey, publicKey } = generateKeys();
  const key = readKey('private', privateKey);
  if (key === undefined) throw new Error('a key that was just made can be read');
  const scope = scopeText();
  const write = (name: string, text: string): void => writeFileSync(join(state, name), text, { mode: 0o600 });
  write(join('trusted', 'demo-owner.pub'), publicKey);
  write('respond.yaml', RESPOND_TEXT);
  write('scope.yaml', scope);
  write('scope.yaml.sig', signOctets(Buffer.from(scope), key));
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
