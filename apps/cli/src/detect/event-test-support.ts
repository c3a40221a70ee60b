/** Events of a sensor, as the tests of `detect` have them in files. */

export const SCANNER = '198.51.100.7';
/** Noon of 1 March 2026, when the events begin. */
export const START: number = Date.UTC(2026, 2, 1, 12) / 1000;

function event(second: number, fields: Readonly<Record<string, unknown>>): string {
  const ts = `${new Date((START + second) * 1000).toISOString().slice(0, 19)}.000250Z`;
  return `${JSON.stringify({ v: 1, ts, sensor: 'dmz', ...fields })}\n`;
}

/** The first event of a sensor. */
export const NETS: string = event(0, { event: 'sensor.start', nets: ['10.1.0.0/16'] });

/** Three contacts and proven handshakes a second, each with another dark address. */
export function probes(from: number, to: number, scanner: string = SCANNER): string {
  const seconds = Array.from({ length: to - from }, (_, i) => from + i);
  return seconds
    .flatMap((second) => [9, 10, 11].map((network) => [second, network] as const))
    .map(([second, network]) => {
      const source = { src_ip: scanner, src_port: 40_000 + second };
      const destination = { dst_ip: `10.1.${network}.${second}`, dst_port: 445, proto: 'tcp' };
      const ends = { ...source, ...destination };
      return (
        event(second, { event: 'probe.tcp', ...ends }) +
        event(second, { event: 'flow.open', handshake: true, source_proof: 'router', ...ends })
      );
    })
    .join('');
}
