/**
 * Personalities of our own, in the notation of nmap-os-db, for a machine without nmap and for systems that are newer than its
 * database. Each names where its values come from; what a source does not say is as RFC 9293, RFC 792 and RFC 1122 have it.
 *
 * - Linux 6: measured with nmap 7.93 against a kernel 6.18 on the other end of a veth pair. Documentation/networking/ip-sysctl
 *   shows the shift: it follows the largest receive buffer, 7 with 6 MB, 10 with 32 MB.
 * - Windows: TTL 128, a window of 64 KiB with the shift 8 (autotuning level normal), SACK, no timestamps
 *   (https://learn.microsoft.com/powershell/module/nettcpip/get-nettcpsetting); a FIN, null or Xmas segment is answered with a
 *   reset whatever the port (https://nmap.org/book/scan-methods-null-fin-xmas-scan.html); echo replies have the code 0.
 * - FreeBSD: tcp(4), inet(4) and icmp(4): a receive space of 65536 octets with the shift 6, identifications as in RFC 6864, eight
 *   octets quoted.
 * - macOS: the sources of xnu, bsd/netinet: window 65535 with the shift 6, eight octets quoted.
 * - OpenBSD: tcp(4), and sys/netinet in its sources: window 16384 with the shift 6, random identifications, TTL 255 with ICMP.
 * - lwIP: its configuration by default, src/include/lwip/opt.h: segments of 536 octets, a window of four, TTL 255,
 *   eight octets quoted; one counter for identifications. Printers, controllers and sensors are built on it.
 * - Cisco IOS: IP Application Services Configuration Guide: a window of 4128 octets; TTL 255; on a link an MSS of 1460.
 */

interface Family {
  readonly names: readonly (readonly [name: string, deviceClass: string])[];
  readonly tests: string;
}

const random = 'SP=FA-10B%GCD=1-6%ISR=100-110';

/** Segments outside connections as RFC 9293 3.10.7 has them, with one DF and TTL. */
function strays(head: string): string {
  return `T4(R=Y%${head}%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)
T5(R=Y%${head}%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)
T6(R=Y%${head}%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)
T7(R=Y%${head}%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)`;
}

function handshake(head: string, options: readonly string[], window: string, ecn: string): string {
  return `OPS(${options.map((each, i) => `O${i + 1}=${each}`).join('%')})
WIN(${options.map((_, i) => `W${i + 1}=${window}`).join('%')})
ECN(R=Y%${head}%W=${window}%${ecn}%Q=)
T1(R=Y%${head}%S=O%A=S+%F=AS%RD=0%Q=)`;
}

function unreachable(length: string, head: string): string {
  return `U1(${head}%IPL=${length}%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G)`;
}

function linux(shift: string): string {
  const head = 'DF=Y%T=40%TG=40';
  const full = `M5B4ST11NW${shift}`;
  const options = [full, full, `M5B4NNT11NW${shift}`, full, full, 'M5B4ST11'];
  return `SEQ(${random}%TI=Z%CI=Z%II=I%TS=21)
${handshake(head, options, 'FE88', `O=M5B4NNSNW${shift}%CC=Y`).replace('W=FE88', 'W=FAF0')}
T2(R=N)
T3(R=N)
${strays(head)}
${unreachable('164', 'DF=N%T=40%TG=40')}
IE(DFI=N%T=40%TG=40%CD=S)`;
}

const windowsHead = 'DF=Y%T=80%TG=80';
const windowsReset = `R=Y%${windowsHead}%W=0%S=Z%A=S%F=AR%O=%RD=0%Q=`;
const windowsFull = 'M5B4NW8NNS';
const windowsOptions = [windowsFull, windowsFull, 'M5B4NW8', windowsFull, windowsFull, 'M5B4NNS'];
const windows = `SEQ(${random}%TI=I%CI=I%II=I%SS=S%TS=U)
${handshake(windowsHead, windowsOptions, 'FFFF', 'O=M5B4NW8NNS%CC=N')}
T2(${windowsReset})
T3(R=Y%${windowsHead}%W=0%S=Z%A=O%F=AR%O=%RD=0%Q=)
${strays(windowsHead)}
${unreachable('164', 'DF=N%T=80%TG=80')}
IE(DFI=N%T=80%TG=80%CD=Z)`;

const bsdHead = 'DF=Y%T=40%TG=40';
const freebsdFull = 'M5B4NW6ST11';
const freebsdOptions = [freebsdFull, freebsdFull, 'M5B4NW6NNT11', freebsdFull, freebsdFull, 'M5B4ST11'];
const freebsd = `SEQ(${random}%TI=Z%CI=Z%II=RI%TS=21)
${handshake(bsdHead, freebsdOptions, 'FFFF', 'O=M5B4NW6SLL%CC=Y')}
T2(R=N)
T3(R=N)
${strays(bsdHead)}
${unreachable('38', 'DF=N%T=40%TG=40')}
IE(DFI=S%T=40%TG=40%CD=S)`;

const macFull = 'M5B4NW6NNT11SLL';
const macOptions = [macFull, macFull, 'M5B4NW6NNT11', macFull, macFull, 'M5B4NNT11SLL'];
const mac = `SEQ(${random}%TI=Z%CI=Z%II=RI%TS=21)
${handshake(bsdHead, macOptions, 'FFFF', 'O=M5B4NW6SLL%CC=Y')}
T2(R=N)
T3(R=N)
${strays(bsdHead)}
${unreachable('38', 'DF=N%T=40%TG=40')}
IE(DFI=S%T=40%TG=40%CD=S)`;

const openbsdFull = 'M5B4NNSNW6NNT11';
const openbsdOptions = [openbsdFull, openbsdFull, 'M5B4NW6NNT11', openbsdFull, openbsdFull, 'M5B4NNSNNT11'];
const openbsd = `SEQ(${random}%TI=RD%CI=RD%II=RI%TS=21)
${handshake(bsdHead, openbsdOptions, '4000', 'O=M5B4NNSNW6%CC=N')}
T2(R=N)
T3(R=N)
${strays(bsdHead)}
${unreachable('38', 'DF=N%T=FF%TG=FF')}
IE(DFI=N%T=FF%TG=FF%CD=S)`;

const smallHead = 'DF=N%T=FF%TG=FF';
const small = `SEQ(${random}%TI=I%CI=I%II=I%SS=S%TS=U)
${handshake(smallHead, Array<string>(6).fill('M218'), '860', 'O=M218%CC=N')}
T2(R=N)
T3(R=N)
${strays(smallHead)}
${unreachable('38', smallHead)}
IE(DFI=N%T=FF%TG=FF%CD=S)`;

const cisco = `SEQ(${random}%TI=Z%CI=RD%II=RI%TS=U)
${handshake(smallHead, Array<string>(6).fill('M5B4'), '1020', 'O=M5B4%CC=N')}
T2(R=N)
T3(R=N)
${strays(smallHead)}
${unreachable('38', smallHead)}
IE(DFI=S%T=FF%TG=FF%CD=S)`;

const FAMILIES: readonly Family[] = [
  {
    names: [
      ['Linux 6.1', 'Linux | Linux | 6.X | general purpose'],
      ['Linux 5.15', 'Linux | Linux | 5.X | general purpose'],
      ['Linux 6.8', 'Linux | Linux | 6.X | general purpose'],
    ],
    tests: linux('7'),
  },
  { names: [['Linux 6.18', 'Linux | Linux | 6.X | general purpose']], tests: linux('A') },
  {
    names: [
      ['Microsoft Windows 10', 'Microsoft | Windows | 10 | general purpose'],
      ['Microsoft Windows 11', 'Microsoft | Windows | 11 | general purpose'],
      ['Microsoft Windows Server 2019', 'Microsoft | Windows | 2019 | general purpose'],
      ['Microsoft Windows Server 2022', 'Microsoft | Windows | 2022 | general purpose'],
    ],
    tests: windows,
  },
  {
    names: [
      ['FreeBSD 13', 'FreeBSD | FreeBSD | 13.X | general purpose'],
      ['FreeBSD 14', 'FreeBSD | FreeBSD | 14.X | general purpose'],
    ],
    tests: freebsd,
  },
  {
    names: [
      ['Apple macOS 12', 'Apple | macOS | 12.X | general purpose'],
      ['Apple macOS 13', 'Apple | macOS | 13.X | general purpose'],
      ['Apple macOS 14', 'Apple | macOS | 14.X | general purpose'],
    ],
    tests: mac,
  },
  { names: [['OpenBSD 7', 'OpenBSD | OpenBSD | 7.X | general purpose']], tests: openbsd },
  {
    names: [
      ['lwIP 2 printer', 'lwIP | lwIP | 2.X | printer'],
      ['lwIP 2 programmable logic controller', 'lwIP | lwIP | 2.X | specialized'],
      ['lwIP 2 sensor', 'lwIP | lwIP | 2.X | specialized'],
    ],
    tests: small,
  },
  {
    names: [
      ['Cisco IOS 15 router', 'Cisco | IOS | 15.X | router'],
      ['Cisco IOS 15 switch', 'Cisco | IOS | 15.X | switch'],
    ],
    tests: cisco,
  },
];

/** The text of a database that holds them all. */
export const OWN_PERSONALITIES: string = FAMILIES.flatMap(({ names, tests }) =>
  names.map(([name, deviceClass]) => `Fingerprint ${name}\nClass ${deviceClass}\n${tests}\n`),
).join('\n');
