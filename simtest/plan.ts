/** What each client of a storm will do, drawn from one stream; and the octets of every stream, known without being kept. */
import type { RandomStream } from '@wormwood/base';
import type { IpAddress } from '@wormwood/wire';

/** Ports of the host, by what listens there. */
export const servicePort = { echo: 7, sink: 9, source: 19, slow: 25 } as const;

export type ServiceName = keyof typeof servicePort;

export interface Plan {
  readonly startSeconds: number;
  readonly service: ServiceName;
  readonly address: IpAddress;
  readonly port: number;
  readonly serverAddress: IpAddress;
  readonly serverPort: number;
  readonly initialSequence: number;
  readonly sendBytes: number;
  readonly sendKey: number;
  /** What the service will send, and the stream that it comes from. */
  readonly answerBytes: number;
  readonly answerKey: number;
  /** The client sends FIN only after that of the service. */
  readonly closesLast: boolean;
  readonly ending: 'orderly' | 'abort' | 'vanish';
  readonly mssBytes: number;
  readonly windowBytes: number;
  readonly readBytesPerSecond: number;
  readonly scales: boolean;
  readonly sack: boolean;
  readonly timestamps: boolean;
}

const SERVICES = Object.keys(servicePort) as ServiceName[];
const FIRST_CLIENT = 0x0a01_0000;
const SERVER = 0x0a00_0001;
/** Of IPv6: addresses of IPv4 at the end of this prefix. */
const PREFIX = 0xfd00_0000_0000_0001n << 64n;
/** Where the host answers. */
export const servers: readonly IpAddress[] = [SERVER, PREFIX | BigInt(SERVER)];

/** The ends of a client with that number. */
export function endsOf(number: number, isIpv6: boolean): Pick<Plan, 'address' | 'serverAddress'> {
  const [address, serverAddress] = [FIRST_CLIENT + number, SERVER];
  if (!isIpv6) return { address, serverAddress };
  return { address: PREFIX | BigInt(address), serverAddress: PREFIX | BigInt(serverAddress) };
}

/** Draws the clients of `seconds`, in the order in which they come. */
export function plansOf(count: number, seconds: number, stream: RandomStream): readonly Plan[] {
  const starts = Array.from({ length: count }, () => stream.nextDouble() * seconds);
  return starts.toSorted((a, b) => a - b).map((startSeconds, index) => planOf(index, startSeconds, stream));
}

function planOf(index: number, startSeconds: number, stream: RandomStream): Plan {
  const chance = (probability: number): boolean => stream.nextDouble() < probability;
  const service = SERVICES[Math.floor(stream.nextDouble() * SERVICES.length)] ?? 'echo';
  const sendKey = stream.nextUint32();
  const length = Math.floor(2 ** (stream.nextDouble() * 17.5));
  const ending = stream.nextDouble();
  const isSlow = chance(0.1);
  const sends = service === 'source' ? 16 : length;
  return {
    startSeconds,
    service,
    // Every second client comes over IPv6.
    ...endsOf(index >>> 12, index % 2 === 1),
    port: 1024 + (index & 4095),
    serverPort: servicePort[service],
    initialSequence: stream.nextUint32(),
    sendBytes: sends,
    sendKey,
    answerBytes: service === 'source' ? length : service === 'echo' ? length : 0,
    answerKey: service === 'source' ? ~sendKey >>> 0 : sendKey,
    closesLast: service === 'source',
    ending: ending < 0.05 ? 'abort' : ending < 0.08 ? 'vanish' : 'orderly',
    mssBytes: chance(0.3) ? 200 + Math.floor(stream.nextDouble() * 1000) : 1460,
    windowBytes: isSlow ? 4000 : 60_000,
    readBytesPerSecond: isSlow ? 3000 : Number.POSITIVE_INFINITY,
    scales: chance(0.7),
    sack: chance(0.7),
    timestamps: chance(0.5),
  };
}

/** Octets `position` and after of the stream `key`: no period shorter than 2^24 octets. */
export function octetsAt(key: number, position: number, length: number): Uint8Array {
  const octets = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const word = Math.imul((position + i) ^ key, 0x9e37_79b1);
    octets[i] = word >>> 24;
  }
  return octets;
}
