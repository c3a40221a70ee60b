// A router that is named again, or answers again, is asked as a new one is.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryLink } from '../link/memory-link.ts';
import { LOCAL } from '../stack-test-support.ts';
import { OwnerQuestions } from './owner-questions.ts';
import { KnownRouters, type RouterName, type RouterStatus } from './known-routers.ts';
import { ASKER, claim, OWNER, RUNS, type Saying, saying, SEED, START } from './second-use-test-support.ts';

describe('a router', () => {
  const NAMES: readonly RouterName[] = [
    { address: LOCAL, vlan: 0 },
    { linkAddress: 77, vlan: 3 },
  ];
  const make = () => {
    const questions = new OwnerQuestions(memoryLink({ slots: 128 })[1]);
    const changes = { count: 0 };
    const routers = new KnownRouters({
      questions,
      askerFor: () => ({ askerAddress: ASKER, askerLinkAddress: 1 }),
      changed: () => changes.count++,
    });
    const work = (now: number): void => {
      questions.runTimers(now);
      routers.runTimers(now);
    };
    /** Lets time pass in small steps, in which the owner or a rival says something. */
    const say = ({ what, seconds }: Saying, start: number): unknown[] => {
      work(start);
      if (what !== 'ask') {
        questions.note(claim(what, LOCAL));
        routers.note(claim(what, LOCAL), start);
      }
      // Silence lasts: three questions may stay without an answer.
      const steps = what === 'ask' ? 40 : 4;
      for (let i = 1; i <= steps; i++) work(start + seconds + i / 2);
      return [routers.status(), changes.count, routers.nextTimerSeconds(), questions.size];
    };
    return { routers, questions, changes, work, say };
  };

  it(`that is named again after it was not begins as a new one; seed ${SEED}`, () => {
    const states = new Set<RouterStatus['state']>();
    fc.assert(
      fc.property(fc.array(saying, { maxLength: 8 }), fc.array(saying, { maxLength: 8 }), (before, last) => {
        const [used, fresh] = [make(), make()];
        let now = START;
        used.routers.replace(NAMES);
        for (const each of before) {
          used.say(each, now);
          now += 30;
          states.add(used.routers.status()[0]!.state);
        }
        used.routers.replace([]);
        expect(used.say({ what: 'talk', count: 1, seconds: 0 }, now)[0]).toEqual([]);
        now += 30;
        used.changes.count = 0;
        for (const { routers } of [used, fresh]) routers.replace(NAMES);
        for (const each of last) {
          expect(used.say(each, now)).toEqual(fresh.say(each, now));
          now += 30;
        }
      }),
      RUNS,
    );
    expect(states).toEqual(new Set(['answered', 'silent', 'conflict', 'asking']));
  });

  it('that has answered may stay silent twice again, however often it was silent before', () => {
    const { routers, questions, work } = make();
    routers.replace([NAMES[0]!]);
    for (let round = 0; round < 5; round++) {
      const start = START + 71 * round;
      work(start);
      questions.note(claim('reply', LOCAL));
      // The questions after 61 and 66 seconds have no answer, the one after 71 has.
      for (let after = 1; after < 71; after += 0.5) {
        work(start + after);
        expect(routers.status()[0]).toMatchObject({ linkAddress: OWNER, state: 'answered' });
      }
    }
  });
});
