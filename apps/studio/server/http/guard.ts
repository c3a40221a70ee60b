/**
 * Who may ask for what. A page of another site can make the browser send requests here, and a name of another site can be made
 * to mean this machine (DNS rebinding); so the `Host` must be ours, the `Origin` too, and whoever changes something must show
 * the token that the terminal has printed.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { Refusal } from '../sentence.ts';

/** What the guard knows of the server. */
export interface GuardOptions {
  /** Null: nothing can be changed. */
  readonly token: string | null;
  /** The port that is listened on, once it is known. */
  readonly port: () => number;
}

const TOKEN_HEADER = 'x-wormwood-token';
const NAMES = ['127.0.0.1', 'localhost', '[::1]'];
const HTTP_PORT = 80;

/** The content that pages may have: their own scripts and styles, WebAssembly, and pictures that they draw. */
const CONTENT_SECURITY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

/** Sets the headers of every answer. */
export const secured: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
};

/** Refuses requests in the name of another host or from pages of another site. */
export function ownHost({ port }: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    const hosts = hostsOf(port());
    if (!hosts.includes(context.req.header('host') ?? ''))
      throw new Refusal(421, `The studio answers only as ${hosts[0]}; the request names another host.`);
    const origin = context.req.header('origin');
    const isOwn = origin === undefined || hosts.some((host) => origin === `http://${host}`);
    if (!isOwn) throw new Refusal(403, 'A page of another site asks; the studio answers its own pages only.');
    await next();
  };
}

/** Refuses methods in which nothing is asked here: a body that comes with one would be read for nothing. */
export const knownMethod: MiddlewareHandler = async (context, next) => {
  if (!['GET', 'HEAD', 'POST'].includes(context.req.method))
    throw new Refusal(405, 'The studio is asked with GET and POST; /api/openapi.json says which.');
  await next();
};

/** Refuses changes without the token, and from anywhere but our own pages or a program that shows the token. */
export function mayWrite(options: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    const { token } = options;
    if (token === null)
      throw new Refusal(403, 'The studio is read-only; start it with --token to approve, undo and pause.');
    const header = context.req.header(TOKEN_HEADER);
    const isFromPage = context.req.header('origin') !== undefined;
    if (header === undefined && !isFromPage)
      throw new Refusal(403, `A change needs an Origin of ours, or the token in the header ${TOKEN_HEADER}.`);
    const shown = header ?? getCookie(context, cookieName(options));
    if (shown === undefined)
      throw new Refusal(
        403,
        'This browser has not shown the token: open the address that the terminal has printed.',
      );
    if (!isSame(shown, token))
      throw new Refusal(403, 'The token is wrong: open the address that the terminal has printed last.');
    await next();
  };
}

/** Whether the request shows the token, for pages that say so. */
export function hasToken(context: Context, options: GuardOptions): boolean {
  const shown = context.req.header(TOKEN_HEADER) ?? getCookie(context, cookieName(options));
  return options.token !== null && shown !== undefined && isSame(shown, options.token);
}

/** Keeps a right token in the browser, where no script and no other site can use it. Returns whether it is right. */
export function rememberToken(context: Context, options: GuardOptions, shown: string): boolean {
  if (options.token === null || !isSame(shown, options.token)) return false;
  setCookie(context, cookieName(options), shown, { httpOnly: true, sameSite: 'Strict', path: '/' });
  return true;
}

/** Cookies do not know ports: each studio of a machine has one of its own. */
function cookieName({ port }: GuardOptions): string {
  return `wormwood-token-${port()}`;
}

function hostsOf(port: number): readonly string[] {
  return NAMES.flatMap((name) => (port === HTTP_PORT ? [name, `${name}:${port}`] : [`${name}:${port}`]));
}

/** Compares digests, whose length says nothing of the token. */
function isSame(shown: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(shown), digest(token));
}
