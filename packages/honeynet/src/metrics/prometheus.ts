/** Metrics in the text format that Prometheus reads (exposition format 0.0.4). */

export interface Metric {
  /** Without the prefix; a counter's ends with `_total`. */
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  /** One sentence. */
  readonly help: string;
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

const PREFIX = 'wormwood_';

/** Returns the text with one block for each metric. */
export function formatPrometheus(metrics: readonly Metric[]): string {
  return metrics
    .map(({ name, kind, help, samples }) => {
      const full = PREFIX + name;
      const lines = samples.map(
        ({ labels, value }) => `${full}${formatLabels(labels)} ${formatValue(value)}`,
      );
      return [`# HELP ${full} ${escapeHelp(help)}`, `# TYPE ${full} ${kind}`, ...lines, ''].join('\n');
    })
    .join('');
}

function formatLabels(labels: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
