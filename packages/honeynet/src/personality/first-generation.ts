/**
 * Fingerprints of nmap's first generation, `nmap.prints` as Honeyd shipped it, in the notation of the second
 * (https://nmap.org/nmap-fingerprinting-article.txt, https://nmap.org/book/osdetect-fingerprint-format.html). The first one
 * measured less: what it does not say, such as times to live, is as systems of that family have it.
 */

type Results = ReadonlyMap<string, string>;

const BLOCK = /^Fingerprint[ \t]+\S/m;
const TEST = /^(TSeq|T[1-7]|PU)\(([^)]*)\)/gm;
/** What every SYN of nmap's first generation offers, in an order of its own: a shift, an MSS of 265, a timestamp. */
const ECHOED_MSS = 'M109';
const ETHERNET_MSS = 'M5B4';
/** Octets of the datagram that PU asks with, headers included, and what is measured of it as it came. */
const SAME_LENGTH = '148';

/** Returns whether a text has fingerprints of the first generation. */
export function isFirstGeneration(text: string): boolean {
  return /^TSeq\(/m.test(text);
}

/** Returns the same fingerprints in the notation of the second generation; it never throws. */
export function secondGenerationOf(text: string): string {
  return text
    .split(/^(?=Fingerprint[ \t])/m)
    .filter((block) => BLOCK.test(block))
    .map(translated)
    .join('\n');
}

function translated(block: string): string {
  const [head = ''] = block.split('\n', 1);
  const classes = block.match(/^Class .*$/gm) ?? [];
  const tests = new Map(
    Array.from(block.matchAll(TEST), ([, name = '', body = '']) => [name, resultsOf(body)] as const),
  );
  const time = timeToLiveOf(`${head} ${classes.join(' ')}`);
  return [
    head.trimEnd(),
    ...classes,
    ...sequenceLines(tests.get('TSeq')),
    ...handshakeLines(tests.get('T1'), time),
    ...['T2', 'T3', 'T4', 'T5', 'T6', 'T7'].flatMap((name) => strayLines(name, tests.get(name), time)),
    ...unreachableLines(tests.get('PU'), time),
    `IE(R=Y%DFI=S%${time}%CD=S)`,
    '',
  ].join('\n');
}

function resultsOf(body: string): Results {
  return new Map(
    body.split('%').map((part): [string, string] => {
      const equals = part.indexOf('=');
      return equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    }),
  );
}

/** Windows begins with 128, routers, printers and Solaris with 255, others with 64. */
function timeToLiveOf(words: string): string {
  if (/Windows/i.test(words)) return 'T=80%TG=80';
  return /IOS|Cisco|printer|LaserJet|JetDirect|Solaris|SunOS/i.test(words) ? 'T=FF%TG=FF' : 'T=40%TG=40';
}

/** Growth of a class of sequence numbers, as SP, GCD and ISR; one of random growth has that of its SI. */
const CLASSES: Readonly<Record<string, string>> = {
  C: 'SP=0%GCD=0%ISR=0',
  '64K': 'SP=0-5%GCD=FA00%ISR=95-9F',
  i800: 'SP=0-5%GCD=320%ISR=63-6D',
  TR: 'SP=FA-10B%GCD=1-6%ISR=100-110',
};
const IDENTIFICATIONS: Readonly<Record<string, string>> = {
  I: 'I',
  BI: 'BI',
  RPI: 'RI',
  RD: 'RD',
  Z: 'Z',
  C: '1',
};
const TIMESTAMPS: Readonly<Record<string, string>> = {
  U: 'U',
  '0': '0',
  '2HZ': '1',
  '100HZ': '7',
  '1000HZ': 'A',
};

function sequenceLines(results: Results | undefined): readonly string[] {
  if (results === undefined) return [];
  const [kind = ''] = (results.get('Class') ?? '').split('|');
  const growth = CLASSES[kind] ?? randomGrowth(results.get('SI'), results.get('gcd'));
  const identification = IDENTIFICATIONS[(results.get('IPID') ?? '').split('|', 1)[0]!];
  const timestamps = TIMESTAMPS[(results.get('TS') ?? '').split('|', 1)[0]!];
  return [
    `SEQ(${[
      growth,
      ...(identification === undefined
        ? []
        : [`TI=${identification}`, `CI=${identification}`, `II=${identification}`, 'SS=S']),
      ...(timestamps === undefined ? [] : [`TS=${timestamps}`]),
    ].join('%')})`,
  ];
}

/**
 * SI is the deviation of the growth between two probes, of which ten came in a second, in multiples of a large common divisor;
 * SP is eight times its binary logarithm, and ISR that of the growth itself.
 */
function randomGrowth(si: string | undefined, gcd = '<7'): string {
  const deviation = numberOf(si ?? '') ?? USUAL_DEVIATION;
  const sp = Math.max(8, Math.min(SP_MAX, Math.round(8 * Math.log2(10 * Math.max(1, deviation)))));
  const range = (middle: number): string => `${hex(Math.max(0, middle - 8))}-${hex(middle + 8)}`;
  const [, most] = /^<([0-9A-F]+)$/.exec(gcd) ?? [];
  const divisor = most === undefined ? gcd : `1-${hex(Math.max(1, Number.parseInt(most, 16) - 1))}`;
  const unit = most === undefined ? (numberOf(gcd) ?? 1) : 1;
  const isr = Math.min(ISR_MAX, sp + 4 + (unit > COMMON ? Math.round(8 * Math.log2(unit)) : 0));
  return `SP=${range(sp)}%GCD=${divisor}%ISR=${range(isr)}`;
}

const USUAL_DEVIATION = 0xff_ffff;
const SP_MAX = 0x105;
const ISR_MAX = 0x108;
/** Smaller divisors are chance. */
const COMMON = 9;

function hex(value: number): string {
  return value.toString(16).toUpperCase();
}

/** A value that `<5000&>100` and the like allow, the middle of what bounds leave; undefined: it says none. */
function numberOf(expression: string): number | undefined {
  const [first = ''] = expression.split('|');
  let [least, most] = [0, Number.POSITIVE_INFINITY];
  for (const part of first.split('&')) {
    const [, sign = '', digits] = /^([<>]?)\+?([0-9A-Fa-f]+)$/.exec(part) ?? [];
    if (digits === undefined) return undefined;
    const value = Number.parseInt(digits, 16);
    if (sign === '') return value;
    if (sign === '<') most = Math.min(most, value - 1);
    else least = Math.max(least, value + 1);
  }
  if (most === Number.POSITIVE_INFINITY) return least;
  return Math.floor((least + Math.max(least, most)) / 2);
}

function handshakeLines(t1: Results | undefined, time: string): readonly string[] {
  if (t1 === undefined) return [];
  if (isSilent(t1)) return ['T1(R=N)'];
  const six = (letter: string, value: string): string =>
    [1, 2, 3, 4, 5, 6].map((i) => `${letter}${i}=${value}`).join('%');
  const window = windowOf(t1);
  const options = optionsOf(t1.get('Ops') ?? '');
  const head = `R=Y%DF=${firstOf(t1, 'DF', 'N')}%${time}`;
  return [
    `OPS(${six('O', options)})`,
    `WIN(${six('W', window)})`,
    `ECN(${head}%W=${window}%O=${options}%CC=N%Q=)`,
    `T1(${head}%S=O%A=S+%F=AS%RD=0%Q=)`,
  ];
}

function strayLines(name: string, results: Results | undefined, time: string): readonly string[] {
  if (results === undefined) return [];
  if (isSilent(results)) return [`${name}(R=N)`];
  const flags = firstOf(results, 'Flags', '');
  const acknowledgment = { 'S++': 'S+', S: 'S' }[firstOf(results, 'ACK', 'O')] ?? 'Z';
  const isReset = flags.includes('R');
  // Of resets the first generation does not say the number: RFC 9293 3.10.7.1.
  const sequence = !isReset ? 'O' : flags.includes('A') ? 'Z' : 'A';
  return [
    `${name}(R=Y%DF=${firstOf(results, 'DF', 'N')}%${time}%W=${windowOf(results)}%S=${sequence}%A=${acknowledgment}` +
      `%F=${ordered(flags)}%O=${isReset ? '' : optionsOf(results.get('Ops') ?? '')}%RD=0%Q=${flags.includes('B') ? 'R' : ''})`,
  ];
}

function isSilent(results: Results): boolean {
  return firstOf(results, 'Resp', 'Y') === 'N';
}

function firstOf(results: Results, attribute: string, usual: string): string {
  return (results.get(attribute) ?? usual).split('|', 1)[0]!;
}

function windowOf(results: Results): string {
  return hex((numberOf(results.get('W') ?? '0') ?? 0) & 0xffff);
}

/** In the order of the second generation, without the mark of reserved bits. */
function ordered(flags: string): string {
  return Array.from('EUAPRSF')
    .filter((letter) => flags.includes(letter))
    .join('');
}

/** `M` and `E` behind it: the MSS of the probe came back. */
function optionsOf(expression: string): string {
  const letters = expression.split('|').find((each) => each !== '') ?? '';
  return letters
    .replaceAll('ME', 'm')
    .replaceAll(/[^mMWTNL]/g, '')
    .replaceAll(/[mMWT]/g, (letter) => OPTIONS[letter]!);
}

const OPTIONS: Readonly<Record<string, string>> = { m: ECHOED_MSS, M: ETHERNET_MSS, W: 'W0', T: 'T11' };

function unreachableLines(pu: Results | undefined, time: string): readonly string[] {
  if (pu === undefined) return [];
  if (isSilent(pu)) return ['U1(R=N)'];
  const [length, total] = [numberOf(pu.get('IPLEN') ?? '') ?? 0x38, firstOf(pu, 'RIPTL', SAME_LENGTH)];
  const sum = { E: 'G', '0': 'Z' }[firstOf(pu, 'RIPCK', 'E')] ?? 'I';
  const identification = { E: 'G', '0': '0' }[firstOf(pu, 'RID', 'E')] ?? '4210';
  const udpSum = { E: 'G', '0': '0' }[firstOf(pu, 'UCK', 'E')] ?? '1234';
  return [
    `U1(R=Y%DF=${firstOf(pu, 'DF', 'N')}%${time}%IPL=${hex(length)}%UN=0%RIPL=${total === SAME_LENGTH ? 'G' : total}` +
      `%RID=${identification}%RIPCK=${sum}%RUCK=${udpSum}%RUD=${firstOf(pu, 'DAT', 'E') === 'E' ? 'G' : 'I'})`,
  ];
}
