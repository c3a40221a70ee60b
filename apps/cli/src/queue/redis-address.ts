/**
 * Where Redis is: the URL that `--on` names. A URL with a password is read from a variable of the environment or from a file,
 * since every user of a machine sees its command lines.
 */
import { statSync } from 'node:fs';
import { readRegularText } from '@wormwood/sensor/read-file';
import { CommandFailure, EXIT, systemReason } from '../exit-code.ts';

export interface RedisAddress {
  /** With user and password; never printed. */
  readonly url: string;
  /** Without them. */
  readonly shown: string;
}

const URL_BYTES_MAX = 4096;
const FORMS =
  'Give redis://HOST:PORT or rediss://HOST:PORT (TLS), env:NAME for a variable that holds such a URL, or file:PATH for a file.';

/**
 * Returns the address that `text` names: a URL without a password, `env:NAME` or `file:PATH`. Anything else is a
 * `CommandFailure` that says what is allowed and shows no password.
 */
export function redisAddress(
  text: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): RedisAddress {
  const [, source, name = ''] = /^(env|file):(.+)$/.exec(text) ?? [];
  if (source === 'env') return ofUrl(variable(name, environment), `the variable ${name}`);
  if (source === 'file') return ofUrl(secretFile(name), name);
  const address = ofUrl(text, '--on');
  if (new URL(address.url).password !== '') {
    throw new CommandFailure(
      EXIT.usage,
      'Every user of this machine can read a password on the command line. Put the URL into a variable (--on env:NAME) or ' +
        'into a file that only you can read (--on file:PATH).',
    );
  }
  return address;
}

function variable(name: string, environment: Readonly<Record<string, string | undefined>>): string {
  const value = environment[name];
  if (value === undefined || value === '')
    throw new CommandFailure(EXIT.usage, `The variable ${name} is not set; it is to hold the URL of Redis.`);
  return value;
}

function secretFile(path: string): string {
  try {
    if ((statSync(path).mode & 0o077) !== 0) {
      throw new CommandFailure(
        EXIT.usage,
        `Other users can read ${path}, which may hold a password; run chmod 600 ${path}.`,
      );
    }
    return readRegularText(path, URL_BYTES_MAX);
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(EXIT.usage, `Cannot read ${path}: ${systemReason(error)}.`, { cause: error });
  }
}

/** `origin` is where the text stands; the text itself may hold a password and is not shown. */
function ofUrl(text: string, origin: string): RedisAddress {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  const isRedis = url !== undefined && /^rediss?:$/.test(url.protocol) && url.hostname !== '';
  if (!isRedis || !/^(?:\/[0-9]*)?$/.test(url.pathname)) {
    throw new CommandFailure(EXIT.usage, `${origin} holds no address of Redis. ${FORMS}`);
  }
  return { url: url.href, shown: `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}` };
}
