/**
 * Whether the commands of a honeynet can serve as they are written, on this machine and as the user that scripts run as: reported
 * before the first connection finds out.
 */
import { accessSync, constants, readFileSync, type Stats, statSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { quoted } from '@wormwood/base';
import { SCRIPT_PATH } from './local-launcher.ts';
import {
  actionsOf,
  commandWords,
  type Finding,
  type Honeynet,
  type PlacedAction,
  whereIs,
} from '@wormwood/honeynet';

export interface CommandCheckOptions {
  /** Where scripts run. */
  readonly directory: string;
  /** The user of scripts whose template names none. */
  readonly userId: number;
}

/** Variables that are replaced in a command. */
const VARIABLES: ReadonlySet<string> = new Set(['ipsrc', 'ipdst', 'sport', 'dport', 'date']);
const INTERPRETERS = /^(?:sh|bash|dash|ash|perl|python[0-9.]*|ruby|php|node|tclsh|awk|expect)$/;
const HEAD_BYTES = 256;
const READ = 4;
const EXECUTE = 1;

interface Fault {
  readonly code: string;
  readonly message: string;
  readonly help: string;
}

/** Returns what is wrong with each command, once; nothing is run. */
export function commandFindings(honeynet: Honeynet, options: CommandCheckOptions): readonly Finding[] {
  return actionsOf(honeynet).flatMap((placed) => {
    const command = commandOf(placed);
    if (command === null || placed.protocol === 'icmp') return [];
    return faultsOf(command, placed, options).map(({ code, message, help }): Finding => ({
      severity: 'warning',
      code,
      about: [placed.action],
      message: `${message} (${whereIs(placed)}).`,
      help,
    }));
  });
}

/**
 * Returns the text of the script that a command runs, up to 64 KiB; null where it runs another kind of program,
 * or one that cannot be read.
 */
export function scriptTextOf(command: string, directory: string): string | null {
  const [first = '', second = ''] = commandWords(command) ?? [];
  const isInterpreted = INTERPRETERS.test(first.split('/').at(-1) ?? '') && !second.startsWith('-');
  const path = isInterpreted
    ? resolve(directory, second)
    : first.includes('/')
      ? resolve(directory, first)
      : null;
  if (path === null || stateOf(path)?.isFile() !== true) return null;
  try {
    const text = readFileSync(path).subarray(0, SCRIPT_BYTES_MAX).toString('latin1');
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

const SCRIPT_BYTES_MAX = 1 << 16;

function commandOf({ action }: PlacedAction): string | null {
  if (action.kind === 'script') return action.command;
  const [, worker] = action.kind === 'internal' ? (/^\s*worker\s+(.*)$/s.exec(action.service) ?? []) : [];
  return worker ?? null;
}

function faultsOf(command: string, placed: PlacedAction, options: CommandCheckOptions): readonly Fault[] {
  const words = commandWords(command);
  if (words === null) {
    return [
      {
        code: 'command-words',
        message: 'The command has no words or more than 31',
        help: 'Put the command into a script.',
      },
    ];
  }
  const shell = shellFault(command, words);
  const unknown = variableFaults(command);
  // Words that only a shell takes apart name no file.
  if (shell !== null) return [shell, ...unknown];
  const user = {
    userId: placed.template.process.userId ?? options.userId,
    groupId: placed.template.process.groupId ?? placed.template.process.userId ?? options.userId,
  };
  const program = programFault(words, options.directory, user);
  return [...(program === null ? [] : [program]), ...unknown];
}

function shellFault(command: string, words: readonly string[]): Fault | null {
  const help = 'No shell reads it. Write a script that does this, and its path here.';
  const [first = ''] = words;
  if (/^[A-Za-z_][A-Za-z_0-9]*=/.test(first))
    return {
      code: 'needs-shell',
      message: `${quoted(first)} sets a variable, which only a shell does`,
      help,
    };
  const quote = /["'`\\]/.exec(command)?.[0];
  if (quote !== undefined)
    return {
      code: 'needs-shell',
      message: `${quote} stands in the command, which only a shell understands`,
      help,
    };
  const symbol = words.find((word) => /^(?:[0-9]*[<>]|\||;|&|\(|\))|[;|&<>]$/.test(word));
  return symbol === undefined
    ? null
    : { code: 'needs-shell', message: `${quoted(symbol)} is for a shell`, help };
}

function variableFaults(command: string): readonly Fault[] {
  const names = [...command.matchAll(/\$\{?([A-Za-z_][A-Za-z_0-9]*)\}?/g)].filter(
    ([whole, name = '']) => whole.startsWith('${') || !VARIABLES.has(name),
  );
  return [...new Set(names.map(([whole]) => whole))].map((whole) => {
    const name = whole.replaceAll(/[${}]/g, '');
    const meant = VARIABLES.has(name) ? `$${name}` : NEAREST.get(name.toLowerCase());
    return {
      code: 'unknown-variable',
      message: `${quoted(whole)} stays as it is`,
      help: name.startsWith('HONEYD_')
        ? `Scripts find ${name} in their environment; in a command there are $ipsrc, $ipdst, $sport, $dport and $date.`
        : `${meant === undefined ? '' : `Did you mean ${meant}? `}There are $ipsrc, $ipdst, $sport, $dport and $date.`,
    };
  });
}

const NEAREST: ReadonlyMap<string, string> = new Map([
  ['ip', '$ipdst'],
  ['srcip', '$ipsrc'],
  ['src_ip', '$ipsrc'],
  ['dstip', '$ipdst'],
  ['dst_ip', '$ipdst'],
  ['srcport', '$sport'],
  ['dstport', '$dport'],
  ['port', '$dport'],
]);

interface User {
  readonly userId: number;
  readonly groupId: number;
}

function programFault(words: readonly string[], directory: string, user: User): Fault | null {
  const [first = '', second] = words;
  const path = first.includes('/') ? resolve(directory, first) : onPath(first);
  if (path === null) {
    const beside = exists(join(directory, first));
    const help = beside
      ? `Write ./${first}, beside the configuration.`
      : `It is looked for in ${SCRIPT_PATH}.`;
    return { code: 'no-such-program', message: `There is no program ${quoted(first)}`, help };
  }
  const fault = fileFault(path, first, { user, right: EXECUTE, directory });
  if (fault !== null) return fault;
  const name = first.split('/').at(-1) ?? '';
  if (INTERPRETERS.test(name)) return interpreted(second, directory, user);
  return headFault(path, first);
}

/** The script of an interpreter: its first word that is not an option. */
function interpreted(script: string | undefined, directory: string, user: User): Fault | null {
  if (script === undefined || script.startsWith('-') || script.includes('$')) return null;
  return fileFault(resolve(directory, script), script, { user, right: READ, directory });
}

function fileFault(
  path: string,
  written: string,
  { user, right, directory }: { readonly user: User; readonly right: number; readonly directory: string },
): Fault | null {
  const found = stateOf(path);
  if (found === null)
    return {
      code: 'no-such-program',
      message: `There is no file ${quoted(written)}`,
      help: `Paths begin in ${directory}, the directory of the configuration.`,
    };
  if (!found.isFile())
    return { code: 'no-such-program', message: `${quoted(written)} is not a file`, help: 'Name a program.' };
  const closed = closedDirectory(path, user);
  if (closed !== null)
    return {
      code: 'not-readable',
      message: `User ${user.userId}, as which it runs, may not enter ${closed}, where ${quoted(written)} is`,
      help: `Allow it: chmod o+x ${closed}.`,
    };
  if (right === EXECUTE && (found.mode & 0o111) === 0)
    return {
      code: 'not-executable',
      message: `${quoted(written)} is not executable`,
      help: `chmod +x ${written}, or write sh ${written}.`,
    };
  const isEnough = mayUse(found, user, right) && (right === READ || mayUse(found, user, READ));
  return isEnough
    ? null
    : {
        code: 'not-readable',
        message: `User ${user.userId}, as which it runs, may not ${right === READ ? 'read' : 'run'} ${quoted(written)}`,
        help: `Allow it: chmod o+r${right === READ ? '' : 'x'} ${written}.`,
      };
}

/** What the kernel makes of the beginning of a program. */
function headFault(path: string, written: string): Fault | null {
  let head: string;
  try {
    head = readFileSync(path).subarray(0, HEAD_BYTES).toString('latin1');
  } catch {
    return null;
  }
  if (head.startsWith('\u007fELF')) return null;
  if (!head.startsWith('#!'))
    return {
      code: 'no-interpreter',
      message: `${quoted(written)} names no interpreter in its first line`,
      help: `Start it with #!/bin/sh, or write sh ${written}.`,
    };
  const line = head.slice(2).split('\n', 1)[0] ?? '';
  const interpreter = line.trim().split(/[ \t]/, 1)[0] ?? '';
  if (line.endsWith('\r'))
    return {
      code: 'carriage-return',
      message: `The first line of ${quoted(written)} ends in a carriage return, which the kernel treats as part of the name`,
      help: `Convert its line ends to Unix: sed -i 's/\\r$//' ${written}.`,
    };
  return exists(interpreter)
    ? null
    : {
        code: 'no-interpreter',
        message: `There is no ${quoted(interpreter)}, the interpreter of ${quoted(written)}`,
        help: 'Install it, or name another interpreter in the first line.',
      };
}

/** The first directory on the way to a file that a user may not enter, or null. */
function closedDirectory(path: string, user: User): string | null {
  const way: string[] = [];
  for (let at = dirname(path); ; at = dirname(at)) {
    way.unshift(at);
    if (at === dirname(at)) break;
  }
  return (
    way.find((each) => {
      const found = stateOf(each);
      return found !== null && !mayUse(found, user, EXECUTE);
    }) ?? null
  );
}

/** By the mode bits (path_resolution(7)); root may do everything. */
function mayUse({ mode, uid, gid }: Stats, { userId, groupId }: User, right: number): boolean {
  if (userId === 0) return true;
  const shift = uid === userId ? 6 : gid === groupId ? 3 : 0;
  return ((mode >> shift) & right) !== 0;
}

function onPath(program: string): string | null {
  for (const directory of SCRIPT_PATH.split(delimiter)) {
    const path = join(directory, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // It may be in the next one.
    }
  }
  return null;
}

function exists(path: string): boolean {
  return stateOf(path) !== null;
}

function stateOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}
