/** Charts of hosts as charts of shares of all vulnerable hosts, so that outbreaks of different size have one scale. */
import type { LineChart, SimulationResult } from '@wormwood/report';

/** Returns the chart with percent of the vulnerable hosts in place of hosts. */
export function sharesOf(chart: LineChart, { scenario }: SimulationResult): LineChart {
  const percent = (hosts: ArrayLike<number>): number[] =>
    Array.from(hosts, (count) => (count / scenario.population.vulnerable) * 100);
  return {
    ...chart,
    y: { label: '% of hosts', min: 0, max: 100 },
    lines: chart.lines.map((line) => ({
      ...line,
      y: percent(line.y),
      ...(line.band && {
        band: { ...line.band, low: percent(line.band.low), high: percent(line.band.high) },
      }),
    })),
  };
}
