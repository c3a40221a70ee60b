/**
 * Prints what disorder, ramps and crowds do to verdicts and alarms: `node conformance/detection/hardships.mjs`, after `npm run
 * build`. `--days N` (0 leaves the crowd out) and `--innocents N` size the crowd, which takes 70 octets a packet on the disk.
 */
import { parseArgs } from 'node:util';
import { importCompiled } from './bundle.mjs';

const { values } = parseArgs({
  options: {
    sources: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    days: { type: 'string', default: '10' },
    innocents: { type: 'string', default: '1000000' },
  },
});

const { crowdHardship, disorderHardships, hardshipsOf, rampHardships } = await importCompiled('index');
const days = Number(values.days);
const hardships = [
  ...(await disorderHardships(values.seed, Number(values.sources))),
  ...(await rampHardships(values.seed)),
  ...(days === 0 ? [] : [await crowdHardship(values.seed, days, Number(values.innocents))]),
];
console.log(hardshipsOf(hardships));
process.exitCode = hardships.every(({ holds }) => holds) ? 0 : 1;
