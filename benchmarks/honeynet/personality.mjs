/**
 * Answers a second with personalities, in turns with the plain stack and with the kernel's own under the same load: hosts that answer
 * as another system shall answer as fast. Prints a line of JSON for each personality and each kind of load.
 */
import { LOADS, measure, ratio, ROUNDS, seenIn } from './loads.mjs';
import { honeydConfiguration, requireNamespaces, startDaemon, startKernel } from './pair.mjs';

/** Of our own, so that a machine without nmap measures the same: keyed and counted identifications, with timestamps and without. */
const NAMES = ['Linux 6.1', 'Microsoft Windows 10', 'OpenBSD 7', 'Cisco IOS 15 router'];

requireNamespaces();

const rounds = [];
for (let i = 0; i < ROUNDS; i++) {
  const round = {
    kernel: await measure(startKernel),
    plain: await measure((pair) => startDaemon(pair, honeydConfiguration(['10.3.0.5']))),
  };
  for (const name of NAMES) {
    const configuration = honeydConfiguration(['10.3.0.5'], name);
    round[name] = await measure((pair) => startDaemon(pair, configuration));
  }
  rounds.push(round);
}

for (const name of NAMES)
  LOADS.forEach((load, i) => {
    const [ours, plain, kernel] = [name, 'plain', 'kernel'].map((who) => seenIn(rounds, who, i));
    console.log(
      JSON.stringify({
        benchmark: `honeynet as ${name}: ${load.name}`,
        reference: 'the Linux kernel',
        repliesPerSecond: ours.rate,
        referenceRepliesPerSecond: kernel.rate,
        ratio: ratio(ours.rate, kernel.rate),
        plainRepliesPerSecond: plain.rate,
        ratioToPlain: ratio(ours.rate, plain.rate),
        microsecondsPerReply: ours.microseconds,
        plainMicroseconds: plain.microseconds,
        repeated: ours.repeated,
      }),
    );
  });
