/**
 * What of a `net.yaml` with mistakes can be checked further: parts that are whole. A template stays under its name with
 * defaults for what could not be read, so that no name is missing because of another mistake.
 */
import type { Draft, SpanAt } from '../shape/shape.ts';
import type { HoneynetDocument } from './schema.ts';
import { emptyBody, type TemplateEntry } from './template-shapes.ts';

const LISTS = [
  'bindings',
  'entries',
  'routers',
  'externals',
  'dhcp',
  'broadcasts',
  'annotations',
  'options',
] as const;

export interface WholeParts {
  readonly document: HoneynetDocument;
  /** Where its parts stand, by their paths in `document`. */
  readonly spanAt: SpanAt;
}

/** Returns the document without what is incomplete; null where there is none. */
export function wholeParts(draft: Draft<HoneynetDocument> | undefined, spanAt: SpanAt): WholeParts | null {
  if (draft === undefined) return null;
  /** Of each list: the places in the file of the items that are left. */
  const kept = new Map<string, readonly number[]>();
  const keep = <T>(path: string, items: readonly T[], isKept: (item: T) => boolean): readonly T[] => {
    const indices = items.flatMap((item, index) => (isKept(item) ? [index] : []));
    kept.set(path, indices);
    return indices.map((index) => items[index]!);
  };
  const lists = LISTS.map((key) => [key, keep<unknown>(key, draft[key] ?? [], isWhole)] as const);
  const named = keep(
    'templates',
    draft.templates ?? [],
    (template) => typeof template?.name === 'string',
  ) as readonly (Partial<TemplateEntry> & { readonly name: string })[];
  const templates = named.map((template, index): TemplateEntry =>
    Object.assign(withDefaults(template), {
      ports: keep(`templates.${index}.ports`, template.ports ?? [], isWhole),
      rules:
        template.rules === null || template.rules === undefined
          ? null
          : keep(`templates.${index}.rules`, template.rules, isWhole),
    }),
  );
  return {
    // Every item that is left is whole.
    document: { version: 1, templates, ...Object.fromEntries(lists) } as unknown as HoneynetDocument,
    spanAt: (path) => spanAt(pathInFile(path, kept)),
  };
}

function withDefaults(template: Partial<TemplateEntry> & { readonly name: string }): TemplateEntry {
  const whole = Object.entries(template).filter(([, value]) => isWhole(value));
  return { ...emptyBody, ...Object.fromEntries(whole), name: template.name };
}

/** A path with the indices that its items have in the file. */
function pathInFile(path: string, kept: ReadonlyMap<string, readonly number[]>): string {
  const inDocument: string[] = [];
  const inFile = path.split('.').map((part) => {
    const index = kept.get(inDocument.join('.'))?.[Number(part)];
    inDocument.push(part);
    return index === undefined ? part : String(index);
  });
  return inFile.join('.');
}

/** Whether no part of a value is missing. */
function isWhole(value: unknown): boolean {
  if (value === undefined) return false;
  if (value === null || typeof value !== 'object') return true;
  return Object.values(value).every(isWhole);
}
