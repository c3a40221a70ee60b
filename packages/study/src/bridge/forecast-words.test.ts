import { describe, expect, it } from 'vitest';
import { adviceWords, leftOutDocument, remarkWords, scoreWords } from './forecast-words.ts';
import type { MadeForecast } from './make-forecast.ts';

/** Of a forecast what these words read. */
function madeOf(given: {
  readonly advice?: object;
  readonly isSeparable?: boolean;
  readonly tempering?: number;
  readonly dispersion?: number;
  readonly ipv6Contacts?: number;
}): MadeForecast {
  const { advice = { isPossible: true, more: 0 }, isSeparable = true, tempering = 1, dispersion = 1 } = given;
  const { ipv6Contacts = 0 } = given;
  const everInfected = { q10: [1, 1500], q50: [1, 2000], q90: [1, 2600] };
  return {
    advice,
    responseSeconds: 60,
    horizonSeconds: 3600,
    arms: [{ arm: { everInfected } }],
    sighting: { ipv6Contacts, fit: { isSeparable, posterior: { tempering, dispersion } } },
  } as unknown as MadeForecast;
}

describe('the words of a forecast', () => {
  it.each([
    [
      { forecasts: 1, moments: 4, held: 4, below: 0, above: 0 },
      'Of 1 forecast kept, the bands of 80% held what came at 4 of 4 moments (100%).',
    ],
    [
      { forecasts: 2, moments: 8, held: 6, below: 1, above: 1 },
      'Of 2 forecasts kept, the bands of 80% held what came at 6 of 8 moments (75%), 1 times fewer sources came and 1 times more.',
    ],
    [
      { forecasts: 1, moments: 3, held: 2, below: 0, above: 1 },
      'Of 1 forecast kept, the bands of 80% held what came at 2 of 3 moments (67%), 0 times fewer sources came and 1 times more.',
    ],
  ])('say how those kept have fared: %j', (score, words) => {
    expect(scoreWords(score)).toBe(words);
  });

  it('say nothing of those that no moment is past of', () => {
    expect(scoreWords({ forecasts: 0, moments: 0, held: 0, below: 0, above: 0 })).toBeUndefined();
  });

  it('remark what the fit leaves open, and how the counts scatter', () => {
    expect(remarkWords(madeOf({}))).toEqual([]);
    expect(remarkWords(madeOf({ isSeparable: false }))).toEqual([
      expect.stringMatching(/^Few sources have come back so far\. That fixes how fast the outbreak grows/),
    ]);
    expect(remarkWords(madeOf({ tempering: 1.01, dispersion: 3.456 }))).toEqual([
      'The counts scatter 3.5 times as much as this model does; the intervals are widened accordingly.',
    ]);
    expect(remarkWords(madeOf({ isSeparable: false, tempering: 2 }))).toHaveLength(2);
  });

  it('say how many contacts over IPv6 are left out, and why', () => {
    expect(remarkWords(madeOf({ ipv6Contacts: 1200 }))).toEqual([
      expect.stringMatching(
        /^The fit leaves out 1,200 contacts over IPv6: random scanning finds no hosts among/,
      ),
    ]);
    expect(remarkWords(madeOf({ ipv6Contacts: 1 }))[0]).toContain(' 1 contact over IPv6');
    expect(leftOutDocument(0)).toEqual({ ipv6Contacts: 0, reason: null });
    expect(leftOutDocument(2)).toMatchObject({
      ipv6Contacts: 2,
      reason: expect.stringContaining('2 contacts'),
    });
  });

  it.each([
    [{ isPossible: true, more: 0 }, /The honeypots that there are suffice/],
    [{ isPossible: true, more: 1 }, / 1 more honeypots, with hosts immunized /],
    [{ isPossible: false, reason: 'space' }, /The space has fewer unused addresses/],
    [{ isPossible: false, reason: 'response', responseMaxSeconds: 30 }, /it takes a response within 30 s\.$/],
  ])('advise %j', (advice, words) => {
    const text = adviceWords(madeOf({ advice }));
    expect(text).toMatch(
      /^If nothing changes, 2,000 hosts are or were infected in 60 min, 1,500 to 2,600 in eight of ten runs\. |^If nothing changes, 2,000 hosts are or were infected in 1 h, 1,500 to 2,600 in eight of ten runs\. /,
    );
    expect(text).toMatch(words);
  });
});
