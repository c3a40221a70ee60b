/**
 * What stands behind the open ports of a template: nothing, a service inside the sensor, a script for each connection, a
 * worker for all of them, or another machine. Scripts and connections are the app's; here it is decided what they are.
 */
import type { Clock, RandomStream } from '@wormwood/base';
import type { AnswerLimit, TcpConnection, TcpService, UdpDatagram } from '@wormwood/netstack';
import { formatIp, type IpAddress, ipProtocol } from '@wormwood/wire';
import type { PortAction, Template } from '../model.ts';
import type { ServiceRunner } from '../virtual-host.ts';
import { INNER_SERVICES } from './inner-services.ts';
import type {
  Connector,
  ProcessListener,
  ProcessSpawner,
  RemoteEnd,
  RunningProcess,
} from './process-spawner.ts';
import { commandWords, expandVariables, scriptEnvironment, type Session } from './script-words.ts';
import { bridge } from './stream-bridge.ts';
import { type Schedule, tarpit } from './tarpit.ts';
import { UdpBudget } from './udp-budget.ts';
import { UdpSessions } from './udp-sessions.ts';
import { Worker } from './worker.ts';

export interface ServiceComponents {
  readonly spawner: ProcessSpawner;
  readonly connector: Connector;
  readonly clock: Clock;
  /** For what strangers must not predict. */
  readonly stream: RandomStream;
  readonly schedule: Schedule;
  /** The operating system that a source's SYN gave away, or null. */
  readonly sourceSystem: (source: IpAddress) => string | null;
  /** Today, local time, as YYYY-MM-DD. */
  readonly today: () => string;
  /** A line for the service log: of a script's standard error, or why a service did not run. */
  readonly onMessage: (session: Session, line: string) => void;
  /** Nothing serves a connection or a datagram that was to be served; `reason` says why. @default it is not reported */
  readonly onFailure?: (session: Session, protocol: number, reason: string) => void;
  /** An answer to a datagram was kept back. @default it is not reported */
  readonly onLimited?: (session: Session, limit: AnswerLimit) => void;
}

/** Names of the services inside the sensor. */
export const INTERNAL_SERVICES: readonly string[] = [...Object.keys(INNER_SERVICES), 'worker'];

/** What a service costs besides the octets that it keeps, about. */
const SERVICE_BYTES = 512;

/** Starts what stands behind the ports of a honeynet: scripts, workers, proxies and services inside the sensor. */
export class HoneynetServices implements ServiceRunner {
  readonly #components: ServiceComponents;
  readonly #budget: UdpBudget;
  readonly #sessions: UdpSessions;
  /** Workers by their command. */
  readonly #workers: Map<string, Worker> = new Map();

  constructor(components: ServiceComponents) {
    this.#components = components;
    this.#budget = new UdpBudget(components.clock, components.stream.nextUint32());
    this.#sessions = new UdpSessions(components.schedule);
  }

  tcp(action: PortAction, connection: TcpConnection, template: Template): TcpService | null {
    if (action.kind === 'open' || action.kind === 'closed' || action.kind === 'filtered') return null;
    connection.claim(SERVICE_BYTES);
    if (!action.tarpit) return this.#serve(action, connection, template);
    let service: TcpService | null = null;
    const slow = tarpit(connection, this.#components.schedule, () => service?.writable());
    service = this.#serve(action, slow, template);
    return service;
  }

  udp(
    action: PortAction,
    datagram: UdpDatagram,
    reply: (payload: Uint8Array) => void,
    template: Template,
  ): void {
    const { localAddress, localPort, remoteAddress, remotePort } = datagram;
    const session = { localAddress, localPort, remoteAddress, remotePort };
    const limited = this.#budget.limit(datagram, reply, (limit) =>
      this.#components.onLimited?.(session, limit),
    );
    const fail = (why: string): void => this.#components.onFailure?.(session, ipProtocol.udp, why);
    if (action.kind === 'internal' && firstWord(action.service) === 'echo') limited(datagram.payload.slice());
    if (action.kind === 'script')
      this.#sessions.deliver(datagram, limited, {
        start: this.#startScript(action.command, datagram, template),
        fail,
      });
    if (action.kind === 'proxy') {
      const remote = this.#remoteEnd(action, datagram);
      if (remote === null) fail(nowhere(action));
      else this.#components.connector.sendDatagram(remote, datagram.payload.slice(), limited);
    }
  }

  /** Ends workers and scripts; connections are the stack's. */
  close(): void {
    for (const worker of this.#workers.values()) worker.close();
    this.#workers.clear();
    this.#sessions.close();
  }

  #serve(
    action: PortAction & { readonly kind: 'script' | 'internal' | 'proxy' },
    connection: TcpConnection,
    template: Template,
  ): TcpService | null {
    const onMessage = this.#messagesOf(connection);
    const onFailure = this.#failuresOf(connection);
    const refused = (why: string): null => {
      onMessage(why);
      onFailure(why);
      connection.end();
      return null;
    };
    if (action.kind === 'internal') return this.#serveInside(action.service, connection, template);
    if (action.kind === 'script') {
      const start = this.#startScript(action.command, connection, template);
      return (
        bridge(connection, start, { onMessage, onFailure }) ??
        refused('too many scripts run; this one was not started')
      );
    }
    const remote = this.#remoteEnd(action, connection);
    if (remote === null) return refused(nowhere(action));
    const connect = (listener: ProcessListener): RunningProcess | null =>
      this.#components.connector.connect(remote, listener);
    return (
      bridge(connection, connect, { onMessage, onFailure, onReset: () => connection.abort() }) ??
      refused('too many proxied connections are open')
    );
  }

  #serveInside(service: string, connection: TcpConnection, template: Template): TcpService | null {
    const name = firstWord(service);
    if (name === 'worker') {
      const command = service.trim().slice('worker'.length);
      const variables = this.#environmentOf(connection, template);
      return this.#workerOf(command, template)?.serve(connection, variables) ?? null;
    }
    const onMessage = this.#messagesOf(connection);
    const inner = Object.hasOwn(INNER_SERVICES, name) ? INNER_SERVICES[name] : undefined;
    if (inner !== undefined) return inner(connection, onMessage);
    onMessage(`no service inside the sensor is called ${name}`);
    this.#failuresOf(connection)(`no service inside the sensor is called ${name}`);
    return null;
  }

  #workerOf(command: string, template: Template): Worker | null {
    const words = commandWords(command);
    if (words === null) return null;
    let worker = this.#workers.get(command);
    if (worker === undefined) {
      const nobody = { localAddress: 0, localPort: 0, remoteAddress: 0, remotePort: 0 };
      worker = new Worker({
        words,
        limits: template.process,
        spawner: this.#components.spawner,
        onMessage: (line) => this.#components.onMessage(nobody, line),
      });
      this.#workers.set(command, worker);
    }
    return worker;
  }

  #startScript(command: string, session: Session, template: Template) {
    return (listener: ProcessListener): RunningProcess | null => {
      const words = commandWords(command)?.map((word) =>
        expandVariables(word, session, this.#components.today()),
      );
      if (words === undefined) return null;
      const environment = this.#environmentOf(session, template);
      return this.#components.spawner.spawn({ words, environment, limits: template.process }, listener);
    };
  }

  #environmentOf(session: Session, template: Template): Readonly<Record<string, string>> {
    return scriptEnvironment(session, template, this.#components.sourceSystem(session.remoteAddress));
  }

  #remoteEnd(
    { host, port }: { readonly host: string; readonly port: string },
    session: Session,
  ): RemoteEnd | null {
    const today = this.#components.today();
    const address = expandVariables(host, session, today);
    // Nothing is ever begun towards a source (`proxy $ipsrc:$dport` sends an attack back); the connector looks up names.
    const askedBy = formatIp(session.remoteAddress);
    if (address === askedBy) return null;
    const target = Number(expandVariables(port, session, today));
    if (!Number.isInteger(target) || target < 1 || target > 65_535) return null;
    return { host: address, port: target, askedBy };
  }

  #failuresOf({ localAddress, localPort, remoteAddress, remotePort }: Session): (reason: string) => void {
    const session = { localAddress, localPort, remoteAddress, remotePort };
    return (reason) => this.#components.onFailure?.(session, ipProtocol.tcp, reason);
  }

  #messagesOf({ localAddress, localPort, remoteAddress, remotePort }: Session): (line: string) => void {
    const session = { localAddress, localPort, remoteAddress, remotePort };
    return (line) => this.#components.onMessage(session, line);
  }
}

function nowhere({ host, port }: { readonly host: string; readonly port: string }): string {
  return `the proxy leads nowhere: ${host}:${port}`;
}

function firstWord(service: string): string {
  return service.trim().split(/\s+/, 1)[0] ?? '';
}
