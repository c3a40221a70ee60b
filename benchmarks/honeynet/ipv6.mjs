/**
 * Answers a second over IPv6, from one address and from a /64, in turns with IPv4 and with the kernel's own stack under the same
 * load over IPv6. Prints a line of JSON for each kind of load.
 */
import { LOADS, measure, ratio, ROUNDS, seenIn } from './loads.mjs';
import { honeydConfiguration, requireNamespaces, startDaemon, startKernelIpv6 } from './pair.mjs';

const FIRST = '2001:db8:3::5';
const answering =
  (...addresses) =>
  (pair) =>
    startDaemon(pair, honeydConfiguration(addresses));

requireNamespaces();

const rounds = [];
for (let i = 0; i < ROUNDS; i++) {
  rounds.push({
    kernel: await measure(startKernelIpv6, { first: FIRST }),
    one: await measure(answering(FIRST), { first: FIRST }),
    network: await measure(answering('2001:db8:3::/64'), { first: FIRST }),
    ipv4: await measure(answering('10.3.0.5')),
  });
}

LOADS.forEach(({ name }, i) => {
  const [one, network, ipv4, kernel] = ['one', 'network', 'ipv4', 'kernel'].map((who) =>
    seenIn(rounds, who, i),
  );
  console.log(
    JSON.stringify({
      benchmark: `honeynet over IPv6: ${name}`,
      reference: 'the Linux kernel over IPv6',
      repliesPerSecond: one.rate,
      referenceRepliesPerSecond: kernel.rate,
      ratio: ratio(one.rate, kernel.rate),
      ipv4RepliesPerSecond: ipv4.rate,
      ratioToIpv4: ratio(one.rate, ipv4.rate),
      networkRatioToOne: ratio(network.rate, one.rate),
      microsecondsPerReply: one.microseconds,
      ipv4Microseconds: ipv4.microseconds,
      repeated: one.repeated,
      referenceRepeated: kernel.repeated,
    }),
  );
});
