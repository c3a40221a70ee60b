/** The built pages: a list of files made at the start, so that no path that is asked for reaches the disk. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

/** A file as it is answered. */
export interface PageFile {
  readonly path: string;
  readonly type: string;
  /** Its name has its hash: it never changes. */
  readonly isHashed: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
const HASHED = /-[\w-]{8,}\.\w+$/;

export class PageFiles {
  readonly #files: ReadonlyMap<string, PageFile>;

  /** Lists the files below `directory`; none when it is not there. */
  constructor(directory: string) {
    const files = new Map<string, PageFile>();
    if (existsSync(directory)) {
      for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
        const type = TYPES[extname(entry.name)];
        if (!entry.isFile() || type === undefined) continue;
        const path = join(entry.parentPath, entry.name);
        const name = `/${relative(directory, path).split(sep).join('/')}`;
        files.set(name, { path, type, isHashed: HASHED.test(name) });
      }
    }
    this.#files = files;
  }

  /** Whether there is a first page. */
  get areBuilt(): boolean {
    return this.#files.has('/index.html');
  }

  find(path: string): PageFile | undefined {
    return this.#files.get(path === '/' ? '/index.html' : path);
  }

  read({ path }: PageFile): Uint8Array<ArrayBuffer> {
    return new Uint8Array(readFileSync(path));
  }
}
