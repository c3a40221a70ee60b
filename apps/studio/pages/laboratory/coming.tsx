/** In place of a page that is not there yet. */
import type { JSX } from 'preact';
import { Empty } from '../shell/empty.tsx';

export function Coming(): JSX.Element {
  return <Empty title="This page is not there yet">The command line has what it will show.</Empty>;
}
