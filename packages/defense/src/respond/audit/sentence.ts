/** Each fact as a sentence for people: lists, messages and `explain` all say it in the same words. */
import { formatDuration, formatTimestamp, printable } from '@wormwood/base';
import { formatIp, formatIpPrefix, IpSet } from '@wormwood/wire';
import { formatTarget, type Target } from '../action.ts';
import { extentWords } from '../scope-file.ts';
import type { AuditEvent, AuditFact } from './audit-fact.ts';

type Writers = { readonly [Event in AuditEvent]: (fact: Extract<AuditFact, { event: Event }>) => string };

const WRITERS: Writers = {
  'respond.start': (fact) =>
    fact.mode === 'act'
      ? 'Responses are carried out from here on.'
      : 'Dry run: nothing is carried out from here on.',
  'respond.pause': (fact) => `${fact.by} paused all actions: ${fact.reason}`,
  'respond.resume': (fact) => `${fact.by} lets actions go on.`,
  'scope.load': (fact) =>
    `The scope of ${fact.owner}, signed by ${fact.signer}, covers ${extentWords(IpSet.of(fact.prefixes))} until ` +
    `${moment(fact.expiresSeconds)}.`,
  'scope.refuse': (fact) => `No scope is in force: ${fact.reason}`,
  'respond.protect': (fact) =>
    `Protected as addresses of this machine: ${fact.prefixes.map(formatIpPrefix).join(', ') || 'none'}.`,
  'clock.boot': () => 'The machine was started since the last line.',
  'clock.set': (fact) =>
    `The clock was set: it shows this time where ${moment(fact.fromSeconds)} was due.` +
    (fact.isElapsedKnown ? '' : ' How much time passed is unknown, so all that is in force ends.'),
  'log.snapshot': (fact) => `A new segment of the log begins after ${fact.offset} octets.`,
  'verdict.infected': (fact) =>
    `${host(fact)} ${fact.kind === 'infected' ? 'is infected and scans' : 'scans'} ` +
    `${fact.port === 0 ? 'many ports' : `${fact.protocol} port ${fact.port}`}: ${fact.evidence}` +
    (fact.known === '' ? '' : ` It is known: ${fact.known}.`) +
    (fact.caution === '' ? '' : ` ${fact.caution}`) +
    (fact.unforgeable ? '' : ' (its address may be forged)'),
  'verdict.suppress': (fact) =>
    `${fact.count} further verdicts were not recorded one by one, ${fact.forgeable} of them on evidence that can be forged.`,
  'decision.none': (fact) => `Nothing is done about ${formatIp(fact.source)}: ${fact.reason}`,
  'decision.add': (fact) =>
    `${fact.dryRun ? 'Dry run: ' : ''}${fact.action} ${host(fact)} with ${fact.actuator} for ` +
    `${formatDuration(fact.ttlSeconds)}${fact.approval === 'required' ? ', if somebody approves' : ''}.`,
  'decision.approve': (fact) => `${fact.by} approved the decision about ${formatIp(fact.source)}.`,
  'decision.refuse': (fact) => `The decision about ${formatIp(fact.source)} is void: ${fact.reason}`,
  'decision.lapse': (fact) => `The decision about ${formatIp(fact.source)} was not carried out in time.`,
  'decision.undo': (fact) => `${fact.by} ended the decision about ${formatIp(fact.source)}: ${fact.reason}`,
  'decision.expire': (fact) => `The time of the decision about ${formatIp(fact.source)} is over.`,
  'response.begin': (fact) =>
    `${fact.dryRun ? 'Would ' : ''}${fact.step} for ${formatIp(fact.source)}: ${fact.command}`,
  'response.lost': (fact) => `The act on ${formatIp(fact.source)} is in force no longer: ${fact.reason}`,
  'response.done': (fact) =>
    `${fact.step} for ${formatIp(fact.source)} ${fact.found ? 'was found done' : 'is done'}.`,
  'response.fail': (fact) =>
    `${fact.step} for ${formatIp(fact.source)} failed: ${fact.reason} ` +
    (fact.final ? 'It is given up.' : `Next try at ${moment(fact.retrySeconds)}.`),
};

/** Returns the fact as one line. */
export function sentenceOf(fact: AuditFact): string {
  const write = WRITERS[fact.event] as (fact: AuditFact) => string;
  return printable(write(fact));
}

/** The address, and the link address of a host on the sensor's link. */
function host({ linkAddress, ...target }: Target & { readonly linkAddress: string }): string {
  return `${formatTarget(target)}${linkAddress === '' ? '' : ` (${linkAddress})`}`;
}

function moment(timeSeconds: number): string {
  return formatTimestamp(timeSeconds, 0);
}
