/** Services inside the sensor: enough to be asked, never enough to be used. Nothing that a peer sends is run or kept. */
import { printable } from '@wormwood/base';
import type { TcpConnection, TcpService } from '@wormwood/netstack';

/** Returns the service of a connection; `onMessage` takes lines for the service log. */
export type InnerService = (
  connection: TcpConnection,
  onMessage: (line: string) => void,
) => TcpService | null;

const LINE_OCTETS_MAX = 256;
const REQUEST_OCTETS_MAX = 8192;
const BLANK_LINE = /\r?\n\r?\n/;
const BLANK_LINE_LENGTH_MAX = 4;
const LOGINS_MAX = 3;
const NOTHING = new Uint8Array(0);
const PAGE = '<html><head><title>It works</title></head><body><p>It works.</p></body></html>\n';

export const INNER_SERVICES: Readonly<Record<string, InnerService>> = {
  echo,
  discard: () => null,
  http,
  login,
};

/** RFC 862: what is received is sent back. */
function echo(connection: TcpConnection): TcpService {
  const output = new Output(connection);
  return {
    data(octets) {
      output.send(octets);
      // What cannot be sent yet holds back what would come.
      if (output.isWaiting) connection.pause();
    },
    ended: () => output.end(),
    writable() {
      output.flush();
      if (!output.isWaiting) connection.resume();
    },
    closed: () => undefined,
  };
}

/** One page for every request (RFC 1945 6), and the end. */
function http(connection: TcpConnection, onMessage: (line: string) => void): TcpService {
  const output = new Output(connection);
  let request = '';
  let hasAnswered = false;
  return {
    data(octets) {
      if (hasAnswered) return;
      const more = textOf(octets.subarray(0, REQUEST_OCTETS_MAX));
      connection.claim(more.length);
      request += more;
      // What came before has been looked at.
      const fresh = request.slice(-octets.length - BLANK_LINE_LENGTH_MAX);
      if (!BLANK_LINE.test(fresh) && request.length < REQUEST_OCTETS_MAX) return;
      hasAnswered = true;
      connection.claim(-request.length);
      onMessage(printable(request.split(/\r?\n/, 1)[0]?.slice(0, LINE_OCTETS_MAX) ?? ''));
      const head = `HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${PAGE.length}\r\n\r\n`;
      request = '';
      output.send(octetsOf(head + PAGE));
      output.end();
    },
    ended: () => output.end(),
    writable: () => output.flush(),
    closed: () => undefined,
  };
}

/** Asks for a name and a password, and lets nobody in. Names are logged, passwords are forgotten at once. */
function login(connection: TcpConnection, onMessage: (line: string) => void): TcpService {
  const output = new Output(connection);
  let line = '';
  let isName = true;
  let attempts = 0;
  const follow = (): void => {
    if (isName) onMessage(`login as ${printable(line)}`);
    output.send(octetsOf(isName ? 'Password: ' : '\r\nLogin incorrect\r\n'));
    if (!isName && ++attempts < LOGINS_MAX) output.send(octetsOf('login: '));
    if (attempts === LOGINS_MAX) output.end();
    isName = !isName;
    line = '';
  };
  output.send(octetsOf('login: '));
  return {
    data(octets) {
      for (const letter of textOf(octets)) {
        if (attempts === LOGINS_MAX) return;
        if (letter === '\n') follow();
        else if (letter !== '\r' && line.length < LINE_OCTETS_MAX) line += letter;
      }
    },
    ended: () => output.end(),
    writable: () => output.flush(),
    closed: () => undefined,
  };
}

/** What is to be sent, as the connection takes it. */
class Output {
  readonly #connection: TcpConnection;
  #waiting: Uint8Array = NOTHING;
  #isEnding = false;

  constructor(connection: TcpConnection) {
    this.#connection = connection;
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  send(octets: Uint8Array): void {
    const joined = new Uint8Array(this.#waiting.length + octets.length);
    joined.set(this.#waiting);
    joined.set(octets, this.#waiting.length);
    this.#waiting = joined;
    this.flush();
  }

  /** Ends the connection when all is sent. */
  end(): void {
    this.#isEnding = true;
    this.flush();
  }

  flush(): void {
    this.#waiting = this.#waiting.subarray(this.#connection.write(this.#waiting));
    if (this.#isEnding && this.#waiting.length === 0) this.#connection.end();
  }
}

function textOf(octets: Uint8Array): string {
  return Array.from(octets, (octet) => String.fromCharCode(octet)).join('');
}

function octetsOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
