/**
 * Plain data as the tree that shapes read, without a text between. It has no places: whoever finds a problem in it reads the
 * data once more as text, where problems have lines.
 */
import type { Span } from '@wormwood/base';
import type { NodeReference, YamlNode, YamlTree } from './yaml-tree.ts';

const NOWHERE: Span = [0, 0];

/** Returns the tree of `data`, which consists of what JSON can say. */
export function dataTree(data: unknown): YamlTree {
  const follow = ({ node }: NodeReference): YamlNode => nodeOf(node);
  return { root: nodeOf(data), follow };
}

function nodeOf(value: unknown): YamlNode {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return { kind: 'scalar', span: NOWHERE, value };
  }
  if (Array.isArray(value)) return { kind: 'list', span: NOWHERE, items: value.map(referenceTo) };
  if (typeof value !== 'object' || value === null) return { kind: 'nothing', span: NOWHERE };
  const entries = Object.entries(value).map(([key, inner]) => ({
    key,
    keySpan: NOWHERE,
    value: referenceTo(inner),
  }));
  return { kind: 'mapping', span: NOWHERE, entries };
}

function referenceTo(node: unknown): NodeReference {
  return { node, span: NOWHERE };
}
