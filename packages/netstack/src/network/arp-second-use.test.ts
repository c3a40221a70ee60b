// A question by ARP takes the place of one that is over, and finds what it would find in a table that is new.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { memoryLink } from '../link/memory-link.ts';
import { LOCAL } from '../stack-test-support.ts';
import { OwnerQuestions, type OwnerVerdict } from './owner-questions.ts';
import {
  ASKER,
  claim,
  OWNER,
  RIVAL,
  RUNS,
  type Saying,
  saying,
  SEED,
  START,
} from './second-use-test-support.ts';

it(`a question by ARP that is asked again has no answers of before; seed ${SEED}`, () => {
  const question = {
    address: LOCAL,
    vlan: 0,
    tags: new Uint8Array(0),
    askerAddress: ASKER,
    askerLinkAddress: 1,
  };
  const make = () => {
    const settled: OwnerVerdict[] = [];
    const questions = new OwnerQuestions(memoryLink({ slots: 128 })[1]);
    const say = ({ what, count }: Saying, now: number): boolean[] => {
      questions.runTimers(now);
      if (what !== 'ask') questions.note(claim(what, LOCAL));
      const asks = what === 'ask' ? count : 0;
      return Array.from({ length: asks }, () =>
        questions.ask(question, now, { linkAddress: RIVAL, settle: (verdict) => void settled.push(verdict) }),
      );
    };
    return { settled, questions, say };
  };
  const verdicts = new Set<OwnerVerdict>();
  fc.assert(
    fc.property(fc.array(saying, { maxLength: 12 }), fc.array(saying, { maxLength: 12 }), (before, last) => {
      const [used, fresh] = [make(), make()];
      let now = START;
      for (const each of before) used.say(each, (now += each.seconds));
      used.questions.runTimers((now += 1));
      expect([used.questions.size, used.questions.nextTimerSeconds()]).toEqual([0, Number.POSITIVE_INFINITY]);
      for (const verdict of used.settled.splice(0)) verdicts.add(verdict);
      for (const each of last) {
        now += each.seconds;
        expect(used.say(each, now)).toEqual(fresh.say(each, now));
      }
      for (const { questions } of [used, fresh]) questions.runTimers(now + 1);
      expect(used.settled).toEqual(fresh.settled);
    }),
    RUNS,
  );
  expect(verdicts).toEqual(new Set(['silent', 'conflict', OWNER, RIVAL]));
});
