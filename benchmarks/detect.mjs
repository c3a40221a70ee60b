/**
 * Ten million sources in a day on 2^20 dark addresses, a contact each, and among them a thousand scanners: the memory of
 * the detector before and after (constant, or this fails), how many scanners it found, and observations per second
 * beside a reference that makes the same observations and touches as many random slots of as much memory, no more.
 * Prints one line of JSON. `WORMWOOD_SOURCES` sets another number of sources.
 */
import { runInNewContext } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import { AddressSet, randomStreams } from '@wormwood/base';
import { createDetector } from '@wormwood/defense';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

const SOURCES = Number(process.env.WORMWOOD_SOURCES ?? 10_000_000);
const SCANNERS = 1000;
const DAY_SECONDS = 86_400;
const SCAN_RATE_PER_SECOND = 20;
/** What a Map or an array beside the tables would exceed at once. */
const GROWTH_BYTES_MAX = 4 * 2 ** 20;
const dark = AddressSet.fromCidrs([{ address: 0x0a000000, prefixLength: 12 }]);
const streams = randomStreams('1');

const contactsPerScanner = (DAY_SECONDS * SCAN_RATE_PER_SECOND * dark.size) / 2 ** 32;
const observations = SOURCES + Math.round(SCANNERS * contactsPerScanner);
const scannerShare = 1 - SOURCES / observations;

/** Bytes that are in use once everything that can be forgotten is. */
function bytesInUse() {
  // Array buffers are given back only by a later round.
  for (let round = 0; round < 4; round++) collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Feeds the whole day to `take`; returns processor seconds. */
function feed(take) {
  const stream = streams.stream('benchmark/traffic');
  const before = process.cpuUsage();
  let source = 0;
  for (let i = 0; i < observations; i++) {
    const isScanner = stream.nextDouble() < scannerShare;
    const destination = dark.at(stream.nextBelow(dark.size));
    take({
      timeSeconds: (i * DAY_SECONDS) / observations,
      kind: 'contact',
      protocol: 'tcp',
      // An odd multiplier visits every address once.
      source: isScanner ? 0xdf000000 + stream.nextBelow(SCANNERS) : Math.imul(source++, 0x9e3779b1) >>> 0,
      destination,
      sourcePort: 50_000,
      destinationPort: isScanner ? 445 : 1024 + stream.nextBelow(60_000),
      payloadHash: null,
      payloadLength: 0,
      dark: true,
      linkAddress: null,
      forgeable: null,
    });
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const detector = createDetector({ streams, monitored: dark });
const judged = new Set();
let innocentJudged = 0;
const bytesBefore = bytesInUse();
const seconds = feed((observation) => {
  const verdict = detector.observe(observation);
  if (verdict === null) return;
  if (verdict.source - 0xdf000000 >= 0 && verdict.source - 0xdf000000 < SCANNERS) judged.add(verdict.source);
  else innocentJudged++;
});
const bytesAfter = bytesInUse();

const SLOTS_PER_GROUP = 16;
const { sourcesMax, bytesPerSource, evictions, bytes } = detector.status();
const memory = new Uint8Array(sourcesMax * bytesPerSource);
let sum = 0;
const referenceSeconds = feed(({ source }) => {
  const first = (Math.imul(source ^ (source >>> 15), 0x85ebca6b) >>> 0) % (sourcesMax - SLOTS_PER_GROUP);
  for (let slot = first; slot < first + SLOTS_PER_GROUP; slot++) sum += memory[slot * bytesPerSource];
  memory[first * bytesPerSource] = sum;
});

const growth = bytesAfter - bytesBefore;
console.log(
  JSON.stringify({
    benchmark: 'detect',
    reference: 'the same observations, as many random slots touched',
    sources: SOURCES,
    observations,
    sourcesRemembered: sourcesMax,
    evictions,
    tableMegabytes: Number((bytes / 1e6).toFixed(1)),
    megabytesBefore: Number((bytesBefore / 1e6).toFixed(1)),
    megabytesAfter: Number((bytesAfter / 1e6).toFixed(1)),
    scanners: SCANNERS,
    scannersJudged: judged.size,
    innocentJudged,
    observationsPerSecond: Math.round(observations / seconds),
    referencePerSecond: Math.round(observations / referenceSeconds),
    ratio: Number((referenceSeconds / seconds).toFixed(3)),
  }),
);
if (growth > GROWTH_BYTES_MAX) {
  process.stderr.write(`The memory grew by ${growth} bytes.\n`);
  process.exitCode = 1;
}
