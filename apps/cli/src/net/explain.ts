/** `wormwood net explain CONFIG ADDRESS`: what this address would answer, and over which route. */
import { formatIpv4, randomStreams } from '@wormwood/base';
import {
  type Answer,
  explainAddress,
  type Explanation,
  explanationInWords,
  type Honeynet,
  type Question,
  type TransportProtocol,
} from '@wormwood/honeynet';
import { hostSeed, type Personalities, personalitiesOf } from '@wormwood/sensor';
import { formatIp, formatIpv6Prefix, type IpAddress } from '@wormwood/wire';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { openTerminal } from '../output/terminal.ts';
import type { PrintOptions } from '../command-options.ts';
import { openHoneynet } from './configuration.ts';
import { readPersonalitiesOrFail } from './known-names.ts';

export interface NetExplainOptions extends PrintOptions {
  readonly edges?: boolean;
  readonly port?: number;
  readonly personalities?: string;
  readonly proto: TransportProtocol;
  readonly from?: IpAddress;
}

export async function netExplain(
  path: string,
  address: IpAddress,
  options: NetExplainOptions,
): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const { honeynet } = openHoneynet(path, terminal, { edges: options.edges });
  if (honeynet === null) return EXIT.invalidFile;
  const behaviorOf = behaviorsOf(honeynet, options.personalities);
  const port = options.port ?? null;
  const isPortless = options.proto === 'icmp';
  const protocols: readonly TransportProtocol[] =
    port === null && !isPortless ? ['tcp', 'udp', 'icmp'] : [options.proto];
  const explained = protocols.map((protocol): Explained => {
    const question = {
      address,
      protocol,
      port: protocol === 'icmp' ? null : port,
      source: options.from ?? null,
    };
    return { question, explanation: explainAddress(honeynet, question, behaviorOf) };
  });
  if (options.json) {
    await terminal.print(JSON.stringify({ address: formatIp(address), answers: explained.map(plain) }));
    return EXIT.ok;
  }
  const blocks = explained.map(({ question: { protocol, port: asked }, explanation }) => {
    const where = asked === null ? protocol : `${protocol}/${asked}`;
    return explanationInWords(explanation, `${formatIp(address)} ${where}`, protocol).join('\n');
  });
  await terminal.print(blocks.join('\n\n'));
  return EXIT.ok;
}

/** The behaviors of the templates that name a personality; the databases are read only for those. */
function behaviorsOf(honeynet: Honeynet, path: string | undefined): Parameters<typeof explainAddress>[2] {
  let personalities: Personalities | null = null;
  return (template) => {
    if (template.personality === null) return null;
    personalities ??= personalitiesOf({
      honeynet,
      hostStreams: randomStreams(hostSeed()),
      personalities: () => readPersonalitiesOrFail(path),
      onTrouble: () => undefined,
    });
    return personalities.behaviorOf(template);
  };
}

interface Explained {
  readonly question: Question;
  readonly explanation: Explanation;
}

function spanOf(binding: NonNullable<Answer['binding']>): object {
  if ('prefix' in binding) return { prefix: formatIpv6Prefix(binding.prefix) };
  return { first: formatIpv4(binding.first), last: formatIpv4(binding.last) };
}

/** The explanation with addresses as text and templates by name. */
function plain({ question: { protocol, port }, explanation }: Explained): object {
  const { answer, external, obstacle, hops, delaySeconds, arrival } = explanation;
  const binding = answer?.binding ?? null;
  return {
    protocol,
    port,
    answers: answer !== null,
    external: external?.interfaceName ?? null,
    binding: binding && spanOf(binding),
    obstacle: obstacle && {
      kind: obstacle.kind,
      router: obstacle.router === null ? null : formatIpv4(obstacle.router),
    },
    cases: (answer?.cases ?? []).map(
      ({ condition, template, action, outcome, isOwnRule, isPersonalitySilent }) => ({
        condition,
        template: condition === null ? (binding?.original ?? template.name) : template.name,
        personality: template.personality,
        action,
        outcome,
        isOwnRule,
        isPersonalitySilent,
      }),
    ),
    route: hops.map(({ router, link }) => ({ router: formatIpv4(router), link })),
    delaySeconds,
    arrival,
  };
}
