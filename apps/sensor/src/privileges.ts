/** From root to an ordinary user, for good: done once everything that needs root is open. */
import { readFileSync } from 'node:fs';
import koffi from 'koffi';

export interface UserAccount {
  readonly name: string;
  readonly userId: number;
  readonly groupId: number;
}

const libc = koffi.load('libc.so.6');
const prctl = libc.func(
  'int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)',
);
const capset = libc.func('int capset(uint8_t *header, const uint8_t *data)');
const PR_SET_DUMPABLE = 4;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;
const CAPABILITY_VERSION_3 = 0x2008_0522;
/** Effective, permitted and inheritable, twice 32 bits of each. */
const CAPABILITY_DATA_BYTES = 24;

/** The account of a name or of a number, or undefined; read from /etc/passwd. */
export function findUser(nameOrId: string): UserAccount | undefined {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const line of lines) {
    const [name = '', , userId = '', groupId = ''] = line.split(':');
    if (name !== '' && (name === nameOrId || userId === nameOrId)) {
      return { name, userId: Number(userId), groupId: Number(groupId) };
    }
  }
  return undefined;
}

/**
 * Becomes `user` in every thread, with its group alone and no capability, and gives up the right to gain any by running
 * a program. Throws when the way back is still open afterwards.
 */
export function dropPrivileges(user: UserAccount): void {
  const { setgroups, setgid, setuid } = process;
  if (setgroups === undefined || setgid === undefined || setuid === undefined) {
    throw new Error('this system has no users to change to');
  }
  setgroups([user.groupId]);
  setgid(user.groupId);
  setuid(user.userId);
  forbidNewPrivileges();
  if (user.userId !== 0) assertNoWayBack(setuid);
}

/**
 * Gives up what a user without root was given: capabilities that were granted to open the device would otherwise be
 * inherited by every script (capabilities(7), ambient set).
 */
export function dropCapabilities(): void {
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) !== 0) {
    throw new Error('prctl(PR_CAP_AMBIENT) failed');
  }
  const header = new Uint8Array(Uint32Array.of(CAPABILITY_VERSION_3, 0).buffer);
  if (capset(header, new Uint8Array(CAPABILITY_DATA_BYTES)) !== 0) throw new Error('capset failed');
  forbidNewPrivileges();
}

/**
 * From now on no other process of the same user reads or traces this one (prctl(2), PR_SET_DUMPABLE); it leaves no core, and its
 * files in /proc belong to root.
 */
export function forbidInspection(): void {
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) !== 0) throw new Error('prctl(PR_SET_DUMPABLE) failed');
}

/** Of every program that is started from now on, too. */
export function forbidNewPrivileges(): void {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) !== 0) throw new Error('prctl(PR_SET_NO_NEW_PRIVS) failed');
}

function assertNoWayBack(setuid: (id: number) => void): void {
  try {
    setuid(0);
  } catch {
    return;
  }
  throw new Error('privileges could be taken back after they were dropped');
}
