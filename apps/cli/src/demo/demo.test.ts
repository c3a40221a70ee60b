// The demo as a whole, once: the published figures of the experiment, engines that agree, and all files.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SingleSummary } from '@wormwood/report';
import { describe, expect, it } from 'vitest';
import { inTemporaryDirectory, wormwood } from '../spawn-test-support.ts';

interface DemoResult {
  readonly seed: string;
  readonly verdict: string;
  readonly facts: readonly { readonly title: string; readonly text: string }[];
  readonly delays: readonly {
    readonly scenario: string;
    readonly byCount: readonly { readonly honeypots: number; readonly meanField: SingleSummary }[];
  }[];
  readonly fidelities: readonly {
    readonly engine: string;
    readonly runs: number;
    readonly everInfectedDifference: { readonly standardErrors: number } | null;
    readonly peakDifference: { readonly standardErrors: number } | null;
  }[];
  readonly files: readonly string[];
}

// models 3.1: honeypots, then hosts at the peak and hosts ever infected; the tables give whole hosts.
const PUBLISHED = {
  'provos-2004-60min': [
    [4096, 359_758, 360_000],
    [65_536, 359_758, 359_999],
    [262_144, 359_758, 359_939],
    [524_288, 359_758, 359_879],
  ],
  'provos-2004-20min': [
    [4096, 337_840, 360_000],
    [65_536, 187_094, 358_583],
    [262_144, 31_188, 206_308],
    [524_288, 21_593, 56_098],
  ],
} as const;

describe('demo', () => {
  it('reproduces the experiment, at several fidelities that agree, and writes its files', async () => {
    await inTemporaryDirectory(async (directory) => {
      const { code, stdout, stderr } = await wormwood(['demo', '--json'], { cwd: directory });
      expect(stderr.trim().split('\n').at(-1)).toBe(`Open ${join('out', 'demo', 'report.html')}`);
      expect(code).toBe(0);
      const result = JSON.parse(stdout) as DemoResult;
      for (const { scenario, byCount } of result.delays) {
        for (const [honeypots, peak, everInfected] of PUBLISHED[scenario as keyof typeof PUBLISHED]) {
          const { meanField: summary } = byCount.find((row) => row.honeypots === honeypots)!;
          // models 3.1 asks for a relative 1e-4 of an engine.
          expect(Math.abs(summary.peakInfected / peak - 1)).toBeLessThan(1e-4);
          expect(Math.abs(summary.everInfected / everInfected - 1)).toBeLessThan(1e-4);
        }
      }
      expect(result.fidelities.map(({ engine }) => engine)).toEqual([
        'ode',
        'stochastic',
        'hosts',
        'hosts',
        'probes',
      ]);
      const compared = result.fidelities.filter(({ peakDifference }) => peakDifference !== null);
      expect(compared.map(({ engine }) => engine)).toEqual(['stochastic', 'hosts', 'probes']);
      for (const { peakDifference, everInfectedDifference } of compared) {
        // Three standard errors of the difference; the seed is fixed, so chance decides only once.
        expect(Math.abs(everInfectedDifference!.standardErrors)).toBeLessThan(3);
        expect(Math.abs(peakDifference!.standardErrors)).toBeLessThan(3);
      }
      expect(result.verdict).toMatch(/57\.3 ?%/);
      expect(result.facts).toHaveLength(3);
      const written = readdirSync(join(directory, 'out', 'demo'));
      expect(written.map((name) => join('out', 'demo', name)).sort()).toEqual([...result.files].sort());
      // One for the worm left alone, three for the number of the paper, three for each delay, and the design map.
      expect(written.filter((name) => name.endsWith('.svg')).length).toBe(11);
      expect(written.filter((name) => name.endsWith('.png')).length).toBe(11);
      expect(readFileSync(join(directory, 'out', 'demo', 'report.html'), 'utf8')).toContain('<svg');
    });
  });

  it('prints the story in the terminal and ends with the file to open', async () => {
    await inTemporaryDirectory(async (directory) => {
      const { code, stdout, stderr } = await wormwood(['demo', '--out', 'story', '--seed', '2'], {
        cwd: directory,
      });
      expect(stdout).toMatch(
        /Without honeypots[^]*Honeypots after 60 min[^]*Honeypots after 20 min[^]*by every engine/,
      );
      expect(stdout).toMatch(/^524,288$/m);
      expect(stderr.trim().split('\n').at(-1)).toBe(`Open ${join('story', 'report.html')}`);
      expect(code).toBe(0);
    });
  });

  it('ends at Ctrl-C and writes nothing', async () => {
    await inTemporaryDirectory(async (directory) => {
      const { code, stdout, stderr } = await wormwood(['demo', '--json'], {
        cwd: directory,
        signals: [{ after: /Running/, signal: 'SIGINT' }],
      });
      expect(stderr).toContain('nothing was written');
      expect(readdirSync(join(directory, 'out', 'demo'))).toEqual([]);
      expect([code, stdout]).toEqual([130, '']);
    });
  });
});
