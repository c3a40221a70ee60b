/** `wormwood respond scope check | sign | keygen`: the owner's side of the permission. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { formatDuration, formatTimestamp, renderDiagnostic } from '@wormwood/base';
import { extentOf, extentWords, type ScopeFile } from '@wormwood/defense';
import { formatIpPrefix, IpSet, isIpv6Prefix } from '@wormwood/wire';
import {
  generateKeys,
  nowSeconds,
  readBounded,
  readKey,
  signOctets,
  type TrustedKey,
  verifierOf,
} from '@wormwood/responder';
import { checkScopeFile } from '@wormwood/files/scope';
import { CommandFailure, errorCode, EXIT, type ExitCode, systemReason } from '../exit-code.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import type { PrintOptions } from '../command-options.ts';

export interface ScopeCheckOptions extends PrintOptions {
  readonly trust: readonly string[];
}

export interface ScopeSignOptions extends PrintOptions {
  readonly key: string;
}

interface CheckedScope {
  readonly file: ScopeFile;
  readonly octets: Buffer;
}

/** Says what the file allows; with `--trust`, fails unless one of these keys has signed it. */
export async function scopeCheck(path: string, options: ScopeCheckOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const checked = await checkedScope(path, options, terminal);
  if (checked === undefined) return EXIT.invalidFile;
  const trusted: TrustedKey[] = [];
  for (const key of options.trust) trusted.push(await trustedKey(key));
  const { file, octets } = checked;
  const signaturePath = `${path}.sig`;
  const written = existsSync(signaturePath) ? readBounded(signaturePath).toString('latin1') : '';
  const signature = await verifierOf(trusted).verify(octets, written);
  const isAsked = trusted.length > 0;
  if (options.json) {
    const signer = signature.ok ? signature.value : null;
    await terminal.print(
      JSON.stringify({ ok: !isAsked || signature.ok, diagnostics: [], signer, scope: summary(file) }),
    );
  } else {
    await terminal.print(sentencesOf(file).join('\n'));
    if (signature.ok) await terminal.print(`It is signed by ${signature.value}.`);
    else if (isAsked) terminal.warn(`wormwood: ${signature.reason}`);
    else terminal.say('Whether it is signed was not looked at: name the key with --trust.');
  }
  return !isAsked || signature.ok ? EXIT.ok : EXIT.failed;
}

/** Signs what is in order, and nothing else. */
export async function scopeSign(path: string, options: ScopeSignOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const checked = await checkedScope(path, options, terminal);
  if (checked === undefined) return EXIT.invalidFile;
  const key = readKey('private', readBounded(options.key).toString('utf8'));
  if (key === undefined)
    throw new CommandFailure(EXIT.invalidFile, `${options.key} does not hold an Ed25519 private key.`);
  const signaturePath = `${path}.sig`;
  await writeOrFail(signaturePath, signOctets(checked.octets, key), { mode: 0o644 });
  const object = { ok: true, signature: signaturePath };
  await terminal.print(options.json ? JSON.stringify(object) : `Signed: ${signaturePath}`);
  return EXIT.ok;
}

/** Makes two files that do not exist yet. */
export async function scopeKeygen(name: string, options: PrintOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const { privateKey, publicKey } = generateKeys();
  const [privatePath, publicPath] = [`${name}.key`, `${name}.pub`];
  await writeOrFail(privatePath, privateKey, { flag: 'wx', mode: 0o600 });
  await writeOrFail(publicPath, publicKey, { flag: 'wx', mode: 0o644 });
  const object = { ok: true, privateKey: privatePath, publicKey: publicPath };
  const sentences =
    `${privatePath} signs; keep it with the owner, not on the sensor.\n` +
    `${publicPath} is trusted once it lies in the directory \`trusted\` of the state.`;
  await terminal.print(options.json ? JSON.stringify(object) : sentences);
  return EXIT.ok;
}

/** Prints what is wrong with the file, if anything, and then returns undefined. */
async function checkedScope(
  path: string,
  options: PrintOptions,
  terminal: Terminal,
): Promise<CheckedScope | undefined> {
  const octets = readBounded(path);
  const text = octets.toString('utf8');
  const check = checkScopeFile(text, path, nowSeconds());
  if (check.ok) return { file: check.file, octets };
  const color = terminal.stderr.isColorSupported;
  for (const each of check.diagnostics) terminal.warn(renderDiagnostic(each, text, { color }));
  if (options.json) await terminal.print(JSON.stringify({ ok: false, diagnostics: check.diagnostics }));
  return undefined;
}

async function trustedKey(path: string): Promise<TrustedKey> {
  const key = readKey('public', readBounded(path).toString('utf8'));
  if (key === undefined)
    throw new CommandFailure(EXIT.invalidFile, `${path} does not hold an Ed25519 public key.`);
  return { name: basename(path).replace(/\.pub$/, ''), key };
}

function summary(file: ScopeFile): Readonly<Record<string, unknown>> {
  return {
    owner: file.owner,
    contact: file.contact,
    expires: formatTimestamp(file.expiresSeconds, 0),
    prefixes: file.prefixes.map(formatIpPrefix),
    addresses: extentOf(IpSet.of(file.prefixes)),
    protected: file.protectedPrefixes.map(formatIpPrefix),
    actions: file.actions,
    actionsPerMinute: file.actionsPerMinute,
    activeActionsMax: file.activeActionsMax,
    verdictAgeMaxSeconds: file.verdictAgeMaxSeconds,
  };
}

function sentencesOf(file: ScopeFile): readonly string[] {
  const addresses = IpSet.of(file.prefixes);
  const guarded = IpSet.of(file.protectedPrefixes);
  const within = addresses.ipv4.intersection(guarded.ipv4).size;
  const ofIpv6 = file.protectedPrefixes.filter((each) => isIpv6Prefix(each) && addresses.meets(each)).length;
  const isMixed = ofIpv6 > 0 ? ` and ${ofIpv6} IPv6 ${ofIpv6 === 1 ? 'prefix' : 'prefixes'}` : '';
  return [
    `${file.owner} (${file.contact}) allows until ${formatTimestamp(file.expiresSeconds, 0)}, about infected hosts in`,
    `  ${file.prefixes.map(formatIpPrefix).join(', ')}: ${extentWords(addresses)}, ${within}${isMixed} of them protected,`,
    ...file.actions.map(
      ({ action, actuator, ttlSeconds, approval, ipv6 }) =>
        `  ${action}${ipv6 === 'network' ? ', of whole IPv6 networks,' : ''} with ${actuator} for ` +
        `${formatDuration(ttlSeconds)}, ` +
        (approval === 'automatic' ? 'at once;' : 'each approved by a person;'),
    ),
    `  at most ${file.actionsPerMinute} a minute and ${file.activeActionsMax} at the same time,`,
    `  on verdicts that are at most ${formatDuration(file.verdictAgeMaxSeconds)} old.`,
  ];
}

async function writeOrFail(
  path: string,
  text: string,
  options: { flag?: string; mode: number },
): Promise<void> {
  try {
    await writeFile(path, text, options);
  } catch (error) {
    const isForbidden = ['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error) ?? '');
    const sentence = `${path} cannot be written: ${systemReason(error)}.`;
    throw new CommandFailure(isForbidden ? EXIT.missingCapability : EXIT.failed, sentence, { cause: error });
  }
}
