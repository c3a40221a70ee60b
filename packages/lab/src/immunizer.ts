/**
 * The immunizer of the lab: the same responder that owners run, with a scope that covers the lab's prefix and nothing else.
 * The lab owns its hosts, so it signs its own scope; any other signature or text is rejected.
 */
import { assert, type Cidr, type Clock } from '@wormwood/base';
import { formatIp, IpSet } from '@wormwood/wire';
import {
  type Actuator,
  type AppendOnlyFile,
  DONE,
  type FileLine,
  Responder,
  type ScopeFile,
} from '@wormwood/defense';

export interface ImmunizerComponents {
  readonly clock: Clock;
  /** The lab's addresses. */
  readonly prefix: Cidr;
  /** Seconds of the clock at which the lab ends. */
  readonly endSeconds: number;
  readonly actuator: Actuator;
  /** The log, which is still empty. */
  readonly auditFile: AppendOnlyFile;
}

const SIGNATURE = 'lab';
const SCOPE_TEXT = 'the lab acts on its own hosts';
/** Actions stay in force until the lab is over. */
const TTL_SLACK_SECONDS = 3600;
const ACTIONS_PER_MINUTE = 600;
const ACTIVE_MAX = 65_536;
const VERDICT_AGE_SECONDS_MAX = 3600;

/** Returns a responder that acts only on hosts of the lab. */
export async function openImmunizer(components: ImmunizerComponents): Promise<Responder> {
  const { clock, actuator, auditFile } = components;
  const file = labScope(components);
  const octets = octetsOf(SCOPE_TEXT);
  const opening = await Responder.open(
    {
      auditFile,
      // Nobody sets the clock of a lab while it runs.
      clock: {
        read() {
          const seconds = clock.nowSeconds();
          return { wallSeconds: seconds, uptimeSeconds: seconds, boot: 'lab' };
        },
      },
      scope: {
        read: () => ({ ok: true, value: file }),
        load: () => Promise.resolve({ octets, signature: SIGNATURE }),
        verifier: {
          verify: (_, signature) =>
            Promise.resolve(
              signature === SIGNATURE
                ? { ok: true, value: 'the lab' }
                : { ok: false, reason: 'Only the lab itself signs its scope.' },
            ),
        },
      },
      actuators: [actuator],
    },
    { sensor: 'lab', mode: 'act', ownAddresses: IpSet.empty },
  );
  assert(opening.ok, 'a new audit log can be opened');
  return opening.responder;
}

function labScope({ prefix, clock, endSeconds, actuator }: ImmunizerComponents): ScopeFile {
  const ttlSeconds = Math.ceil(endSeconds - clock.nowSeconds()) + TTL_SLACK_SECONDS;
  return {
    version: 1,
    owner: 'the lab',
    contact: 'lab@localhost.invalid',
    expiresSeconds: clock.nowSeconds() + 2 * ttlSeconds,
    prefixes: [prefix],
    addressesMax: 2 ** (32 - prefix.prefixLength),
    protectedPrefixes: [],
    actions: [
      { action: 'block', actuator: actuator.name, ttlSeconds, approval: 'automatic', kind: 'scanning' },
    ],
    actionsPerMinute: ACTIONS_PER_MINUTE,
    activeActionsMax: ACTIVE_MAX,
    verdictAgeMaxSeconds: VERDICT_AGE_SECONDS_MAX,
  };
}

/** Returns the actuator of the lab in memory, which reports to the lab that the host at this address is immunized. */
export function memoryActuator(immunize: (address: number) => void): Actuator {
  const inForce = new Set<string>();
  return {
    name: 'lab',
    actions: ['block'],
    describe: (step, { source }) => `${step} ${formatIp(source)}`,
    isActive: ({ key }) => Promise.resolve({ ok: true, active: inForce.has(key) }),
    apply: ({ key, source }) => {
      inForce.add(key);
      immunize(Number(source));
      return Promise.resolve(DONE);
    },
    release: ({ key }) => {
      inForce.delete(key);
      return Promise.resolve(DONE);
    },
  };
}

const NO_LINES: AsyncIterable<FileLine> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};

/** An audit log in memory. */
export class MemoryAuditFile implements AppendOnlyFile {
  #text = '';

  get text(): string {
    return this.#text;
  }

  append(text: string): Promise<typeof DONE> {
    this.#text += text;
    return Promise.resolve(DONE);
  }

  sync(): Promise<typeof DONE> {
    return Promise.resolve(DONE);
  }

  /** A lab reads its log once, before it writes to it. */
  lines(): AsyncIterable<FileLine> {
    assert(this.#text === '', 'the log of a lab is read before it is written');
    return NO_LINES;
  }

  cut(): Promise<typeof DONE> {
    return Promise.resolve(DONE);
  }
}

function octetsOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.codePointAt(0) ?? 0);
}
