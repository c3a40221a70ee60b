/**
 * Loads the detector with one constant changed: a hook for `node --import`, so that the program itself stays as it is built.
 * WORMWOOD_SWEEP names the file, the constant and what multiplies it.
 */
import { register } from 'node:module';

const { file, name, factor, isWhole } = JSON.parse(process.env.WORMWOOD_SWEEP ?? '{}');

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (file === undefined || !url.endsWith(`/packages/defense/dist/${file}.js`)) return loaded;
  const text = String(loaded.source);
  const written = new RegExp(`^const ${name} = ([^;]+);$`, 'm');
  if (!written.test(text)) throw new Error(`${file}.js has no constant ${name}`);
  const changed = isWhole ? `Math.max(1, Math.round(($1) * ${factor}))` : `($1) * ${factor}`;
  return { ...loaded, source: text.replace(written, `const ${name} = ${changed};`) };
}

// The hooks run in a thread of their own, which imports this module, too.
if (!import.meta.url.includes('?hooks')) register(`${import.meta.url}?hooks`);
