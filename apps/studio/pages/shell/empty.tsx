/** An empty state: what is not there, and what to do about it. */
import type { ComponentChildren, JSX } from 'preact';

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section class="empty">
      <h1>{title}</h1>
      <p>{children}</p>
    </section>
  );
}
