/**
 * A command of the owner: the place for network access control, agents on the hosts, or a patch run. It is called as
 * `program …arguments STEP KEY ADDRESS ACTION SECONDS LINK` with STEP one of `apply`, `release` and `status`, without a
 * shell; ADDRESS is the address of a host, or of a whole IPv6 network such as `2001:db8:20::/64` where the scope allows that;
 * LINK is the link address of a host on the sensor's link, and `-` for one beyond a router. Nothing in an argument
 * is replaced: `$name`, backquotes and braces reach the program as they are.
 * It must be idempotent by KEY, and answer `status` with code 0 while the act of KEY is in force and with 1 when not; any
 * other code is a failure. For a patch run, `apply` starts it, and `status` says whether it was started.
 */
import { assert } from '@wormwood/base';
import {
  ACTION_KINDS,
  type ActionKind,
  type ActionRequest,
  type Actuator,
  formatTarget,
  LINK_ADDRESS,
} from '../action.ts';
import { DONE, failed, type Outcome } from '../outcome.ts';
import { commandOf, type CommandRunner, reasonOf } from './command-runner.ts';

/** A program of the owner that carries actions out. */
export interface OwnerCommandOptions {
  /** As scope files call it. */
  readonly name: string;
  /** Absolute path. */
  readonly program: string;
  /** Put before the step. @default none */
  readonly arguments?: readonly string[];
  /** What it can do. @default every action */
  readonly actions?: readonly ActionKind[];
}

const ACTIVE_CODE = 0;
const INACTIVE_CODE = 1;

/** Returns the actuator that calls a command of the owner. */
export function ownerCommandActuator(runner: CommandRunner, options: OwnerCommandOptions): Actuator {
  const { name, program, arguments: leading = [], actions = ACTION_KINDS } = options;
  assert(program.startsWith('/'), 'a command is an absolute path');
  const argumentsOf = (
    step: string,
    { key, action, secondsLeft, linkAddress, ...target }: ActionRequest,
  ): readonly string[] => [
    ...leading,
    step,
    key,
    formatTarget(target),
    action,
    String(Math.max(1, Math.ceil(secondsLeft))),
    linkArgument(linkAddress),
  ];
  const run = async (step: 'apply' | 'release', request: ActionRequest): Promise<Outcome> => {
    const result = await runner.run(commandOf(program, argumentsOf(step, request)));
    return result.kind === 'exited' && result.code === 0 ? DONE : failed(reasonOf(result));
  };
  return {
    name,
    actions,
    describe: (step, request) => [program, ...argumentsOf(step, request)].join(' '),
    async isActive(request) {
      const result = await runner.run(commandOf(program, argumentsOf('status', request)));
      const code = result.kind === 'exited' ? result.code : undefined;
      if (code === ACTIVE_CODE) return { ok: true, active: true };
      return code === INACTIVE_CODE ? { ok: true, active: false } : failed(reasonOf(result));
    },
    apply: (request) => run('apply', request),
    release: (request) => run('release', request),
  };
}

function linkArgument(linkAddress: string | null): string {
  if (linkAddress === null) return '-';
  assert(LINK_ADDRESS.test(linkAddress), `"${linkAddress}" is not a link address`);
  return linkAddress;
}
