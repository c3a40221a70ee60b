/** `wormwood net status`: the state of the running sensor. */
import { formatDuration, printable } from '@wormwood/base';
import type { SensorStatus } from '@wormwood/sensor';
import { statusChecks } from '@wormwood/sensor/status-checks';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { openTerminal } from '../output/terminal.ts';
import { ask, printableJson, type NetAskOptions } from './ask.ts';

const NETS_SHOWN_MAX = 5;

export async function netStatus(options: NetAskOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const status = await ask<SensorStatus>(options.control, '/status');
  await terminal.print(options.json ? printableJson(JSON.stringify(status)) : render(status));
  return EXIT.ok;
}

function render(status: SensorStatus): string {
  const { totals, nets } = status;
  const shown = nets.slice(0, NETS_SHOWN_MAX).join(', ');
  const more = nets.length > NETS_SHOWN_MAX ? ` and ${nets.length - NETS_SHOWN_MAX} more` : '';
  const rows: readonly (readonly [string, string])[] = [
    [
      'sensor',
      `${status.sensor}, version ${status.version}, up ${formatDuration(Math.floor(status.uptimeSeconds))}`,
    ],
    ['answers for', `${shown}${more} (${status.addresses} addresses)`],
    ['frames', `${status.frames}, dropped ${status.framesDropped}`],
    ...(status.wire === null ? [] : [['wire', wireInWords(status.wire)] as const]),
    [
      'contacts',
      `TCP ${totals.tcpProbes}, UDP ${totals.udpProbes + totals.udpDatagrams}, ICMP ${totals.icmpMessages}`,
    ],
    [
      'connections',
      `${status.connections} now, ${status.halfOpen} of them half open; ${totals.connectionsOpened} so far`,
    ],
    ...(status.evicted === 0
      ? []
      : [['reset', `${status.evicted} connections, because memory was short`] as const]),
    ['link', status.linkNets.length === 0 ? 'no network known' : status.linkNets.join(', ')],
    ['routers', status.routers.length === 0 ? 'none known' : status.routers.join(', ')],
    ['memory', `${Math.round(status.memoryBytes / 1e6)} MB`],
    ...(status.scriptUser === null ? [] : [['scripts', scriptsInWords(status.scriptUser)] as const]),
    ['lines lost', String(status.linesDropped)],
    ...(status.faults === 0 ? [] : [['faults', `${status.faults} unexpected errors`] as const]),
  ];
  return [
    ...rows.map(([name, value]) => `${name.padEnd(12)} ${printable(value)}`),
    '',
    ...statusChecks(status).map(({ ok, what, remedy }) =>
      ok ? `ok    ${what}` : `look  ${what}\n      ${remedy}`,
    ),
  ].join('\n');
}

function scriptsInWords({ userId, isOwn }: NonNullable<SensorStatus['scriptUser']>): string {
  return isOwn ? `run as the sensor's own user, ${userId}` : `run as user ${userId}`;
}

function wireInWords(wire: NonNullable<SensorStatus['wire']>): string {
  const { state, sent, refused, tooLong, mtuBytes, secondsSinceLeft } = wire;
  const since = secondsSinceLeft === null ? '' : `, the last left ${Math.round(secondsSinceLeft)} s ago`;
  const dropped = refused === 0 ? '' : `; ${refused} refused, ${tooLong} of them too long`;
  const counts = `${sent} frames sent${since}${dropped}; MTU ${mtuBytes}`;
  switch (state) {
    case 'sending':
      return `takes frames: ${counts}`;
    case 'stuck':
      return `TAKES NO FRAMES: ${counts}`;
    case 'idle':
      return `nothing sent yet; MTU ${mtuBytes}`;
    default:
      throw state satisfies never;
  }
}
