/** The user that scripts run as: never root, and not the sensor's own user where another one can be had. */
import type { Honeynet, Template } from '@wormwood/honeynet';
import type { UserAccount } from '../privileges.ts';
import type { HostUsers } from './host-messages.ts';

/** A number that no account has, as of a user of its own: it owns no file and no other process. */
const NUMBER_OF_NOBODY_ELSE = 65_533;

/** The user of scripts where none is named: a number that no account of the machine has. */
export const SCRIPT_USER_DEFAULT: UserAccount = {
  name: String(NUMBER_OF_NOBODY_ELSE),
  userId: NUMBER_OF_NOBODY_ELSE,
  groupId: NUMBER_OF_NOBODY_ELSE,
};

/** Returns whether any port starts a program. */
export function hasScripts(honeynet: Honeynet): boolean {
  return templatesOf(honeynet).some(({ ports, defaultActions }) =>
    [...ports.map(({ action }) => action), ...Object.values(defaultActions)].some(
      (action) =>
        action.kind === 'script' || (action.kind === 'internal' && /^\s*worker\b/.test(action.service)),
    ),
  );
}

/** Returns the users that programs may run as: the user of scripts, and those that templates name, except root. */
export function hostUsersOf(honeynet: Honeynet, { userId, groupId }: UserAccount): HostUsers {
  const limits = templatesOf(honeynet).map(({ process }) => process);
  return {
    userId,
    groupId,
    allowed: distinct(limits.map((limit) => limit.userId)),
    allowedGroups: distinct(limits.map((limit) => limit.groupId)),
  };
}

function distinct(ids: readonly (number | null)[]): readonly number[] {
  return [...new Set(ids)].filter((id): id is number => id !== null && id !== 0);
}

function templatesOf({ bindings, defaultTemplate, dhcpClients }: Honeynet): readonly Template[] {
  const bound = [...bindings, ...dhcpClients].map(({ template }) => template);
  const all = new Set(defaultTemplate === null ? bound : [...bound, defaultTemplate]);
  for (const template of all) for (const rule of template.dynamic ?? []) all.add(rule.template);
  return [...all];
}
