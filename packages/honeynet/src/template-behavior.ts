/**
 * The behavior of an operating system as a template changes it: how long its hosts say that they have been up, and from
 * where they seem to answer.
 */
import type { StackBehavior } from '@wormwood/netstack';
import type { Annotation } from './model.ts';

/**
 * Returns the behavior with TCP timestamps that began `uptimeSeconds` before they were first asked for, and tick as fast
 * as they do without (RFC 7323 5.4); the behavior itself where the uptime is null. Every remote host sees the same uptime.
 */
export function withUptime(behavior: StackBehavior, uptimeSeconds: number | null): StackBehavior {
  if (uptimeSeconds === null) return behavior;
  let origin: { readonly seconds: number; readonly ticks: number } | null = null;
  const ticksBetween = (from: number, to: number): number =>
    (behavior.timestampValue(0, to) - behavior.timestampValue(0, from)) >>> 0;
  const timestampValue = (_offset: number, nowSeconds: number): number => {
    origin ??= { seconds: nowSeconds, ticks: uptimeSeconds * ticksBetween(nowSeconds, nowSeconds + 1) };
    return (origin.ticks + ticksBetween(origin.seconds, nowSeconds)) % 2 ** 32;
  };
  return { ...behavior, timestampValue, timestampOffset: () => 0 };
}

/** Returns the behavior as the annotations of its personality change it; of several of a kind the last one counts. */
export function withAnnotations(
  behavior: StackBehavior,
  personality: string | null,
  annotations: readonly Annotation[],
): StackBehavior {
  let changed = behavior;
  for (const annotation of annotations) {
    if (annotation.personality !== personality) continue;
    changed =
      annotation.kind === 'fragments'
        ? { ...changed, fragments: annotation.policy }
        : { ...changed, tcp: { ...changed.tcp, answersFinToListener: !annotation.allowed } };
  }
  return changed;
}

/** Returns the behavior with replies from another address; the behavior itself where that is null. */
export function withSpoofedSource(behavior: StackBehavior, spoofedSource: number | null): StackBehavior {
  return spoofedSource === null ? behavior : { ...behavior, spoofedSource };
}
