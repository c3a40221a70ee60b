// Templates that depend on what their visitors run, visited by the kernel and by nmap, whose SYN is like no kernel's.
import { OWN_SYNS, SourceSystems } from '@wormwood/honeynet';
import { expect, it } from 'vitest';
import { missingForNamespaces, namespacePair } from './namespace-test-support.ts';
import { startSensor } from './sensor-test-support.ts';
import { systemClock } from './system-clock.ts';

const missing = missingForNamespaces('nmap', 'bash');

const CONFIGURATION = `
create friendly
set friendly default tcp action open
create shut
set shut default tcp action reset
dynamic host
add host use friendly if source os = "linux"
add host otherwise use shut
bind 10.3.0.5 host
`;

it.skipIf(missing !== null)('a host that is open to Linux alone', async () => {
  const pair = namespacePair('10.9.8.2/24', ['10.3.0.0/16']);
  const systems = new SourceSystems([OWN_SYNS], systemClock);
  const running = startSensor(pair, CONFIGURATION, {
    sourceSystem: (source) => systems.systemOf(source),
    tap: (device) => systems.watch(device),
  });
  try {
    const scan = await pair.client('nmap', '-n', '-Pn', '-sS', '-p', '80', '10.3.0.5');
    expect(scan.stdout).toMatch(/80\/tcp +closed/);
    const connected = await pair.client('bash', '-c', 'exec 3<>/dev/tcp/10.3.0.5/80 && echo connected');
    expect(connected.stdout).toBe('connected\n');
    expect(systems.systemOf(0x0a09_0802)).toBe('Linux 4.20 and newer');
    const again = await pair.client('nmap', '-n', '-Pn', '-sS', '-p', '80', '10.3.0.5');
    expect(again.stdout).toMatch(/80\/tcp +closed/);
  } finally {
    await running.close();
    pair.remove();
  }
});
