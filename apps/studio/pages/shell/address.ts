/**
 * Addresses of places in the studio: `#PATH?QUERY`, in the fragment alone, so that the pages lie below any path of any file
 * server.
 */

export interface Place {
  /** Begins with a slash: `/`, `/watch`, `/sources/192.0.2.1`. */
  readonly path: string;
  /** What follows the question mark, as it is written. */
  readonly query: string;
}

/** Returns the place that a fragment names; what is not a path names the first page. */
export function placeOf(hash: string): Place {
  const text = hash.replace(/^#/, '');
  const end = text.indexOf('?');
  const path = end < 0 ? text : text.slice(0, end);
  return { path: path.startsWith('/') ? path : '/', query: end < 0 ? '' : text.slice(end + 1) };
}

/** Returns the address of a place, for a link. */
export function addressOf({ path, query = '' }: { readonly path: string; readonly query?: string }): string {
  return `#${path}${query === '' ? '' : `?${query}`}`;
}
