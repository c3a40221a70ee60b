import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { FrequentKeys } from './frequent-keys.ts';
import { formatPrometheus } from './prometheus.ts';
import { TrafficCounts } from './traffic-counts.ts';

describe('frequent keys', () => {
  it('are exact while there is room', () => {
    const keys = new FrequentKeys(4);
    for (const key of [7, 7, 7, 1, 1, 9]) keys.add(key);
    expect(keys.top(2)).toEqual([
      { key: 7, count: 3, surplus: 0 },
      { key: 1, count: 2, surplus: 0 },
    ]);
  });

  it('keep every key with more than its share, within the stated error', () => {
    const stream = randomStreams('3').stream('keys');
    const capacity = 50;
    const keys = new FrequentKeys(capacity);
    const exact = new Map<number, number>();
    const total = 20_000;
    for (let i = 0; i < total; i++) {
      // A third of all from three keys, the rest from 10,000.
      const key = stream.nextBelow(3) === 0 ? stream.nextBelow(3) : 3 + stream.nextBelow(10_000);
      keys.add(key);
      exact.set(key, (exact.get(key) ?? 0) + 1);
    }
    const kept = new Map(keys.top(capacity).map((entry) => [entry.key, entry]));
    for (const [key, count] of exact) if (count > total / capacity) expect(kept.has(key)).toBe(true);
    for (const { key, count, surplus } of kept.values()) {
      const truth = exact.get(key) ?? 0;
      expect(count).toBeGreaterThanOrEqual(truth);
      expect(count - surplus).toBeLessThanOrEqual(truth);
      // The bound that the paper proves.
      expect(surplus).toBeLessThanOrEqual(total / capacity);
    }
  });
});

describe('the table of frequent keys', () => {
  it('loses and doubles no key, whatever is driven out', () => {
    const keys = new FrequentKeys(8);
    const stream = randomStreams('5').stream('keys');
    let total = 0;
    for (let i = 0; i < 5000; i++) {
      // Keys that begin at the same place of the table, among others.
      keys.add(stream.nextBelow(2) === 0 ? stream.nextBelow(4) * 2 ** 30 : stream.nextBelow(40));
      total++;
      const kept = keys.top(100);
      expect(kept).toHaveLength(new Set(kept.map(({ key }) => key)).size);
      // The counts add up to all that came.
      expect(kept.reduce((sum, { count }) => sum + count, 0)).toBe(total);
    }
  });
});

describe('traffic counts', () => {
  it('count contacts by source, destination and port', () => {
    const counts = new TrafficCounts(1);
    const flow = { remoteAddress: 1, remotePort: 999, localAddress: 2, localPort: 80 };
    counts.tcpProbe(flow);
    counts.flowOpen();
    counts.flowClose(flow, 10, 20);
    counts.udpProbe({ ...flow, localPort: 53 });
    counts.udpReceived({ ...flow, localPort: 53 }, 40, 12);
    counts.udpSent(flow, 5);
    counts.icmp(1, 3);
    counts.other(5, 6, 6);
    expect(counts.topSources(9)).toEqual([{ address: 1, count: 4, surplus: 0 }]);
    expect(counts.topDestinations(1)).toEqual([{ address: 2, count: 3, surplus: 0 }]);
    expect(counts.topPorts(9)).toEqual([
      { protocol: 'udp', port: 53, count: 2 },
      { protocol: 'tcp', port: 80, count: 1 },
    ]);
    expect(counts.totals).toEqual({
      arpRequests: 0,
      ipv6Packets: 0,
      answersLimited: 0,
      tcpProbes: 1,
      udpProbes: 1,
      udpDatagrams: 1,
      icmpMessages: 1,
      otherPackets: 1,
      connectionsOpened: 1,
      connectionsClosed: 1,
      receivedBytes: 22,
      sentBytes: 25,
    });
  });
});

describe('the text for Prometheus', () => {
  it('has help, kind, and samples with their labels', () => {
    const text = formatPrometheus([
      {
        name: 'probes_total',
        kind: 'counter',
        help: 'Packets outside any connection.',
        samples: [
          { labels: { protocol: 'tcp' }, value: 3 },
          { labels: { protocol: 'a"b\\c\nd' }, value: 0 },
        ],
      },
      {
        name: 'connections',
        kind: 'gauge',
        help: 'Open now.',
        samples: [{ value: Number.POSITIVE_INFINITY }],
      },
    ]);
    expect(text).toBe(
      [
        '# HELP wormwood_probes_total Packets outside any connection.',
        '# TYPE wormwood_probes_total counter',
        'wormwood_probes_total{protocol="tcp"} 3',
        'wormwood_probes_total{protocol="a\\"b\\\\c\\nd"} 0',
        '# HELP wormwood_connections Open now.',
        '# TYPE wormwood_connections gauge',
        'wormwood_connections +Inf',
        '',
      ].join('\n'),
    );
  });
});
