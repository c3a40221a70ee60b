// docs/respond.md is what an owner does first: every command in it is run, in order, and does what the text says.
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nftablesSetup } from '@wormwood/defense';
import { checkRespondFile } from '@wormwood/files/respond';
import { describe, expect, it } from 'vitest';
import { verdictOn } from './respond-test-support.ts';
import { inTemporaryDirectory } from '../spawn-test-support.ts';

const text = readFileSync(new URL('../../../../docs/respond.md', import.meta.url), 'utf8');
const program = fileURLToPath(new URL('../../bin/wormwood.js', import.meta.url));

function blocksOf(language: string): readonly string[] {
  return [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , block = '']) => block);
}

describe('docs/respond.md', () => {
  it('shows commands that do what it says', async () => {
    await inTemporaryDirectory(async (directory) => {
      const bin = join(directory, 'npx');
      writeFileSync(bin, `#!/bin/sh\nshift\nexec '${process.execPath}' '${program}' "$@"\n`);
      chmodSync(bin, 0o755);
      writeFileSync(join(directory, 'verdicts.json'), JSON.stringify({ verdicts: [verdictOn('10.20.7.9')] }));
      // A year from the day of the test, whatever day the text was written.
      const nextYear = new Date(Date.now() + 300 * 86_400_000).toISOString().slice(0, 10);
      const script = blocksOf('sh').join('echo ---\n').replace('expires: 2027-01-31', `expires: ${nextYear}`);
      const { status, stdout, stderr } = spawnSync('sh', ['-eu', '-c', script], {
        cwd: directory,
        env: { ...process.env, PATH: `${directory}:${process.env['PATH'] ?? ''}` },
        encoding: 'utf8',
      });
      expect([status, stderr.replaceAll(/^(?:Whether it is signed|This was a dry run).*\n/gm, '')]).toEqual([
        0,
        '',
      ]);
      const said = stdout.split('---\n');
      const saidBy = (command: RegExp): string =>
        said[blocksOf('sh').findIndex((each) => command.test(each))] ?? '';
      expect(saidBy(/scope sign/)).toContain('It is signed by owner.');
      expect(saidBy(/propose verdicts.json\n/)).toContain('Would apply for 10.20.7.9');
      expect(saidBy(/propose verdicts.json --act/)).toContain('waits for approval');
      expect(saidBy(/respond approve/)).toMatch(/nac apply [0-9a-f-]{36} 10\.20\.7\.9 quarantine 7200/);
      expect(saidBy(/undo/)).toContain('our own vulnerability scanner');
      expect(saidBy(/audit/)).toContain('Every promise was kept: 2 acts, 1 of them ended');
      expect(readdirSync(join(directory, 'quarantine'))).toEqual([]);
      const bundle = JSON.parse(readFileSync(join(directory, 'bundle.json'), 'utf8')) as unknown;
      expect(bundle).toMatchObject({ type: 'bundle' });
    });
  });

  it('shows deliveries that can be read', () => {
    const [deliveries = ''] = blocksOf('yaml');
    const check = checkRespondFile(`version: 1\nsensor: x\nactuators: []\n${deliveries}`, 'respond.yaml');
    expect(check).toMatchObject({ ok: true, file: { deliveries: [{}, {}, {}] } });
  });

  it('gives the firewall what the actuator needs', () => {
    const options = { name: 'border-firewall', table: 'wormwood', set: 'infected' };
    expect(blocksOf('nft')).toEqual([nftablesSetup(options)]);
  });
});
