/** The behavior of each template's operating system, from the databases that are installed or named. */
import { randomBytes } from 'node:crypto';
import type { RandomStream, RandomStreams } from '@wormwood/base';
import {
  type FingerprintIndex,
  type Honeynet,
  indexFingerprints,
  isFirstGeneration,
  OWN_PERSONALITIES,
  PersonalityCatalog,
  playedBehavior,
  secondGenerationOf,
  type Template,
} from '@wormwood/honeynet';
import { plainBehavior, type StackBehavior } from '@wormwood/netstack';
import { NMAP_FILE_BYTES_MAX, readNmapData } from './nmap-data.ts';
import { readRegularText } from './read-file.ts';

/** Any personality: one is drawn for each template when the configuration is read. */
const RANDOM = 'random';

/**
 * Returns the personalities of a database of the user, of either generation of nmap's, or of the one that nmap has installed,
 * and our own. Throws the system's error.
 */
export function readPersonalities(path: string | undefined): PersonalityCatalog {
  const indices: FingerprintIndex[] = [];
  const text = path === undefined ? readNmapData('nmap-os-db') : readRegularText(path, NMAP_FILE_BYTES_MAX);
  if (text !== null)
    indices.push(indexFingerprints(isFirstGeneration(text) ? secondGenerationOf(text) : text));
  indices.push(indexFingerprints(OWN_PERSONALITIES));
  return new PersonalityCatalog(indices);
}

interface PersonalitiesOptions {
  /** Of 16 octets, as `playedBehavior` takes it. */
  readonly secret: Uint8Array;
  readonly stream: RandomStream;
  /** Called when there is a name to look up. */
  read(): PersonalityCatalog;
  onTrouble(sentence: string): void;
}

export class Personalities {
  readonly #options: PersonalitiesOptions;
  readonly #plain: StackBehavior;
  readonly #behaviors: Map<string, StackBehavior> = new Map();
  readonly #drawn: Map<string, string> = new Map();

  constructor(options: PersonalitiesOptions) {
    this.#options = options;
    this.#plain = plainBehavior(options.secret);
  }

  /** Compiles what a honeynet names; the database is given back. */
  prepare(honeynet: Honeynet): void {
    let catalog: PersonalityCatalog | null = null;
    for (const template of templatesOf(honeynet)) {
      const { personality } = template;
      if (personality === null) continue;
      const isDrawn = personality === RANDOM;
      if (isDrawn ? this.#drawn.has(keyOf(template)) : this.#behaviors.has(personality)) continue;
      catalog ??= this.#options.read();
      const name = isDrawn ? this.#draw(catalog, template) : personality;
      if (name !== null && !this.#behaviors.has(name)) this.#behaviors.set(name, this.#played(catalog, name));
    }
  }

  readonly behaviorOf = (template: Template): StackBehavior => {
    const { personality } = template;
    if (personality === null) return this.#plain;
    const name = personality === RANDOM ? (this.#drawn.get(keyOf(template)) ?? '') : personality;
    return this.#behaviors.get(name) ?? this.#plain;
  };

  /** Returns the name of the personality that a template has or was given; null: a plain stack. */
  nameOf(template: Template): string | null {
    return template.personality === RANDOM
      ? (this.#drawn.get(keyOf(template)) ?? null)
      : template.personality;
  }

  #draw({ names }: PersonalityCatalog, template: Template): string | null {
    if (names.length === 0) return null;
    const name = names[Math.floor(this.#options.stream.nextDouble() * names.length)]!;
    this.#drawn.set(keyOf(template), name);
    return name;
  }

  #played(catalog: PersonalityCatalog, name: string): StackBehavior {
    const found = catalog.find(name);
    if (found === null) {
      this.#options.onTrouble(
        `No personality is called "${name}", and none is like it: it answers as a plain stack.`,
      );
      return this.#plain;
    }
    const { personality, isNearest } = found;
    if (isNearest)
      this.#options.onTrouble(
        `No personality is called "${name}"; "${personality.name}" answers in its place.`,
      );
    return playedBehavior(personality, this.#options.secret);
  }
}

function* templatesOf({ templates, bindings, defaultTemplate, dhcpClients }: Honeynet): Iterable<Template> {
  const all = [
    ...templates.values(),
    ...bindings.map(({ template }) => template),
    ...dhcpClients.map(({ template }) => template),
    ...(defaultTemplate === null ? [] : [defaultTemplate]),
  ];
  for (const template of all) {
    yield template;
    for (const rule of template.dynamic ?? []) yield rule.template;
  }
}

/** Templates that differ in nothing but their name are one system. */
function keyOf(template: Template): string {
  return JSON.stringify({ ...template, name: '' });
}

/** Of the key that the behaviors' numbers come from. */
const SECRET_BYTES = 16;

/** Returns the personalities of a daemon with what its honeynet names, by default with a secret of its own. */
export function personalitiesOf({
  honeynet,
  hostStreams,
  personalities = () => readPersonalities(undefined),
  onTrouble,
  secret = randomBytes(SECRET_BYTES),
}: {
  readonly honeynet: Honeynet;
  readonly hostStreams: RandomStreams;
  readonly personalities?: PersonalitiesOptions['read'];
  readonly onTrouble: (sentence: string) => void;
  readonly secret?: Uint8Array;
}): Personalities {
  const made = new Personalities({
    secret,
    stream: hostStreams.stream('sensor/personalities'),
    read: personalities,
    onTrouble,
  });
  made.prepare(honeynet);
  return made;
}
