// Who may import whom: packages from left to right, the rooms of a package from bottom to top, and no files in a circle.
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { files, isTest, packageOf, readFile, sources } from './repository.ts';
import { allowedImports, roomsOf } from './rooms.ts';
import { circlesOf } from './circles.ts';
import { fileOf, syntaxOf } from './syntax.ts';

const NAMESPACE = '@wormwood/';

const homeOf = (path: string): string => path.split('/').slice(0, 2).join('/');

/** Returns the room of a package that a file lies in: the file itself at the top of `src`, else its first folder. */
const roomOf = (path: string): string => {
  const [first = '', ...rest] = path.split('/').slice(3);
  return rest.length === 0 ? first : `${first}/`;
};

describe('tidy: directions', () => {
  it('packages import only what stands to their left', () => {
    const wrong = sources.flatMap((source) => {
      const own = packageOf(source.path);
      if (own === undefined) return [];
      return syntaxOf(source).imports.flatMap(({ from, line }) => {
        if (!from.startsWith(NAMESPACE)) return [];
        const target = from.slice(NAMESPACE.length).split('/')[0] ?? '';
        if (target === own || allowedImports[own]?.includes(target)) return [];
        return [
          `${source.path}:${line}: ${own} may not import ${target}; tools/tidy/rooms.ts lists what it may`,
        ];
      });
    });
    expect(wrong).toEqual([]);
  });

  it('package manifests declare only what stands to their left', () => {
    const wrong = files
      .filter((path) => /^packages\/[^/]+\/package\.json$/.test(path))
      .flatMap((path) => {
        const own = packageOf(path) ?? '';
        const manifest = JSON.parse(readFile(path)) as { dependencies?: Record<string, string> };
        return Object.keys(manifest.dependencies ?? {})
          .filter((name) => name.startsWith(NAMESPACE))
          .filter((name) => !allowedImports[own]?.includes(name.slice(NAMESPACE.length)))
          .map((name) => `${path}: ${own} may not depend on ${name}; tools/tidy/rooms.ts lists what it may`);
      });
    expect(wrong).toEqual([]);
  });

  it('relative imports stay inside their package', () => {
    const wrong = sources.flatMap((source) =>
      syntaxOf(source)
        .imports.filter(({ from }) => from.startsWith('.'))
        .filter(({ from }) => homeOf(posix.join(source.path, '..', from)) !== homeOf(source.path))
        .map(
          ({ line }) =>
            `${source.path}:${line}: leaves ${homeOf(source.path)}; import the package by its name`,
        ),
    );
    expect(wrong).toEqual([]);
  });

  it('inside a package a room imports only the rooms below it', () => {
    const wrong = sources
      .filter(({ path }) => !isTest(path) && !path.endsWith('/index.ts'))
      .flatMap((source) => {
        const rooms = roomsOf[packageOf(source.path) ?? ''];
        if (rooms === undefined) return [];
        const own = rooms.indexOf(roomOf(source.path));
        if (own < 0)
          return [
            `${source.path}:1: tools/tidy/rooms.ts does not say where ${roomOf(source.path)} stands; add it`,
          ];
        return syntaxOf(source).imports.flatMap((imported) => {
          const target = imported.from.startsWith('.') ? fileOf(source.path, imported) : null;
          if (target === null || rooms.indexOf(roomOf(target)) <= own) return [];
          const names = imported.names.join(', ');
          return [
            `${source.path}:${imported.line}: ${roomOf(source.path)} stands below ${roomOf(target)}; ` +
              `move ${names} down, or pass it in`,
          ];
        });
      });
    expect(wrong).toEqual([]);
  });

  it('no files import each other in a circle', () => {
    const code = sources.filter(({ path }) => !isTest(path));
    const arrows = new Map(
      code.map((source) => [
        source.path,
        syntaxOf(source).imports.flatMap((imported) => fileOf(source.path, imported) ?? []),
      ]),
    );
    const wrong = circlesOf(arrows).map(
      (circle) =>
        `${circle[0]}:1: circle; move what both sides need to a file of its own: ${circle.join(', ')}`,
    );
    expect(wrong).toEqual([]);
  });
});
