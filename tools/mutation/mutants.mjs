/**
 * The mutants of a source: small changes that a test should notice. Operators are replaced by their neighbours, numbers
 * by the next one, conditions by constants, statements by nothing. Types, texts, imports and assertions are left alone:
 * an assertion only fails where the code is wrong already.
 */
import { parseSync } from 'oxc-parser';

/** @typedef {{ start: number, end: number, text: string, line: number, kind: string }} Mutant */

const REPLACEMENTS = new Map(
  Object.entries({
    '<': ['<=', '>='],
    '<=': ['<', '>'],
    '>': ['>=', '<='],
    '>=': ['>', '<'],
    '===': ['!=='],
    '!==': ['==='],
    '+': ['-'],
    '-': ['+'],
    '*': ['/'],
    '/': ['*'],
    '%': ['*'],
    '&': ['|'],
    '|': ['&'],
    '^': ['&'],
    '<<': ['>>'],
    '>>': ['<<'],
    '>>>': ['<<'],
    '&&': ['||'],
    '||': ['&&'],
    '??': ['&&'],
    '+=': ['-='],
    '-=': ['+='],
    '*=': ['/='],
    '/=': ['*='],
    '|=': ['&='],
    '&=': ['|='],
    '^=': ['|='],
    '++': ['--'],
    '--': ['++'],
  }),
);

const TYPE_KEYS = new Set([
  'typeAnnotation',
  'returnType',
  'typeParameters',
  'typeArguments',
  'superTypeArguments',
]);
const ASSERTIONS = new Set(['assert', 'unreachable']);

/**
 * Returns all mutants of a source, in the order of their places.
 * @param {string} path
 * @param {string} text
 * @returns {Mutant[]}
 */
export function mutantsOf(path, text) {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const mutants = /** @type {Mutant[]} */ ([]);

  /** @param {number} start @param {number} end @param {string} replacement @param {string} kind */
  const add = (start, end, replacement, kind) => {
    const line = text.slice(0, start).split('\n').length;
    mutants.push({ start, end, text: replacement, line, kind });
  };
  /** @param {any} node */
  const visit = (node) => {
    if (isLeftAlone(node)) return;
    mutate(node, text, add);
    for (const [key, child] of Object.entries(node)) {
      if (TYPE_KEYS.has(key)) continue;
      if (Array.isArray(child)) child.filter(isNode).forEach(visit);
      else if (isNode(child)) visit(child);
    }
  };
  program.body.forEach(visit);
  return mutants.toSorted((a, b) => a.start - b.start || a.end - b.end);
}

/** @param {unknown} value @returns {boolean} */
function isNode(value) {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** @param {any} node @returns {boolean} */
function isLeftAlone(node) {
  if (node.type.startsWith('TS'))
    return !['TSNonNullExpression', 'TSAsExpression', 'TSSatisfiesExpression'].includes(node.type);
  if (node.type === 'ImportDeclaration' || node.type === 'ExportAllDeclaration') return true;
  return node.type === 'CallExpression' && ASSERTIONS.has(node.callee.name);
}

/** @param {any} node @param {string} text @param {(start: number, end: number, text: string, kind: string) => void} add */
function mutate(node, text, add) {
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'AssignmentExpression': {
      const [start, end] = operatorAt(text, node.left.end, node.right.start, node.operator);
      for (const other of REPLACEMENTS.get(node.operator) ?? []) add(start, end, other, 'operator');
      break;
    }
    case 'UpdateExpression': {
      const start = node.prefix ? node.start : node.end - 2;
      for (const other of REPLACEMENTS.get(node.operator) ?? []) add(start, start + 2, other, 'operator');
      break;
    }
    case 'UnaryExpression':
      if (node.operator === '!' || node.operator === '-') add(node.start, node.start + 1, '', 'operator');
      break;
    case 'Literal':
      if (typeof node.value === 'boolean') add(node.start, node.end, String(!node.value), 'literal');
      if (typeof node.value === 'number') add(node.start, node.end, String(node.value + 1), 'literal');
      if (typeof node.value === 'bigint') add(node.start, node.end, `${node.value + 1n}n`, 'literal');
      break;
    case 'IfStatement':
    case 'ConditionalExpression':
      for (const constant of ['true', 'false']) add(node.test.start, node.test.end, constant, 'condition');
      break;
    case 'ExpressionStatement':
      if (isRemovable(node.expression)) add(node.start, node.end, ';', 'statement');
      break;
    default:
  }
}

/** Whether leaving a statement out changes what is done: calls of `super` have to stay. @param {any} expression */
function isRemovable(expression) {
  if (expression.type === 'CallExpression') {
    return expression.callee.type !== 'Super' && !ASSERTIONS.has(expression.callee.name);
  }
  return ['AssignmentExpression', 'UpdateExpression', 'AwaitExpression'].includes(expression.type);
}

/** Where an operator stands between its operands. @returns {readonly [number, number]} */
function operatorAt(
  /** @type {string} */ text,
  /** @type {number} */ from,
  /** @type {number} */ to,
  /** @type {string} */ operator,
) {
  const start = text.indexOf(operator, from);
  if (start < 0 || start >= to) throw new Error(`no operator ${operator} between ${from} and ${to}`);
  return [start, start + operator.length];
}

/**
 * Returns the source with the mutant in it.
 * @param {string} text @param {Mutant} mutant @returns {string}
 */
export function mutated(text, { start, end, text: replacement }) {
  return text.slice(0, start) + replacement + text.slice(end);
}
