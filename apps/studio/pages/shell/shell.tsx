/** The frame around each page: the tabs, the switch of the theme, and the page that the address names. */
import { type ReadonlySignal, type Signal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentType, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { addressOf } from './address.ts';
import { type PageGroup, pageGroups } from '../pages.ts';
import { Empty } from './empty.tsx';
import { isTab, type Page, pageAt, type PageProps } from './page.ts';
import { place } from './place.ts';
import { switchTheme, theme } from './theme.ts';

const allPages = pageGroups.flatMap(({ pages }) => pages);

export function Shell(): JSX.Element {
  const found = useComputed(() => pageAt(allPages, place.value.path));
  useSignalEffect(() => {
    document.title = `${found.value?.page.title ?? 'Not found'} · Wormwood studio`;
  });
  const shown = found.value;
  return (
    <>
      <a class="skip" href="#content" onClick={skipToContent}>
        Skip to the content
      </a>
      <header class="bar">
        <a class="brand" href={addressOf({ path: '/' })} aria-label="Wormwood studio, first page">
          <img src={iconAddress} alt="" width="24" height="24" />
          <b>Wormwood</b>
        </a>
        <Tabs page={shown?.page} />
        <ThemeSwitch />
      </header>
      {/* Scrolling panes and skip links need a place for the keyboard. */}
      <main id="content" tabIndex={-1}>
        {shown === null ? (
          <NotFound path={place.value.path} />
        ) : (
          <Loaded
            key={shown.page.path}
            page={shown.page}
            parameters={shown.parameters}
            query={place.value.query}
          />
        )}
      </main>
    </>
  );
}

const iconAddress = new URL('../icon.svg', import.meta.url).href;

/** The fragment belongs to the place, so the skip link moves the focus alone. */
function skipToContent(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#content')?.focus();
}

function Tabs({ page }: { readonly page: Page | undefined }): JSX.Element {
  return (
    <nav class="tabs" aria-label="Pages">
      {pageGroups.map((group) => (
        <TabGroup key={group.name} group={group} page={page} />
      ))}
    </nav>
  );
}

function TabGroup({
  group: { name, pages },
  page,
}: {
  readonly group: PageGroup;
  readonly page: Page | undefined;
}): JSX.Element {
  const first = page?.path.split('/')[1];
  const list = useRef<HTMLUListElement>(null);
  // On a phone the tab of the page may lie beyond the edge.
  useEffect(() => {
    const tab = list.current?.querySelector('[aria-current]');
    tab?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [first]);
  return (
    <ul aria-label={name} ref={list}>
      {pages.filter(isTab).map(({ path, title }) => (
        <li key={path}>
          <a href={addressOf({ path })} aria-current={path.split('/')[1] === first ? 'page' : undefined}>
            {title}
          </a>
        </li>
      ))}
    </ul>
  );
}

function ThemeSwitch(): JSX.Element {
  const other = theme.value === 'dark' ? 'light' : 'dark';
  return (
    <button type="button" class="quiet theme" onClick={switchTheme} title={`Use ${other} colours`}>
      <span aria-hidden="true">{other === 'dark' ? '☾' : '☀'}</span>
      <span class="hidden">Use {other} colours</span>
    </button>
  );
}

function NotFound({ path }: { readonly path: string }): JSX.Element {
  return (
    <Empty title="There is no such page">
      The studio has no page <code>{path.slice(0, 80)}</code>. <a href={addressOf({ path: '/' })}>Explore</a>{' '}
      is the first one.
    </Empty>
  );
}

async function fetchInto(
  page: Page,
  component: Signal<ComponentType<PageProps> | null>,
  failed: Signal<string | null>,
): Promise<void> {
  try {
    component.value = await page.load();
  } catch (error) {
    failed.value = String(error);
  }
}

/** A page whose component is fetched when it is first shown. */
function Loaded({ page, ...props }: PageProps & { readonly page: Page }): JSX.Element {
  const component = useSignal<ComponentType<PageProps> | null>(null);
  const failed = useSignal<string | null>(null);
  useSignalEffect(() => {
    void fetchInto(page, component, failed);
  });
  const { value: Component }: ReadonlySignal<ComponentType<PageProps> | null> = component;
  if (failed.value !== null)
    return (
      <Empty title="This page could not be fetched">
        The server did not give its code ({failed.value.slice(0, 200)}). Reload to try again.
      </Empty>
    );
  return Component === null ? <p class="loading">Loading …</p> : <Component {...props} />;
}
