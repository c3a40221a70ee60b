import { expect, test } from 'vitest';
import { readSeries } from './series.ts';

function problemsOf(text: string): readonly string[] {
  const reading = readSeries(text, 'counts.csv');
  return reading.ok
    ? []
    : reading.diagnostics.map(({ line, message, help }) => `${line}: ${message} ${help}`);
}

test('seconds, durations and moments are times; cumulative and new counts are counts', () => {
  const cumulative = [10, 20, 40, 70];
  for (const text of [
    'time_s,ever_infected\n0,10\n60,20\n120,40\n180,70\n',
    'time,ever_infected\r\n0s,10\r\n1min,20\r\n2min,40\r\n3min,70\r\n',
    '# Code Red\ntime,new_infections\n2001-07-19T12:00:00Z,10\n2001-07-19T12:01:00Z,10\n2001-07-19T12:02:00Z,20\n2001-07-19T12:03:00Z,30\n',
    'note,time_s,susceptible_hosts,ever_infected_hosts\na,5,9,10\nb,65,8,20\nc,125,7,40\nd,185,6,70\n',
    // As `sim run --out` writes it: the hosts infected at the moment stand before those ever infected.
    'time_s,infected_hosts,ever_infected_hosts\n0,10,10\n60,15,20\n120,12,40\n180,9,70\n',
  ]) {
    const reading = readSeries(text, 'counts.csv');
    expect(reading).toEqual({
      ok: true,
      series: { timeSeconds: [0, 60, 120, 180], cumulative, kind: 'everInfected' },
    });
  }
});

test('every problem names its line and the remedy', () => {
  expect(problemsOf('')).toEqual([
    '1: The file is empty. It begins with a header such as time_s,ever_infected.',
  ]);
  expect(problemsOf('time_s,ever_infectd\n1,2')).toEqual([
    '1: No column holds a count. Did you mean ever_infected?',
  ]);
  expect(problemsOf('time_s,hosts\n0,1\nx,2')).toEqual([
    '1: No column holds a count. Name a column ever_infected_hosts, ever_infected_hosts_mean, ever_infected, new_infections, sources or infected_hosts.',
    '3: "x" is not a time. Write seconds, such as 600.',
  ]);
  expect(problemsOf('time_s,ever_infected\n0,1\nx,2\n9,-3\n')).toEqual([
    '3: "x" is not a time. Write seconds, such as 600.',
    '4: "-3" is not a number of hosts. Write a number of at least 0.',
  ]);
  expect(problemsOf('time_s,ever_infected\n0,1\n9,5\n9,4\n12,6')).toEqual([
    '4: This time is not later than that of the row before. Sort the rows by time and give each moment once.',
    '4: This count is below that of the row before. Hosts that are infected at the moment can fall in number; give the hosts ever infected, or new_infections.',
  ]);
  expect(problemsOf('time_s,ever_infected\n0,1\n9,5')).toEqual([
    '1: The series has 2 rows; a fit needs at least 4. Add rows.',
  ]);
});
