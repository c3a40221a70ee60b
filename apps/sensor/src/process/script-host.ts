/**
 * The process that starts scripts for a sensor that has given up root: it alone keeps the right to become another user. It
 * obeys the sensor, which may be in an enemy's hand, in two things only: to start a program as one of the users that it was
 * started with, none of them root, and to end one that it has started. Its own end is that of the sensor.
 */
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { socketpair } from '../device/libc.ts';
import { forbidInspection, forbidNewPrivileges } from '../privileges.ts';
import type { FromHost, HostUsers, ToHost } from './host-messages.ts';
import { LocalLauncher } from './local-launcher.ts';
import type { ProgramEnd, ProgramStart } from './program-start.ts';

const users = JSON.parse(process.argv[2] ?? '') as HostUsers;
const launcher = new LocalLauncher();
const running = new Map<number, () => void>();

forbidNewPrivileges();
forbidInspection();
process.on('message', (message: ToHost) => obey(message));
process.on('disconnect', () => {
  launcher.close();
  process.exit(0);
});
// The terminal's Ctrl-C is meant for the sensor, which ends this process.
process
  .on('SIGINT', () => undefined)
  .on('SIGTERM', () => undefined)
  .on('SIGHUP', () => undefined);
report({ kind: 'ready' });

function obey(message: ToHost): void {
  if (message.kind === 'kill') {
    running.get(message.id)?.();
    running.delete(message.id);
    return;
  }
  try {
    startProgram(message.id, withAllowedUser(message.start));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    report({
      kind: 'end',
      id: message.id,
      end: { code: null, signal: null, reason: `could not be started: ${why}` },
    });
  }
}

/** The one that was asked for where it is allowed, else the user of scripts. */
function withAllowedUser(start: ProgramStart): ProgramStart {
  const { userId, groupId } = start;
  const isAllowed = userId !== null && users.allowed.includes(userId) && userId !== 0;
  return {
    ...start,
    userId: isAllowed ? userId : users.userId,
    groupId: isAllowed && groupId !== null && users.allowedGroups.includes(groupId) ? groupId : users.groupId,
  };
}

function startProgram(id: number, program: ProgramStart): void {
  const [ours, theirs] = socketpair();
  const [ourErrors, theirErrors] = socketpair();
  const { child, kill } = launcher.launchOn([theirs, theirs, theirErrors], program, (end: ProgramEnd) =>
    report({ kind: 'end', id, end }),
  );
  closeSync(theirs);
  closeSync(theirErrors);
  if (child !== null) running.set(id, kill);
  hand(id, 'stdio', ours);
  hand(id, 'stderr', ourErrors);
}

/** Hands a socket over to the sensor; this process must not read from it. */
function hand(id: number, kind: 'stdio' | 'stderr', fd: number): void {
  const socket = new Socket({ fd, readable: false, writable: true });
  process.send?.({ kind, id } satisfies FromHost, socket, { keepOpen: false }, (error) => {
    if (error !== null) socket.destroy();
  });
}

function report(message: FromHost): void {
  process.send?.(message, (error: Error | null) => {
    if (error !== null) process.exit(1);
  });
}
