/** What the pages of the honeynet show where no server feeds them. */
import type { JSX } from 'preact';
import { Empty } from '../shell/empty.tsx';

export function NoServer(): JSX.Element {
  return (
    <Empty title="No honeynet is connected">
      These pages come from plain files. <code>npx wormwood studio --demo</code> serves them with a honeynet
      in memory and somebody who scans it; <code>--events FILE</code> with the events of a sensor.
    </Empty>
  );
}
