// The question of a forecast in the address: what is asked, the command for it, and what cannot be.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { commandOf, queryOf, readQuestion } from './question.ts';

it('reads the options of the command, and writes the address and the command of them', () => {
  const query = 'space=10.64.0.0/14&response=10min&more=4096&filter=25%25&cost.honeypot=0.1&cost.filter=3';
  const { written, question, problem } = readQuestion(query);
  expect(problem).toBeNull();
  expect(question).toMatchObject({
    addressSpaceSize: 2 ** 18,
    response: 600,
    more: 4096,
    filter: 0.25,
    contacts: 1,
    draws: 200,
    seed: '1',
    cost: { honeypot: 0.1, filter: 3 },
  });
  expect(readQuestion(queryOf(written))).toEqual(readQuestion(query));
  expect(commandOf(written, '/var/log/the events.jsonl')).toBe(
    "wormwood sim forecast --events '/var/log/the events.jsonl' --space 10.64.0.0/14 --response 10min --more 4096 " +
      '--filter 25% --cost honeypot=0.1 --cost filter=3',
  );
});

it.each([
  ['spce=1', 'Did you mean space?'],
  ['space=1', '2^32 or 10.0.0.0/8'],
  ['response=soon', 'A duration is'],
  ['contacts=0', 'from 1 to 1000'],
  ['cost.honeypot=-1', 'A price is a number'],
  ['constructor=1', 'no option of that name'],
  ['__proto__=1', 'no option of that name'],
  ['more=1&more=2', 'cannot be read'],
  ['%E0%A4%A=1', 'cannot be read'],
])('refuses %s with a sentence, and asks the usual', (query, sentence) => {
  const { written, problem, question } = readQuestion(query);
  expect(problem).toContain(sentence);
  expect([written, question.addressSpaceSize]).toEqual([{}, 2 ** 32]);
});

it('reads any text, and what it reads it writes so that it reads the same', () => {
  const part = fc.oneof(
    fc.constantFrom('space', 'more', 'seed', 'filter', '&', '=', '%', '2^16', '1'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const { written, question } = readQuestion(parts.join(''));
      expect(readQuestion(queryOf(written)).question).toEqual(question);
    }),
  );
});
