/** A state directory as an owner sets it up, a command of the owner that keeps a record, and verdicts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { AuditEntry, AuditReading } from '@wormwood/defense';
import { generateKeys, readKey, ResponseState, signOctets } from '@wormwood/responder';
import { type Ended, type SpawnOptions, wormwood } from '../spawn-test-support.ts';

export const SCOPE: string = `
version: 1
owner: Example University
contact: noc@example.org
expires: ${new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)}
prefixes: [10.20.0.0/16]
addressesMax: 65536
protected: [10.20.0.1, 10.20.53.0/24]
actions:
  - {action: block, actuator: perimeter, ttl: 1h, approval: automatic}
  - {action: quarantine, actuator: nac, ttl: 2h}
`;

/** The same with an owner's command that needs no approval. */
export const AUTOMATIC_SCOPE: string = SCOPE.replace('ttl: 2h}', 'ttl: 2h, approval: automatic}');

/**
 * What an owner's command must be: asked by `status`, it reports whether an act is in force. Called twice it acts twice, and
 * writes both down, so that a doubled act shows as well as a lost one. Half of its time passes before it acts.
 */
function commandText(directory: string, seconds: number): string {
  const inForce = join(directory, 'in-force');
  const record = join(directory, 'record');
  return `#!/bin/sh
case "$1" in
  apply) sleep ${seconds / 2}; echo "apply $2 $3 $4" >> '${record}'; mkdir -p '${inForce}'/"$2"; sleep ${seconds / 2};;
  release) sleep ${seconds / 2}; echo "release $2 $3 $4" >> '${record}'; rmdir '${inForce}'/"$2"; sleep ${seconds / 2};;
  status) test -d '${inForce}'/"$2";;
esac
`;
}

/** Every entry of the log of a state, and whether its chain is whole. */
export async function logOf(
  state: string,
): Promise<{ readonly entries: readonly AuditEntry[]; readonly reading: AuditReading }> {
  const entries: AuditEntry[] = [];
  const reading = await new ResponseState(state).readLog((entry) => void entries.push(entry));
  return { entries, reading };
}

export interface World {
  readonly directory: string;
  readonly state: string;
  /** Runs `wormwood respond ARGS` on the state. */
  respond(args: readonly string[], options?: SpawnOptions): Promise<Ended>;
  /** Starts `wormwood respond ARGS` on the state and does not wait for its end. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Started;
  /** What the owner's command changed, in order: `apply KEY ADDRESS ACTION`. */
  record(): readonly string[];
  writeScope(text: string): void;
  writeVerdicts(sources: readonly string[], fields?: Readonly<Record<string, unknown>>): string;
}

export interface Started {
  readonly process: ChildProcess;
  /** Writes to its standard input. */
  write(text: string): void;
  /** Settles once `found` finds something on standard output. */
  printed(found: RegExp): Promise<RegExpExecArray>;
  /** Settles once `found` finds something on standard error. */
  warned(found: RegExp): Promise<RegExpExecArray>;
  /** Sends the signal and returns the exit code, or null if the signal ended it. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

const program = fileURLToPath(new URL('../../bin/wormwood.js', import.meta.url));

function started(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: 'pipe',
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const closed = once(child, 'close') as Promise<[number | null]>;
  return {
    process: child,
    write: (written) => void child.stdin.write(written),
    printed: finderIn(child.stdout),
    warned: finderIn(child.stderr),
    async stop(signal) {
      child.kill(signal);
      return (await closed)[0];
    },
  };
}

/** Returns what waits until something is found in what the stream has brought. */
function finderIn(stream: Readable): (found: RegExp) => Promise<RegExpExecArray> {
  let text = '';
  stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  return async (found) => {
    for (;;) {
      const match = found.exec(text);
      if (match !== null) return match;
      await once(stream, 'data');
    }
  };
}

/** Settles once `holds` does; the time limit of the test is the only one. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Makes the state below `directory`; the scope is signed with a key that is trusted. */
export function makeWorld(directory: string, scope: string = SCOPE, commandSeconds: number = 0): World {
  const state = join(directory, 'state');
  mkdirSync(join(state, 'trusted'), { recursive: true });
  const command = join(directory, 'nac');
  writeFileSync(command, commandText(directory, commandSeconds));
  chmodSync(command, 0o755);
  const keys = generateKeys();
  writeFileSync(join(state, 'trusted', 'owner.pub'), keys.publicKey);
  const actuators = `
version: 1
sensor: dmz-1
actuators:
  - {kind: feed, name: perimeter}
  - {kind: command, name: nac, program: ${command}}
`;
  writeFileSync(join(state, 'respond.yaml'), actuators);
  const key = readKey('private', keys.privateKey);
  if (key === undefined) throw new Error('a key that was just made can be read');
  const world: World = {
    directory,
    state,
    respond: (args, options) => wormwood(['respond', ...args, '--state', state], options),
    start: (args, env) => started(['respond', ...args, '--state', state], env),
    record() {
      try {
        return readFileSync(join(directory, 'record'), 'utf8').trim().split('\n');
      } catch {
        // Nothing was ever done.
        return [];
      }
    },
    writeScope(text) {
      writeFileSync(join(state, 'scope.yaml'), text);
      writeFileSync(join(state, 'scope.yaml.sig'), signOctets(Buffer.from(text), key));
    },
    writeVerdicts(sources, fields = {}) {
      const path = join(directory, 'verdicts.json');
      writeFileSync(path, JSON.stringify({ verdicts: sources.map((each) => verdictOn(each, fields)) }));
      return path;
    },
  };
  world.writeScope(scope);
  return world;
}

/** A verdict on completed handshakes, as `wormwood detect` prints it. */
export function verdictOn(source: string, fields: Readonly<Record<string, unknown>> = {}): unknown {
  const timeSeconds = Date.now() / 1000;
  return {
    id: `verdict-${source}`,
    source,
    timeSeconds,
    sinceSeconds: timeSeconds - 20,
    protocol: 'tcp',
    port: 445,
    signature: null,
    kind: 'infected',
    proof: 'payload',
    known: null,
    expiresSeconds: 4_000_000_000,
    contactsPerSecond: { estimate: 0.2, low: 0.1, high: 0.4 },
    scanRatePerSecond: { estimate: 50, low: 31, high: 76 },
    falsePositiveRate: 1e-4,
    missRate: 0.01,
    unforgeable: true,
    linkAddress: null,
    forgeableReasons: [],
    caution: null,
    evidence: [
      { detector: 'walk', text: '6 completed handshakes', forgeable: false, figures: { handshakes: 6 } },
    ],
    ...fields,
  };
}
