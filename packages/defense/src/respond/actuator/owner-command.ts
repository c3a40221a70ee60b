/**
 * A command of the owner: the place for network access control, agents on the hosts, or a patch run. It is called as
 * `program …arguments STEP KEY ADDRESS ACTION SECONDS` with STEP one of `apply`, `release` and `status`, through no shell.
 * It must be idempotent by KEY, and answer `status` with code 0 while the act of KEY is in force and with 1 when not; any
 * other code is a failure. For a patch run, `apply` starts it, and `status` says whether it was started.
 */
import { assert, formatIpv4 } from '@wormwood/base';
import { ACTION_KINDS, type ActionKind, type ActionRequest, type Actuator } from '../action.ts';
import { DONE, failed, type Outcome } from '../outcome.ts';
import { commandOf, type CommandRunner, reasonOf } from './command-runner.ts';

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
    { key, source, action, secondsLeft }: ActionRequest,
  ): readonly string[] => [
    ...leading,
    step,
    key,
    formatIpv4(source),
    action,
    String(Math.max(1, Math.ceil(secondsLeft))),
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
