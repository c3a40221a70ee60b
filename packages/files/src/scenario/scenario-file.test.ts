import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scenarioDocument } from './scenario-data.ts';
import { checkScenario, checkScenarioDocument } from './scenario-file.ts';

const repository = join(import.meta.dirname, '..', '..', '..', '..');
const directory = join(repository, 'scenarios');
const shipped = readdirSync(directory).filter((name) => name.endsWith('.yaml'));

const MINIMAL = [
  'version: 1',
  'duration: 1h',
  'population:',
  '  vulnerable: 100',
  'worm:',
  '  scanRate: 5/s',
].join('\n');
const HONEYPOTS = `${MINIMAL}\ndefenses:\n  - kind: honeypots\n    count: 10`;

/** `line:column code` of each diagnostic. */
function complaints(text: string): readonly string[] {
  const check = checkScenario(text, 'test.yaml');
  for (const { message, help, file } of check.diagnostics) {
    expect(message).toMatch(/^[A-Z"`0-9].*[.?]$/su);
    expect(help.length).toBeGreaterThan(0);
    expect(file).toBe('test.yaml');
  }
  expect(check.ok).toBe(!check.diagnostics.some(({ severity }) => severity === 'error'));
  return check.diagnostics.map(({ line, column, code }) => `${line}:${column} ${code}`);
}

/** The minimal scenario with one line replaced. */
function withLine(line: string): string {
  const key = `${line.split(':')[0]}:`;
  return MINIMAL.split('\n')
    .map((given) => (given.startsWith(key) ? line : given))
    .join('\n');
}

function checked(text: string, fileName = 'test.yaml') {
  const check = checkScenario(text, fileName, {
    readFile: (path) => ({ ok: true, value: readFileSync(join(directory, path), 'utf8') }),
  });
  if (!check.ok) throw new Error(JSON.stringify(check.diagnostics));
  return check;
}

describe('shipped scenarios', () => {
  it('are there', () => {
    expect(shipped).toContain('provos-2004-20min.yaml');
  });

  it.each(shipped)('%s checks clean and is named after its file', (name) => {
    const check = checked(readFileSync(join(directory, name), 'utf8'), name);
    expect(check.diagnostics).toEqual([]);
    expect(`${check.scenario.name}.yaml`).toBe(name);
  });

  it('the outbreak of Provos 2004 is the published one', () => {
    const name = 'provos-2004-20min.yaml';
    expect(checked(readFileSync(join(directory, name), 'utf8'), name).outbreak).toEqual({
      addressSpaceSize: 4_294_967_296,
      firstAddress: 0,
      population: { vulnerable: 360_000, infected: 150 },
      worm: { scanRatePerSecond: 50, strategy: { kind: 'uniform' } },
      honeypots: [
        {
          kind: 'honeypots',
          count: 262_144,
          start: { kind: 'time', timeSeconds: 1200 },
          delaySeconds: 1,
          success: 1,
          placement: 'scattered',
        },
      ],
      durationSeconds: 86_400,
      sampleSeconds: 10,
    });
  });
});

describe('what may be left out', () => {
  it('has the documented defaults', () => {
    const { scenario, outbreak } = checked(HONEYPOTS, 'C:\\data\\my campus.YML');
    expect(scenario.name).toBe('my campus');
    expect(outbreak).toEqual({
      addressSpaceSize: 2 ** 32,
      firstAddress: 0,
      population: { vulnerable: 100, infected: 1 },
      worm: { scanRatePerSecond: 5, strategy: { kind: 'uniform' } },
      honeypots: [
        {
          kind: 'honeypots',
          count: 10,
          start: { kind: 'time', timeSeconds: 0 },
          delaySeconds: 0,
          success: 1,
          placement: 'scattered',
        },
      ],
      durationSeconds: 3600,
      sampleSeconds: 5,
    });
    expect(checked(MINIMAL).outbreak.honeypots).toEqual([]);
  });

  it.each([
    ['24h', 120],
    ['100s', 0.1],
    ['1000s', 1],
    ['1001s', 2],
    ['1ms', 0.000001],
    ['30d', 3600],
    ['100000d', 8_640_000],
    ['1000000d', 86_400_000],
  ])('the samples of %s are %d s apart', (duration, sampleSeconds) => {
    expect(checked(withLine(`duration: ${duration}`)).outbreak.sampleSeconds).toBeCloseTo(sampleSeconds, 12);
  });

  it.each([
    ['<stdin>', '<stdin>'],
    ['/a/b/c.json', 'c'],
    ['.yaml', 'scenario'],
    ['', 'scenario'],
    ['a\u0007b.yaml', 'ab'],
  ])('the file %j gives the name %j', (fileName, name) => {
    expect(checked(MINIMAL, fileName).scenario.name).toBe(name);
  });
});

describe('what is accepted', () => {
  it('reads numbers with units, powers, underscores, percentages, prefixes', () => {
    const { outbreak } = checked(`
version: 1
duration: 1h30min
space: 10.0.0.0/8
population: { vulnerable: 20_000, infected: 2^4 }
worm: { scanRate: 600/min, strategy: uniform }
defenses:
  - { kind: honeypots, count: 1e5, start: { contacts: 100, prepare: 10 min }, delay: 250ms, success: 50%, placement: block }
sample: 0.5s`);
    expect(outbreak).toEqual({
      addressSpaceSize: 16_777_216,
      firstAddress: 167_772_160,
      population: { vulnerable: 20_000, infected: 16 },
      worm: { scanRatePerSecond: 10, strategy: { kind: 'uniform' } },
      honeypots: [
        {
          kind: 'honeypots',
          count: 100_000,
          start: { kind: 'contacts', contacts: 100, prepareSeconds: 600 },
          delaySeconds: 0.25,
          success: 0.5,
          placement: 'block',
        },
      ],
      durationSeconds: 5400,
      sampleSeconds: 0.5,
    });
  });

  it('reads JSON, indented by tabs and ended by CR LF too', () => {
    const document = scenarioDocument(checked(HONEYPOTS).scenario);
    const json = JSON.stringify(document, null, '\t').replaceAll('\n', '\r\n');
    expect(checked(json)).toEqual(checked(HONEYPOTS));
    expect(checked(`\ufeff${HONEYPOTS}`)).toEqual(checked(HONEYPOTS));
  });

  it('follows an alias', () => {
    const text = `${HONEYPOTS}\n    start: &wait 20min\n    delay: *wait\n`;
    expect(checked(text).outbreak.honeypots[0]?.delaySeconds).toBe(1200);
  });

  it('takes a billion hosts, which is for the engines to refuse', () => {
    const text = MINIMAL.replace('vulnerable: 100', 'vulnerable: 1e9');
    expect(checked(text).outbreak.population.vulnerable).toBe(1_000_000_000);
  });

  it('plain data checks like the file it says', () => {
    const check = checked(HONEYPOTS);
    expect(checkScenarioDocument(scenarioDocument(check.scenario), 'other.yaml')).toEqual(check);
  });
});

describe('what is refused', () => {
  it('names seven mistakes of one file, each once, with line and column', () => {
    const text = [
      'version: 1',
      'duration: 24', // 1: no unit
      'space: 2^32',
      'population:',
      '  vulnerabel: 360000', // 2: unknown key; not also a missing one
      '  infected: -3', // 3: negative
      'worm:',
      '  scanRate: 50/s',
      '  strategy: sequentail', // 4: unknown word
      'defenses:',
      '  - kind: honeypots',
      '    count: 262144',
      '    start: {contacts: 100, prepare: soon}', // 5: no duration
      '    count: 5', // 6: repeated key
      '    placement: scatered', // 7: unknown word
    ].join('\n');
    expect(complaints(text)).toEqual([
      '2:11 invalid-duration',
      '5:3 unknown-key',
      '6:13 invalid-count',
      '9:13 unknown-word',
      '13:37 invalid-duration',
      '14:5 duplicate-key',
      '15:16 unknown-word',
    ]);
  });

  it('says what is allowed and what was probably meant', () => {
    const { diagnostics } = checkScenario(MINIMAL.replace('scanRate', 'scanrat'), 'test.yaml');
    expect(diagnostics).toEqual([
      {
        severity: 'error',
        code: 'unknown-key',
        file: 'test.yaml',
        line: 6,
        column: 3,
        length: 7,
        path: 'worm',
        message: 'There is no key "scanrat" in `worm`.',
        help: 'Did you mean `scanRate`? The keys here are scanRate, strategy, latent, latentLaw, rateChanges, dormancy.',
      },
    ]);
  });

  it.each<readonly [what: string, text: string, expected: readonly string[]]>([
    // The text as a whole.
    ['an empty file', '', ['1:1 empty-file']],
    ['only comments', '# nothing\n\n', ['1:1 empty-file']],
    ['null', '~', ['1:1 empty-file']],
    ['a list', '- version: 1', ['1:1 wrong-type']],
    ['a number', '42', ['1:1 wrong-type']],
    ['a sentence', 'stop the worm', ['1:1 wrong-type']],
    ['two documents', `${MINIMAL}\n---\n${MINIMAL}`, ['7:1 multiple-documents']],
    ['a tab as indentation', 'version: 1\npopulation:\n\tvulnerable: 5\n', ['3:1 tab-indentation']],
    ['a NUL', `${MINIMAL}\nname: a\0b`, ['7:8 control-character']],
    ['bytes that are not UTF-8, decoded', 'name: caf\ufffd', ['1:10 not-utf8']],
    ['a tag', withLine('duration: !!str 1h'), ['2:17 tag']],
    ['an unknown tag', withLine('duration: !hours 1h'), ['2:11 tag']],
    ['an unknown alias', withLine('duration: *day'), ['2:11 unknown-alias']],
    // Keys.
    ['nothing but the version', 'version: 1', ['1:1 missing-key', '1:1 missing-key', '1:1 missing-key']],
    ['an empty mapping', '{}', Array.from({ length: 4 }, () => '1:1 missing-key')],
    ['no version', MINIMAL.replace('version: 1\n', ''), ['1:1 missing-key']],
    ['a missing key below', MINIMAL.replace('vulnerable: 100', 'infected: 1'), ['3:1 missing-key']],
    ['a key that is a list', `${MINIMAL}\n? [a]\n: b`, ['7:3 unknown-key']],
    [
      'a key named like an inherited property',
      `${MINIMAL}\n__proto__: 1\nconstructor: 2`,
      ['7:1 unknown-key', '8:1 unknown-key'],
    ],
    ['a merge key', `${MINIMAL}\n<<: {a: 1}`, ['7:1 unknown-key']],
    ['a key twice', `${MINIMAL}\nversion: 1`, ['7:1 duplicate-key']],
    // Versions.
    ['a later version', withLine('version: 2'), ['1:10 unsupported-version']],
    ['a version as text', withLine('version: "1"'), ['1:10 unsupported-version']],
    // Kinds of value.
    ['no value', `${MINIMAL}\ndefenses:`, ['7:1 missing-value']],
    ['an item without value', `${MINIMAL}\ndefenses:\n  -\n`, ['8:4 missing-value']],
    ['a list for a mapping', MINIMAL.replace('\n  vulnerable: 100', ' [1]'), ['3:13 wrong-type']],
    ['a mapping for a list', `${MINIMAL}\ndefenses: {kind: honeypots}`, ['7:11 wrong-type']],
    ['a list for a duration', withLine('duration: [1h]'), ['2:11 wrong-type']],
    ['a truth value for a fraction', `${HONEYPOTS}\n    success: true`, ['10:14 wrong-type']],
    ['a number for a name', `${MINIMAL}\nname: 2004`, ['7:7 invalid-text']],
    ['an empty name', `${MINIMAL}\nname: ""`, ['7:7 invalid-text']],
    ['a name of two lines', `${MINIMAL}\nname: "a\\nb"`, ['7:7 invalid-text']],
    // Numbers.
    ['no time at all', withLine('duration: 0'), ['2:11 out-of-range']],
    ['no time at all, with a unit', withLine('duration: 0s'), ['2:11 out-of-range']],
    ['a duration that is not a number', withLine('duration: .nan'), ['2:11 invalid-duration']],
    ['an infinite duration', withLine('duration: .inf'), ['2:11 invalid-duration']],
    ['an infinite duration, spelt out', withLine('duration: 1e400'), ['2:11 invalid-duration']],
    ['a negative duration', withLine('duration: -1h'), ['2:11 invalid-duration']],
    ['half a host', MINIMAL.replace('100', '99.5'), ['4:15 invalid-count']],
    ['no vulnerable host', MINIMAL.replace('100', '0'), ['4:15 out-of-range']],
    ['more hosts than numbers', MINIMAL.replace('100', '1e16'), ['4:15 invalid-count']],
    ['a worm that never scans', MINIMAL.replace('5/s', '0/s'), ['6:13 out-of-range']],
    ['more success than certain', `${HONEYPOTS}\n    success: 1.01`, ['10:14 invalid-fraction']],
    ['an endless number', withLine(`duration: "${'1'.repeat(1000)}"`), ['2:11 invalid-duration']],
    // Spaces.
    ['an IPv6 prefix', `${MINIMAL}\nspace: 2001:db8::/32`, ['7:8 invalid-space']],
    ['a prefix with host bits', `${MINIMAL}\nspace: 10.0.0.1/8`, ['7:8 invalid-space']],
    ['an address without a length', `${MINIMAL}\nspace: 10.0.0.0`, ['7:8 invalid-space']],
    ['an empty space', `${MINIMAL}\nspace: 0`, ['7:8 out-of-range']],
    // Words.
    [
      'more networks than there are',
      MINIMAL.replace('100', '100\n  placement: {clustered: {slash8: 2, slash16: 513}}'),
      ['5:14 strategy'],
    ],
    ['no networks', MINIMAL.replace('100', '100\n  placement: {clustered: {slash8: 0}}'), ['5:14 strategy']],
    [
      'hosts from a file where none is read',
      MINIMAL.replace('100', '100\n  placement: {file: prefixes.csv}'),
      ['5:21 named-file'],
    ],
    [
      'prefixes that overlap',
      MINIMAL.replace('100', '100\n  placement: {prefixes: [10.0.0.0/8, "10.1.0.0/16,5"]}'),
      ['5:14 strategy'],
    ],
    ['too much preference', `${MINIMAL}\n  strategy: {local: {/16: 0.6, /8: 0.5}}`, ['7:13 strategy']],
    ['an unknown level', `${MINIMAL}\n  strategy: {local: {/32: 0.6}}`, ['7:22 unknown-key']],
    ['a hitlist of more than all hosts', `${MINIMAL}\n  strategy: {hitlist: 100}`, ['7:13 strategy']],
    [
      'a telescope that is larger than the space',
      `${MINIMAL}\nspace: 2^20\ndefenses:\n  - {kind: filter, start: {observed: 9, telescope: 2^21}}`,
      ['9:52 observer-above-space'],
    ],
    [
      'more contacts than are counted',
      `${MINIMAL}\ndefenses:\n  - {kind: honeypots, count: 9, contacts: 256}`,
      ['8:43 out-of-range'],
    ],
    ['an unknown law', `${MINIMAL}\n  latent: 9s\n  latentLaw: fixd`, ['8:14 unknown-word']],
    ['a strategy that needs parameters', `${MINIMAL}\n  strategy: hitlist`, ['7:13 unknown-word']],
    ['a strategy that takes none', `${MINIMAL}\n  strategy: {uniform: 1}`, ['7:14 unknown-key']],
    ['two strategies', `${MINIMAL}\n  strategy: {hitlist: 5, routable: 0.3}`, ['7:26 one-key']],
    ['an empty hitlist', `${MINIMAL}\n  strategy: {hitlist: 0}`, ['7:23 out-of-range']],
    ['no announced address', `${MINIMAL}\n  strategy: {routable: 0}`, ['7:13 strategy']],
    [
      'changes out of order',
      `${MINIMAL}\n  rateChanges: [{at: 2h, factor: 0}, {at: 1h, factor: 1}]`,
      ['7:16 strategy'],
    ],
    ['a factor below none', `${MINIMAL}\n  rateChanges: [{at: 2h, factor: -1}]`, ['7:34 out-of-range']],
    ['sleep without an end', `${MINIMAL}\n  dormancy: {sleepRate: 1/h}`, ['7:3 missing-key']],
    [
      'nobody left to infect',
      `${MINIMAL}\n  strategy: {topological: {erdosRenyi: 3, immune: {hubs: 1}}}`,
      ['7:13 strategy'],
    ],
    [
      'a ring of an odd degree',
      `${MINIMAL}\n  strategy: {topological: {wattsStrogatz: {degree: 3, rewired: 0}}}`,
      ['7:13 strategy'],
    ],
    [
      'more probes around than there are',
      `${MINIMAL}\n  strategy: {local: {/8: 0.5, around: {addresses: 9, probability: 0.6}}}`,
      ['7:13 strategy'],
    ],
    ['a graph of strangers', `${MINIMAL}\n  strategy: {topological: {edges: ["0,100"]}}`, ['7:13 strategy']],
    [
      'a host that knows itself',
      `${MINIMAL}\n  strategy: {topological: {edges: ["3,3"]}}`,
      ['7:36 invalid-row'],
    ],
    [
      'lists that miss hosts',
      `${MINIMAL}\n  strategy: {lists: [{name: DNS, size: 50, probability: 0.5, vulnerable: 9}]}`,
      ['7:13 strategy'],
    ],
    ['cycles beyond the space', `${MINIMAL}\n  strategy: {shortCycles: [0.8, 0.3]}`, ['7:13 strategy']],
    ['a distribution of no kind', MINIMAL.replace('5/s', '{distribution: normal}'), ['6:13 unknown-key']],
    [
      'classes that are not all hosts',
      MINIMAL.replace('5/s', '{classes: [{fraction: 0.5, rate: 1/s}]}'),
      ['6:13 strategy'],
    ],
    ['an unknown strategy', `${MINIMAL}\n  strategy: unifrom`, ['7:13 unknown-word']],
    ['an unknown defense', `${MINIMAL}\ndefenses: [{kind: firewall, count: 3}]`, ['7:19 unknown-kind']],
    ['a defense without a kind', `${MINIMAL}\ndefenses: [{count: 3}]`, ['7:12 missing-key']],
    // Together.
    [
      'more infected than vulnerable hosts',
      MINIMAL.replace('100', '100\n  infected: 101'),
      ['5:13 infected-above-vulnerable'],
    ],
    ['more hosts than addresses', `space: 99\n${MINIMAL}`, ['5:15 space-too-small']],
    ['more hosts and honeypots than addresses', `space: 109\n${HONEYPOTS}`, ['10:12 space-too-small']],
    ['samples further apart than the end', `${MINIMAL}\nsample: 2h`, ['7:9 sample-above-duration']],
    ['more than a million samples', `${MINIMAL}\nsample: 3ms`, ['7:9 too-many-samples']],
    [
      'honeypots that come after the end (a warning)',
      `${HONEYPOTS}\n    start: 1h`,
      ['10:12 start-after-end'],
    ],
  ])('%s', (_, text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });

  it('a crowded space is full, not overfull, with as many hosts as addresses', () => {
    expect(complaints(`space: 110\n${HONEYPOTS}`)).toEqual([]);
  });

  it('several faults of the syntax at once', () => {
    const found = complaints('version: 1\nduration: [1h\npopulation: }\nname: "x\n');
    expect(found.length).toBeGreaterThan(1);
    expect(new Set(found.map((each) => each.split(' ')[1]))).toEqual(new Set(['yaml-syntax']));
  });

  it('a problem behind an alias once, however often it is used', () => {
    const text = `${MINIMAL}\ndefenses:\n  - &h {kind: honeypots, count: -1}\n  - *h\n  - *h`;
    expect(complaints(text)).toEqual(['8:33 invalid-count']);
  });

  it('at most a hundred problems, then how many more', () => {
    const text = `${MINIMAL}\n${Array.from({ length: 250 }, (_, index) => `key${index}: 1`).join('\n')}`;
    const { diagnostics } = checkScenario(text, 'test.yaml');
    expect(diagnostics).toHaveLength(101);
    expect(diagnostics.at(-1)).toMatchObject({
      code: 'too-many-problems',
      message: '150 more problems follow.',
    });
  });

  it('text that would steer a terminal, shown harmless', () => {
    const { diagnostics } = checkScenario(`${MINIMAL}\n"\\e[2Jx\\u202e": 1`, 'test.yaml');
    expect(diagnostics[0]?.message).toBe('There is no key "\\u{1b}[2Jx\\u{202e}".');
  });
});

describe('hostile texts', () => {
  it('larger than the limit are not read', () => {
    const text = 'x'.repeat(100_000_000);
    expect(complaints(text)).toEqual(['1:1 file-too-large']);
    expect(checkScenario(MINIMAL, 'test.yaml', { maximumBytes: 10 }).ok).toBe(false);
  });

  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 20; level++) {
    const above = String.fromCharCode(96 + level);
    const name = String.fromCharCode(97 + level);
    bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${above}`).join(', ')}]`);
  }

  // Each would take a recursive or quadratic reader down; ours stops at a bound.
  it.each([
    ['nested brackets', '['.repeat(100_000), 'nested-too-deeply'],
    ['nested braces', '{'.repeat(100_000), 'nested-too-deeply'],
    ['nested dashes', '- '.repeat(100_000), 'nested-too-deeply'],
    ['nested question marks', '? '.repeat(100_000), 'nested-too-deeply'],
    ['nested keys', 'a: '.repeat(100_000), 'nested-too-deeply'],
    ['nested pairs', '[a: '.repeat(100_000), 'nested-too-deeply'],
    [
      'very many keys',
      Array.from({ length: 100_000 }, (_, index) => `k${index}: 1`).join('\n'),
      'file-too-large',
    ],
    ['very many documents', '---\n'.repeat(200_000), 'file-too-large'],
    ['many of one key', 'version: 1\n'.repeat(5000), 'duplicate-key'],
    ['aliases of aliases', bomb.join('\n'), 'file-too-large'],
    ['a list that holds itself', `defenses: &a [*a, *a]`, 'file-too-large'],
    ['many stray quotation marks', '"'.repeat(30_000), 'yaml-syntax'],
  ])('%s', (_, text, code) => {
    expect(checkScenario(text, 'test.yaml').diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
  });
});
