/**
 * Binds personalities to virtual hosts, scans them with the installed `nmap -O` in network namespaces, and prints how many nmap
 * names: `node conformance/nmap/scan.mjs`, after `npm run build`, as root. Without options every name of the installed database is scanned;
 * `--sample N --seed S` draws some of them, `--name NAME` scans one, `--json FILE` keeps every result.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomStreams } from '@wormwood/base';
import { differences, fingerprintsOf, indexFingerprints } from '@wormwood/honeynet';

const { values } = parseArgs({
  options: {
    database: { type: 'string', default: '/usr/share/nmap/nmap-os-db' },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    name: { type: 'string', multiple: true, default: [] },
    batch: { type: 'string', default: '128' },
    group: { type: 'string', default: '32' },
    tries: { type: 'string', default: '2' },
    json: { type: 'string' },
  },
});

const program = join(import.meta.dirname, '../../apps/cli/bin/wormwood.js');
const stem = `wwn${process.pid}`;
const [client, sensor] = [`${stem}c`, `${stem}s`];
const directory = mkdtempSync(join(tmpdir(), 'wormwood-nmap-'));
chmodSync(directory, 0o755);
const ip = (...words) => execFileSync('ip', words, { encoding: 'utf8' });

const known = indexFingerprints(readFileSync(values.database, 'latin1'));
const names = chosenNames();
try {
  makeNamespaces();
  const results = [];
  for (let first = 0; first < names.length; first += Number(values.batch)) {
    results.push(...(await scan(names.slice(first, first + Number(values.batch)))));
    console.error(`${results.length} of ${names.length}: ${rate(results)}`);
  }
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(results, null, 1));
  print(results);
} finally {
  for (const name of [client, sensor]) {
    try {
      ip('netns', 'delete', name);
    } catch {
      // It was not made.
    }
  }
  rmSync(directory, { recursive: true });
}

function chosenNames() {
  if (values.name.length > 0) return values.name;
  const all = [...known.places.keys()];
  if (values.sample === undefined) return all;
  const stream = randomStreams(values.seed).stream('conformance/nmap/sample');
  const drawn = new Set();
  while (drawn.size < Math.min(Number(values.sample), all.length))
    drawn.add(all[Math.floor(stream.nextDouble() * all.length)]);
  return [...drawn];
}

function makeNamespaces() {
  for (const name of [client, sensor]) ip('netns', 'add', name);
  ip('-n', client, 'link', 'add', 'c0', 'type', 'veth', 'peer', 'name', 's0', 'netns', sensor);
  for (const [name, device] of [
    [client, 'c0'],
    [sensor, 's0'],
  ]) {
    ip('-n', name, 'link', 'set', 'lo', 'up');
    ip('-n', name, 'link', 'set', device, 'up');
  }
  ip('-n', client, 'address', 'add', '10.3.255.1/16', 'dev', 'c0');
}

function addressOf(index) {
  return `10.3.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`;
}

/** Scans hosts with these personalities in one call of nmap. */
async function scan(batch) {
  const configuration = batch.flatMap((name, i) => [
    `create p${i}`,
    `set p${i} personality "${name.replaceAll('"', '')}"`,
    `set p${i} default tcp action reset`,
    `set p${i} default udp action reset`,
    `set p${i} default icmp action open`,
    `add p${i} tcp port 80 open`,
    `bind ${addressOf(i)} p${i}`,
  ]);
  const config = join(directory, 'honeyd.conf');
  const targets = join(directory, 'targets');
  const found = join(directory, 'found.xml');
  writeFileSync(config, `${configuration.join('\n')}\n`);
  writeFileSync(targets, batch.map((_, i) => addressOf(i)).join('\n'));
  const up = [program, 'net', 'up', config, '--device', 'packet:s0', '--seed', '7'];
  const personalities = ['--personalities', values.database, '--control', join(directory, 'control')];
  const daemon = spawn('ip', ['netns', 'exec', sensor, process.execPath, ...up, ...personalities]);
  let said = '';
  const ended = new Promise((resolve) => daemon.on('close', resolve));
  await new Promise((resolve, reject) => {
    daemon.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
      if (said.includes('Answering')) resolve();
    });
    void ended.then(() => reject(new Error(said)));
  });
  try {
    const group = ['--min-hostgroup', values.group, '--max-hostgroup', values.group];
    const scanned = ['-n', '-Pn', '-O', '-p', '80,81', '--max-os-tries', values.tries, ...group];
    const nmap = spawn('ip', [
      'netns',
      'exec',
      client,
      'nmap',
      ...scanned,
      '-v',
      '-iL',
      targets,
      '-oX',
      found,
    ]);
    nmap.stdout.resume();
    nmap.stderr.pipe(process.stderr);
    await new Promise((resolve) => nmap.on('close', resolve));
  } finally {
    daemon.kill('SIGTERM');
    await ended;
  }
  return resultsOf(readFileSync(found, 'utf8'), batch);
}

function resultsOf(xml, batch) {
  const byAddress = new Map();
  for (const [, host] of xml.matchAll(/<host [^>]*>(.*?)<\/host>/gs)) {
    const address = /<address addr="([0-9.]+)" addrtype="ipv4"/.exec(host)?.[1];
    const matches = [...host.matchAll(/<osmatch name="([^"]*)" accuracy="(\d+)"/g)].map(
      ([, name, accuracy]) => ({
        name: decoded(name),
        accuracy: Number(accuracy),
      }),
    );
    const fingerprint = decoded(/<osfingerprint fingerprint="([^"]*)"/.exec(host)?.[1] ?? '').replaceAll(
      '\n',
      '',
    );
    byAddress.set(address, { matches, fingerprint: fingerprint.replaceAll('OS:', '') });
  }
  return batch.map((name, i) => {
    const { matches = [], fingerprint = '' } = byAddress.get(addressOf(i)) ?? {};
    const perfect = matches.filter(({ accuracy }) => accuracy === 100).map((match) => match.name);
    return {
      name,
      isPerfect: perfect.includes(name),
      isFirst: matches[0]?.name === name,
      isListed: matches.some((match) => match.name === name),
      isNothing: matches.length === 0,
      best: matches[0] ?? null,
      fingerprint,
    };
  });
}

function decoded(text) {
  const named = { amp: '&', quot: '"', lt: '<', gt: '>', apos: "'" };
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (_, hex, decimal, name) =>
    name === undefined
      ? String.fromCodePoint(Number.parseInt(hex ?? decimal, hex === undefined ? 10 : 16))
      : named[name],
  );
}

function rate(results) {
  const count = results.filter(({ isPerfect }) => isPerfect).length;
  return `${count} among the 100% matches (${((100 * count) / results.length).toFixed(1)}%)`;
}

function print(results) {
  const count = (has) => results.filter(has).length;
  console.log(`names scanned                        ${results.length}`);
  console.log(`configured name among 100% matches   ${rate(results)}`);
  console.log(`first guess                          ${count(({ isFirst }) => isFirst)}`);
  console.log(`listed                               ${count(({ isListed }) => isListed)}`);
  console.log(`nothing                              ${count(({ isNothing }) => isNothing)}`);
  for (const { name, best, isPerfect, fingerprint } of results)
    if (!isPerfect)
      console.log(
        `missed: ${name}; ${best === null ? 'no match' : `${best.name} (${best.accuracy}%)`}; ${differing(name, fingerprint)}`,
      );
}

/** What was measured otherwise than the fingerprint of this name that comes nearest to it has it. */
function differing(name, fingerprint) {
  const measured = new Map(
    [...fingerprint.matchAll(/([A-Z][A-Z0-9]*)\(([^)]*)\)/g)].map(([, test, text]) => [
      test,
      new Map(
        text.split('%').map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
      ),
    ]),
  );
  const all = fingerprintsOf(known, name).map(({ tests }) => differences(tests, measured));
  const least = all.toSorted((a, b) => a.length - b.length)[0] ?? [];
  return least.map(({ test, wanted, measured: got }) => `${test} is ${got} instead of ${wanted}`).join(', ');
}
