/** What linkedom is to the command line: an empty document to draw a figure in, here the browser's own. */

/** Returns an empty document apart from the page's. */
export function parseHTML(): { readonly document: Document } {
  return { document: document.implementation.createHTMLDocument('') };
}
