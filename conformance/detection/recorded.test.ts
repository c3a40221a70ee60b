// Ten captures of ordinary traffic, recorded with tcpdump: whatever is said of their hosts, none of them is infected.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detectRecorded } from './doors.ts';
import { knownRecorded } from './known-misses.ts';
import { kindsOf } from './rows.ts';

const directory = join(import.meta.dirname, 'captures');
const names = readdirSync(directory).filter((name) => name.endsWith('.pcap'));

// Each starts the program anew: on a busy machine it takes its time.
const MILLISECONDS = 300_000;

describe('recorded captures', { timeout: MILLISECONDS }, () => {
  it('are ten', () => {
    expect(names).toHaveLength(10);
  });

  it.each(names)('%s holds no infected host', async (name) => {
    const findings = await detectRecorded(join(directory, name));
    const infected = [...kindsOf(findings)]
      .filter(([, kind]) => kind === 'infected')
      .map(([source]) => source);
    expect(infected).toEqual(knownRecorded[name] ?? []);
  });
});
