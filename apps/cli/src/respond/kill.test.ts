// Killed with SIGKILL at any moment, a responder that is started again neither loses nor doubles an act.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { randomStreams } from '@wormwood/base';
import { formatIp } from '@wormwood/wire';
import { type AuditEntry, checkAudit } from '@wormwood/defense';
import { describe, expect, it } from 'vitest';
import { logOf, makeWorld, SCOPE, until } from './respond-test-support.ts';
import { inTemporaryDirectory } from '../spawn-test-support.ts';

const KILLS = Number(process.env['WORMWOOD_KILLS'] ?? '10');
const SEED = process.env['WORMWOOD_SEED'] ?? String(Date.now() % 1_000_000);
/** Of one act: long enough that kills hit it before, in the middle and after. */
const COMMAND_SECONDS = 0.04;
/** Longer than a start, half of it before it acts. */
const SLOW_COMMAND_SECONDS = 3;
const HOSTS_A_START = 3;
/** The rate is not a limit here. */
const QUICK_SCOPE = `${SCOPE.replace(/actions:[^]*/, '')}
actions:
  - {action: quarantine, actuator: nac, ttl: 1h, approval: automatic}
actionsPerMinute: 600
activeActionsMax: 1000
`;

/** Acts end while kills go on. */
const JUMP_SECONDS = 40 * 86_400;
/** In force wherever the clock jumps to: a scope that has expired once stays so, and nothing more would be begun. */
const SHORT_SCOPE = QUICK_SCOPE.replace('ttl: 1h', 'ttl: 10s').replace(
  /expires: .*/,
  `expires: ${new Date(Date.now() + 2000 * JUMP_SECONDS).toISOString().slice(0, 10)}`,
);
/** Longer than the start of the program, so that kills hit all that it does. */
const KILL_WITHIN_MILLISECONDS = 2500;
const TIMEOUT_MILLISECONDS: number = 60_000 + 5000 * KILLS;

type Done = Extract<AuditEntry, { event: 'response.done' }>;

function textOf(path: string): string {
  return sizeOf(path) === 0 ? '' : readFileSync(path, 'utf8');
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

describe('a responder', () => {
  it(
    `that is killed ${KILLS} times (WORMWOOD_SEED=${SEED}) does every act once and ends it once`,
    { timeout: TIMEOUT_MILLISECONDS },
    async () => {
      const random = randomStreams(SEED).stream('respond/kill');
      await inTemporaryDirectory(async (directory) => {
        const world = makeWorld(directory, QUICK_SCOPE, COMMAND_SECONDS);
        const log = join(world.state, 'audit.jsonl');
        const startAndKill = async (args: readonly string[]): Promise<void> => {
          const before = sizeOf(log);
          const responder = world.start(args);
          while (sizeOf(log) === before && responder.process.exitCode === null) await delay(1);
          await delay(random.nextDouble() * 1000 * (HOSTS_A_START + 2) * COMMAND_SECONDS);
          await responder.stop('SIGKILL');
        };
        const hosts: string[] = [];
        const beginnings = Math.ceil(KILLS / 2);
        for (let kill = 0; kill < beginnings; kill++) {
          // Verdicts that were answered are answered no second time, so that each start may be given all of them.
          for (let i = 0; i < HOSTS_A_START; i++) hosts.push(`10.20.${kill}.${i + 2}`);
          await startAndKill(['propose', world.writeVerdicts(hosts), '--act']);
        }
        expect((await world.respond(['propose', world.writeVerdicts(hosts), '--act'])).code).toBe(0);
        unlinkSync(join(world.state, 'scope.yaml'));
        for (let kill = beginnings; kill < KILLS; kill++) await startAndKill(['run', '--act', '--once']);
        expect((await world.respond(['run', '--act', '--once'])).code).toBe(0);

        const { entries, reading } = await logOf(world.state);
        expect(reading).toMatchObject({ ok: true, torn: false });
        expect(checkAudit(entries)).toEqual({
          faults: [],
          open: [],
          applied: hosts.length,
          released: hosts.length,
        });
        // What the log says is what was really done: each act once, each end once, none for another host.
        const done = entries.filter((entry): entry is Done => entry.event === 'response.done');
        const expected = done.map(({ step, key, source }) => `${step} ${key} ${formatIp(source)} quarantine`);
        expect(world.record().toSorted()).toEqual(expected.toSorted());
        expect(new Set(expected).size).toBe(2 * hosts.length);
        const interrupted = done.filter(({ found }) => found).length;
        console.log(`${KILLS} kills; ${interrupted} of ${done.length} steps were found done after one`);
      });
    },
  );

  it('that is killed while its command is at work is not followed by another before that has ended', async () => {
    await inTemporaryDirectory(async (directory) => {
      const world = makeWorld(directory, QUICK_SCOPE, SLOW_COMMAND_SECONDS);
      const file = world.writeVerdicts(['10.20.7.9']);
      const responder = world.start(['propose', file, '--act']);
      await until(() => /response\.begin/.test(textOf(join(world.state, 'audit.jsonl'))));
      await delay(100);
      await responder.stop('SIGKILL');
      // The command has not acted yet, so a status request at this moment would report nothing in force.
      expect(world.record()).toEqual([]);
      expect((await world.respond(['propose', file, '--act'])).code).toBe(0);
      expect(world.record()).toHaveLength(1);
      const { entries } = await logOf(world.state);
      expect(entries.at(-1)).toMatchObject({ event: 'response.done', found: true });
    });
  });
});

/** What happens beside the kills: the clock of the wall jumps, and the disk fills up. */
class Weather {
  readonly environment: Readonly<Record<string, string>>;
  readonly #skewFile: string;
  readonly #filler: string;
  skewSeconds = 0;
  isFull = false;

  constructor(directory: string, state: string) {
    this.#skewFile = join(directory, 'skew');
    this.#filler = join(state, 'filler');
    const preload = join(directory, 'skewed-clock.mjs');
    writeFileSync(
      preload,
      `import { readFileSync } from 'node:fs';
      const now = Date.now;
      Date.now = () => now() + 1000 * Number(readFileSync(${JSON.stringify(this.#skewFile)}, 'utf8'));`,
    );
    this.environment = { NODE_OPTIONS: `--import=${preload}` };
    this.setSkew(0);
  }

  setSkew(seconds: number): void {
    this.skewSeconds = seconds;
    // Replaced as a whole: somebody reads it at this moment.
    writeFileSync(`${this.#skewFile}.new`, String(seconds));
    renameSync(`${this.#skewFile}.new`, this.#skewFile);
  }

  fill(): void {
    spawnSync('dd', ['if=/dev/zero', `of=${this.#filler}`, 'bs=4k']);
    this.isFull = true;
  }

  relieve(): void {
    rmSync(this.#filler, { force: true });
    this.isFull = false;
  }
}

const diskReason =
  process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0
    ? undefined
    : 'no right to mount a small disk';
if (diskReason !== undefined) {
  if (process.env['WORMWOOD_REQUIRE_ALL'] === '1') throw new Error(diskReason);
  console.log(`kills on a full disk are not tested: ${diskReason}`);
}

describe.skipIf(diskReason !== undefined)('a responder on a small disk, with a clock that is set', () => {
  it(
    `that is killed ${KILLS} times (WORMWOOD_SEED=${SEED}) loses and doubles nothing, and ends everything`,
    { timeout: TIMEOUT_MILLISECONDS },
    async () => {
      const random = randomStreams(SEED).stream('respond/kill-weather');
      await inTemporaryDirectory(async (directory) => {
        const state = join(directory, 'state');
        mkdirSync(state, { mode: 0o700 });
        spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=700', 'none', state]);
        try {
          const world = makeWorld(directory, SHORT_SCOPE, COMMAND_SECONDS);
          const weather = new Weather(directory, state);
          const env = weather.environment;
          let [jumps, fills] = [0, 0];
          for (let kill = 0; kill < KILLS; kill++) {
            if (random.nextDouble() < 0.25 && ++jumps > 0)
              weather.setSkew([-JUMP_SECONDS, 0, JUMP_SECONDS][Math.floor(3 * random.nextDouble())] ?? 0);
            if (random.nextDouble() < 0.2) {
              if (weather.isFull) weather.relieve();
              else if (++fills > 0) weather.fill();
            }
            const hosts = Array.from({ length: HOSTS_A_START }, (_, i) => `10.20.${kill}.${i + 2}`);
            const timeSeconds = Date.now() / 1000 + weather.skewSeconds;
            const file = world.writeVerdicts(hosts, { timeSeconds, sinceSeconds: timeSeconds - 20 });
            const isRun = random.nextDouble() < 0.3;
            const responder = world.start(
              isRun ? ['run', '--act', '--once'] : ['propose', file, '--act'],
              env,
            );
            await Promise.race([
              delay(random.nextDouble() * KILL_WITHIN_MILLISECONDS),
              once(responder.process, 'exit'),
            ]);
            await responder.stop('SIGKILL');
          }
          weather.relieve();
          weather.setSkew(0);
          // However early the kills came, one act at least is begun.
          const timeSeconds = Date.now() / 1000;
          const last = world.writeVerdicts([`10.20.${KILLS}.2`], {
            timeSeconds,
            sinceSeconds: timeSeconds - 20,
          });
          expect((await world.respond(['propose', last, '--act'], { env })).code).toBe(0);
          unlinkSync(join(state, 'scope.yaml'));
          expect((await world.respond(['run', '--act', '--once'], { env })).code).toBe(0);
          const { entries, reading } = await logOf(state);
          expect(reading).toMatchObject({ ok: true, torn: false });
          expect(checkAudit(entries)).toMatchObject({ faults: [], open: [] });
          // What was really done: every act once, ended once, and in the log.
          const steps = new Map<string, string[]>();
          for (const line of world.record()) {
            const [step = '', key = ''] = line.split(' ');
            steps.set(key, [...(steps.get(key) ?? []), step]);
          }
          for (const each of steps.values()) expect(each).toEqual(['apply', 'release']);
          const applied = entries.filter(
            (entry) => entry.event === 'response.done' && entry.step === 'apply',
          );
          expect(applied.length).toBeGreaterThan(0);
          for (const entry of applied) if ('key' in entry) expect(steps.has(entry.key)).toBe(true);
          expect(readdirSync(join(directory, 'in-force'))).toEqual([]);
          console.log(
            `${KILLS} kills, ${jumps} clock settings, ${fills} full disks; ${steps.size} acts, ` +
              `${entries.filter(({ event }) => event === 'clock.set').length} settings recorded, ${entries.length} lines`,
          );
        } finally {
          spawnSync('umount', ['-l', state]);
        }
      });
    },
  );
});
