// An interface that goes down, comes up, takes another name and MTU, and goes away, under a running daemon.
import { afterEach, describe, expect, it } from 'vitest';
import { eventsOf, type RunningDaemon, startDaemon } from './daemon-test-support.ts';
import { missingForNamespaces } from './namespace-test-support.ts';

const missing = missingForNamespaces('ping');
const CONFIGURATION = 'create a\nset a default tcp action reset\nbind 10.3.0.5 a\n';

describe.skipIf(missing !== null)('an interface that comes and goes', () => {
  let daemon: RunningDaemon;

  afterEach(() => daemon.remove());

  const reported = (): readonly unknown[] =>
    eventsOf(daemon)
      .map(({ event }) => event)
      .filter((event) => String(event).startsWith('interface.'));
  const answers = async (): Promise<boolean> =>
    (await daemon.pair.client('ping', '-c', '1', '-W', '1', '10.3.0.5')).code === 0;
  const link = (...words: readonly string[]) => daemon.pair.inDaemonRun('ip', 'link', 'set', ...words);

  it(
    'works again when it is up again, by another name and with another MTU',
    { timeout: 60_000 },
    async () => {
      daemon = await startDaemon(CONFIGURATION);
      await expect.poll(answers, { timeout: 10_000 }).toBe(true);
      await link('d0', 'down');
      await expect.poll(reported, { timeout: 10_000 }).toEqual(['interface.down']);
      // Down is down until it is up.
      await new Promise((resolve) => setTimeout(resolve, 3000));
      expect(reported()).toEqual(['interface.down']);
      expect(JSON.stringify(eventsOf(daemon))).not.toContain('works again');
      await link('d0', 'name', 'renamed');
      await link('renamed', 'mtu', '1400');
      await link('renamed', 'up');
      await expect.poll(answers, { timeout: 15_000 }).toBe(true);
      await expect
        .poll(() => new Set(reported()), { timeout: 10_000 })
        .toEqual(new Set(['interface.down', 'interface.mtu', 'interface.up']));
      expect(eventsOf(daemon).find(({ event }) => event === 'interface.mtu')).toMatchObject({ mtu: 1400 });
    },
  );

  it(
    'ends the sensor when it is gone, with a code that a service manager starts again',
    { timeout: 60_000 },
    async () => {
      daemon = await startDaemon(CONFIGURATION);
      await daemon.pair.inDaemonRun('ip', 'link', 'delete', 'd0');
      const { code, stderr } = await daemon.ended;
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining('The interface d0 is gone; the sensor ends.'),
      ]);
      expect(eventsOf(daemon).at(-1)).toMatchObject({ event: 'sensor.stop' });
      expect(reported()).toEqual(['interface.gone']);
    },
  );
});
