// `sim plan`: the question of the product, asked of a shipped scenario.
import { describe, expect, it } from 'vitest';
import { wormwoodInProcess } from '../in-process-test-support.ts';

async function plan(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  return wormwoodInProcess(['sim', 'plan', 'provos-2004-20min', ...args]);
}

describe('sim plan', () => {
  it('prints the least count, what it achieves, and what a second is worth', async () => {
    const { code, stdout } = await plan(
      '--goal',
      'everInfectedFraction < 50%',
      '--vary',
      'defenses.0.count=1..4_000_000',
      '-q',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('The least defenses.0.count is 286,031.');
    expect(stdout).toMatch(/One second less delay is worth [0-9,]+ honeypots\./);
    expect(stdout).toMatch(/A start one minute earlier is worth [0-9,]+ honeypots\./);
  });

  it('prints one JSON object in the form of the contract', async () => {
    const { stdout } = await plan(
      '--goal',
      'everInfectedFraction < 50%',
      '--vary',
      'defenses.0.count=1..4_000_000',
      '--json',
      '-q',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      goal: 'everInfectedFraction < 50%',
      feasible: true,
      values: { 'defenses.0.count': 286_031 },
      reason: null,
      engine: 'ode',
    });
    const refused = await plan(
      '--goal',
      'everInfectedFraction < 5%',
      '--vary',
      'defenses.0.count=1..4_000_000',
      '--json',
      '-q',
    );
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({ feasible: false, values: {}, achieved: {} });
    expect((JSON.parse(refused.stdout) as { reason: string }).reason).toContain(
      '5.99% of the hosts are infected already',
    );
  });

  it('gives a plan for each value of a second variable, and the cheapest mixture by cost', async () => {
    const { stdout } = await plan(
      '--goal',
      'everInfectedFraction < 10%',
      '--vary',
      'defenses.0.count=1..4_000_000',
      '--vary',
      'defenses.0.start=5min,15min,25min',
      '--json',
      '-q',
    );
    const { frontier } = JSON.parse(stdout) as {
      frontier: { feasible: boolean; values: Record<string, unknown> }[];
    };
    expect(frontier.map(({ values }) => values['defenses.0.count'])).toEqual([347_904, 413_854, undefined]);
    const mixture = await plan(
      '--goal',
      'everInfectedFraction < 10%',
      '--vary',
      'defenses.0.count=1..4_000_000',

      '--vary',
      'defenses.0.start=1min..20min',
      '--cost',
      'defenses.0.count=1',
      '--cost',
      'defenses.0.start=-200',
      '-q',
    );
    expect(mixture.stdout).toContain('the cheapest mixture');
  });

  it('reports every mistake of the question at once', async () => {
    const { code, stderr } = await plan(
      '--goal',
      'everInfectedFracton < 5%',
      '--vary',
      'defenses.0.count=9..1',
    );
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean everInfectedFraction?');
    expect(stderr).toContain('A range runs upwards');
    const list = await plan('--goal', 'peakInfected < 5', '--vary', 'defenses.0.count=1,2');
    expect(list.stderr).toContain('A plan searches a range without a step');
    const path = await plan('--goal', 'peakInfected < 5', '--vary', 'defenses.0.cuont=1..2');
    expect(path.code).toBe(3);
    expect(path.stderr).toContain('Did you mean defenses.0.count?');
  });
});
