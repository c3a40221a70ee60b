/** What a page of the studio is, and how the place in the address finds it. */
import type { ComponentType } from 'preact';

/** What the component of a page is handed. */
export interface PageProps {
  /** The parts of the path that its pattern names, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What follows the question mark in the address, as it is written. */
  readonly query: string;
}

export interface Page {
  /** Segments behind slashes; `:name` takes any one segment, and its page is not a tab. */
  readonly path: string;
  /** Of the tab and of the window. */
  readonly title: string;
  /** Fetches the component, when the page is first shown. */
  readonly load: () => Promise<ComponentType<PageProps>>;
}

/** Returns the page of a path with its parameters; null where no page has it. */
export function pageAt(
  pages: readonly Page[],
  path: string,
): { readonly page: Page; readonly parameters: PageProps['parameters'] } | null {
  for (const page of pages) {
    const parameters = matched(page.path.split('/'), path.split('/'));
    if (parameters !== null) return { page, parameters };
  }
  return null;
}

function matched(pattern: readonly string[], path: readonly string[]): Record<string, string> | null {
  if (pattern.length !== path.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const given = path[index] ?? '';
    if (part.startsWith(':')) parameters[part.slice(1)] = decoded(given);
    else if (part !== given) return null;
  }
  return parameters;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether a page stands among the tabs: pages of single things are reached from others. */
export function isTab({ path }: Page): boolean {
  return !path.includes(':');
}
