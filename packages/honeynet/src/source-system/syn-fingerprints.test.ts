// Which system begins a connection, by files of both kinds and our own signatures: whose word counts where several say something.
import { describe, expect, it } from 'vitest';
import { OWN_SYNS } from './own-syns.ts';
import { parseSynFingerprints, type SynFingerprints, systemOfSyn } from './syn-fingerprints.ts';
import { quirkBits, type TcpTraits } from './tcp-traits.ts';

const LINUX: TcpTraits = {
  timeToLive: 60,
  ipOptionsBytes: 0,
  headersBytes: 60,
  mssBytes: 1460,
  window: 64_240,
  windowScale: 7,
  layout: 'mss,sok,ts,nop,ws',
  timestamp: 1,
  quirks: quirkBits('df', 'id+'),
  hasPayload: false,
};
const WINDOWS: Partial<TcpTraits> = {
  timeToLive: 120,
  headersBytes: 52,
  windowScale: 8,
  layout: 'mss,nop,ws,nop,nop,sok',
  timestamp: null,
};

const system = (
  traits: Partial<TcpTraits>,
  databases: readonly SynFingerprints[] = [OWN_SYNS],
): string | null => systemOfSyn({ ...LINUX, ...traits }, traits.headersBytes ?? 60, databases);

describe('our own signatures', () => {
  it.each([
    [{}, 'Linux 4.20 and newer'],
    [{ windowScale: 10, mssBytes: 1400, window: 44 * 1400 }, 'Linux 4.20 and newer'],
    [{ windowScale: 9, window: 65_535 }, 'Linux Android'],
    [WINDOWS, 'Windows 10 or 11'],
    [{ ...WINDOWS, window: 65_535 }, 'Windows 10 or 11'],
    [{ ...WINDOWS, window: 8192 }, null],
    [
      {
        headersBytes: 64,
        window: 65_535,
        windowScale: 6,
        layout: 'mss,nop,ws,nop,nop,ts,sok,eol+1',
        quirks: quirkBits('df'),
      },
      'Mac OS X 10.14 or newer, or iOS',
    ],
    [
      { window: 65_535, windowScale: 6, layout: 'mss,nop,ws,sok,ts', quirks: quirkBits('df') },
      'FreeBSD 11 and newer',
    ],
    [
      { headersBytes: 64, window: 16_384, windowScale: 6, layout: 'mss,nop,nop,sok,nop,ws,nop,nop,ts' },
      'OpenBSD 6 or 7',
    ],
    [{ window: 29_200 }, null],
  ])('%j', (traits, name) => {
    expect(system(traits)).toBe(name);
  });

  it('are all understood', () => {
    expect(OWN_SYNS.strangeLines).toEqual([]);
    expect(OWN_SYNS.signatures.length).toBeGreaterThan(10);
  });
});

describe('several databases', () => {
  const pfOs = parseSynFingerprints('64240:64:1:60:M*,S,T,N,W7:Linux:of pf.os::\n');
  const specific = parseSynFingerprints(
    '[tcp:request]\nlabel = s:unix:Linux:specific\nsig = *:64:0:*:mss*44,*:mss,sok,ts,nop,ws:df,id+:0\n',
  );
  const generic = parseSynFingerprints(
    '[tcp:request]\nlabel = g:unix:Linux:generic\nsig = *:64:0:*:*,*:mss,sok,ts,nop,ws:df,id+:0\n',
  );

  it('are asked in their order, and what is likely counts where nothing is certain', () => {
    expect([pfOs.format, generic.format]).toEqual(['pf.os', 'p0f']);
    expect(system({}, [pfOs, specific])).toBe('Linux of pf.os');
    expect(system({}, [specific, pfOs])).toBe('Linux specific');
    expect(system({}, [generic, pfOs])).toBe('Linux of pf.os');
    expect(system({ window: 1 }, [generic, pfOs, specific])).toBe('Linux generic');
    expect(system({ window: 1 }, [pfOs, specific])).toBe(null);
    expect(system({}, [])).toBe(null);
  });

  it('see the same whatever the notation: a zero timestamp, an option behind the end', () => {
    const zero = parseSynFingerprints('*:64:1:60:M*,S,T0,N,W*:Zero:::\n');
    expect(system({ timestamp: 0 }, [zero])).toBe('Zero');
    expect(system({}, [zero])).toBe(null);
    const mac = parseSynFingerprints('*:64:1:64:M*,N,W*,N,N,T,S:Mac:::\n');
    expect(system({ headersBytes: 64, layout: 'mss,nop,ws,nop,nop,ts,sok,eol+1' }, [mac])).toBe('Mac');
  });
});
