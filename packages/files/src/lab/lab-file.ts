/**
 * The lab file: a scenario small enough to run with real packets, and the settings of the lab's detector and immunizer. The
 * outbreak itself is described in the scenario, in the words of the scenario file.
 */
import { type Cidr, type Diagnostic, diagnose, type Problem } from '@wormwood/base';
import { type Outbreak, plainObstacles } from '@wormwood/epidemic';
import { checkScenarioDocument } from '../scenario/scenario-file.ts';
import { type Scenario, scenarioShape } from '../scenario/schema.ts';
import { versionOne } from '../shape/file-shapes.ts';
import { count, duration, fraction, rate } from '../shape/quantity-shapes.ts';
import { readWith, type ShapeReading } from '../shape/read-with.ts';
import type { JsonSchema, Shape } from '../shape/shape.ts';
import { mapping } from '../shape/structure-shapes.ts';
import { toOutbreak } from '../scenario/to-outbreak.ts';

/** A checked lab: the outbreak, and how the defense decides. */
export interface Lab {
  readonly version: 1;
  readonly scenario: Scenario;
  /** TCP port on which the marker hosts listen for the marker. */
  readonly port: number;
  readonly detector: LabDetector;
  readonly response: LabResponse;
}

export interface LabDetector {
  /** Probability that the test of an innocent host ends with a verdict. */
  readonly falsePositiveRate: number;
  /** Rate at which an innocent host probes addresses of the lab by mistake. */
  readonly strayRatePerSecond: number;
}

export interface LabResponse {
  /** Mean of the exponential time from a verdict to the immunizer. */
  readonly delaySeconds: number;
}

/** The lab with its outbreak, or the diagnostics that say why there is none. */
export type LabCheck =
  | {
      readonly ok: true;
      readonly lab: Lab;
      readonly outbreak: Outbreak;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

const BEGINNING = 'A lab begins with the line `version: 1` and a `scenario`.';
const PORT_DEFAULT = 4444;
/** Addresses that are not used on the Internet (RFC 1918; RFC 2544 for benchmarks). */
const PRIVATE: readonly Cidr[] = [
  { address: 0x0a00_0000, prefixLength: 8 },
  { address: 0xac10_0000, prefixLength: 12 },
  { address: 0xc0a8_0000, prefixLength: 16 },
  { address: 0xc612_0000, prefixLength: 15 },
];
const SPACE_MAX = 2 ** 16;
/** Each probe is a packet; this many take about a minute. */
const LAB_PROBES_MAX = 10_000_000;

const NOT_PLANNED = { words: [], instead: '' };

const detector: Shape<LabDetector> = mapping<LabDetector, object>({
  allowed: 'a mapping with the keys falsePositives and strayRate',
  constants: {},
  fields: {
    falsePositiveRate: {
      key: 'falsePositives',
      shape: fraction(),
      description: 'Probability of a verdict on an innocent host, between 0 and 1/2.',
      fallback: 1e-4,
    },
    strayRatePerSecond: {
      key: 'strayRate',
      shape: rate(NOT_PLANNED),
      description:
        'Rate at which an innocent host probes addresses of the lab by mistake. The lower it is, the fewer contacts are ' +
        'enough for a verdict.',
      fallback: 0.1 / 86_400,
      examples: ['1/d'],
    },
  },
});

const response: Shape<LabResponse> = mapping<LabResponse, object>({
  allowed: 'a mapping with the key delay',
  constants: {},
  fields: {
    delaySeconds: {
      key: 'delay',
      shape: duration('notNegative'),
      description: 'Mean time from a verdict to the immunizer; exponentially distributed.',
      fallback: 0,
      examples: ['10s'],
    },
  },
});

const labShape: Shape<Lab> = mapping<Lab, object>({
  allowed: 'a mapping with the keys version and scenario',
  constants: {},
  fields: {
    version: { key: 'version', shape: versionOne('lab files'), description: 'Version of the file format.' },
    scenario: {
      key: 'scenario',
      shape: scenarioShape,
      description: 'The outbreak, as in a scenario file.',
    },
    port: {
      key: 'port',
      shape: count(1),
      description: 'TCP port of the marker hosts.',
      fallback: PORT_DEFAULT,
    },
    detector: {
      key: 'detector',
      shape: detector,
      description: 'When a host counts as infected.',
      fallback: { falsePositiveRate: 1e-4, strayRatePerSecond: 0.1 / 86_400 },
    },
    response: {
      key: 'response',
      shape: response,
      description: 'How a verdict reaches the immunizer.',
      fallback: { delaySeconds: 0 },
    },
  },
});

/**
 * Checks the text of a lab file in YAML or JSON. Returns the lab and its outbreak, or every problem at once; `fileName` appears
 * in the diagnostics.
 */
export function checkLab(text: string, fileName: string): LabCheck {
  const reading = readWith(labShape, text, BEGINNING);
  if (!reading.ok) return { ok: false, diagnostics: diagnose(reading.problems, fileName, text) };
  const { scenario, ...rest } = reading.value;
  const name = (scenario as Partial<Scenario>).name ?? fileName;
  const checked = checkScenarioDocument(documentOf(scenario), name);
  const inside = checked.diagnostics.map((each) => withinLab(each, reading));
  const found = checked.ok
    ? [...inside, ...labProblems({ ...rest, scenario: checked.scenario }, reading)]
    : inside;
  const diagnostics = diagnose(found, fileName, text);
  if (!checked.ok || diagnostics.some(({ severity }) => severity === 'error'))
    return { ok: false, diagnostics };
  return { ok: true, lab: { ...rest, scenario: checked.scenario }, outbreak: checked.outbreak, diagnostics };
}

/** Returns the scenario in the words of the file, without the keys that the file omitted. */
function documentOf(scenario: Scenario): Readonly<Record<string, unknown>> {
  const { name, sampleSeconds } = scenario as Partial<Scenario>;
  const written = scenarioShape.write({ ...scenario, name: name ?? '', sampleSeconds: sampleSeconds ?? 1 });
  const { name: writtenName, sample, ...others } = written as Readonly<Record<string, unknown>>;
  return {
    ...others,
    ...(name === undefined ? {} : { name: writtenName }),
    ...(sampleSeconds === undefined ? {} : { sample }),
  };
}

/** Returns a diagnostic of the scenario at its place in the lab file. */
function withinLab({ severity, code, path, message, help }: Diagnostic, reading: Whole): Problem {
  const place = `scenario.${path}`;
  return { severity, code, path: place, span: reading.spanAt(place), message, help };
}

type Whole = Extract<ShapeReading<Lab>, { ok: true }>;

function labProblems(lab: Lab, reading: Whole): readonly Problem[] {
  const { space, population, durationSeconds, defenses } = lab.scenario;
  const problem = (path: string, code: string, message: string, help: string): Problem => ({
    path,
    span: reading.spanAt(path),
    code,
    message,
    help,
  });
  const found: Problem[] = [];
  const isPrivate = PRIVATE.some(
    ({ address, prefixLength }) =>
      space.firstAddress >= address && space.firstAddress + space.size <= address + 2 ** (32 - prefixLength),
  );
  if (!isPrivate || space.size > SPACE_MAX) {
    const message =
      'The space of a lab must be a private prefix of at most 2^16 addresses, because every probe is a packet.';
    found.push(problem('scenario.space', 'lab-space', message, 'Write a prefix such as 10.66.0.0/16.'));
  }
  const outbreak = toOutbreak(lab.scenario);
  const obstacles = plainObstacles('lab', outbreak);
  if (obstacles.length > 0 || population.placement.kind !== 'uniform') {
    const message =
      'A lab supports only uniform placement and uniform scanning at one rate, without latency, reboots or churn.';
    found.push(
      problem(
        'scenario.worm',
        'lab-plain',
        message,
        'Remove the other settings; the simulator supports them all.',
      ),
    );
  }
  const { scanRatePerSecond } = outbreak.worm;
  const probes = population.vulnerable * scanRatePerSecond * durationSeconds;
  if (probes > LAB_PROBES_MAX) {
    const message = `With all hosts infected, the lab would send ${probes} probes; at most ${LAB_PROBES_MAX} are possible.`;
    found.push(
      problem('scenario.duration', 'lab-probes', message, 'Shorten `duration` or lower `scanRate`.'),
    );
  }
  if (defenses.length > 1) {
    found.push(
      problem('scenario.defenses', 'lab-defenses', 'A lab supports one group of honeypots.', 'Keep one.'),
    );
  }
  if (lab.port > 65_535) {
    found.push(problem('port', 'lab-port', `${lab.port} is not a TCP port.`, 'Write a number up to 65535.'));
  }
  const { falsePositiveRate, strayRatePerSecond } = lab.detector;
  if (!(falsePositiveRate > 0 && falsePositiveRate < 0.5)) {
    const message = '`falsePositives` must be between 0 and 1/2.';
    found.push(
      problem('detector.falsePositives', 'lab-detector', message, 'Write a fraction such as 0.0001.'),
    );
  }
  if (strayRatePerSecond * 10 >= scanRatePerSecond) {
    const message = '`strayRate` must be less than a tenth of the scan rate.';
    found.push(problem('detector.strayRate', 'lab-detector', message, 'Lower `strayRate`.'));
  }
  return found;
}

/** Returns the JSON Schema (draft 2020-12) of the lab file, for editors and other programs. */
export function labJsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Wormwood lab, version 1',
    description:
      'An outbreak that runs with real packets. Beyond this schema and that of the scenario, the space is a private ' +
      'prefix of at most 2^16 addresses, there is at most one group of honeypots, and the number of probes is limited.',
    ...labShape.jsonSchema,
  };
}
