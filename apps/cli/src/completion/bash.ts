/** The completion script for bash. */
import type { DescribedCommand, DescribedOption } from './described-command.ts';

export function bashScript(commands: readonly DescribedCommand[]): string {
  const paths = commands.filter(({ path }) => path !== '').map(({ path }) => quote(path));
  return `# Completion of wormwood for bash. Load it with: source <(wormwood completion bash)
_wormwood() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path='' word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${paths.join(' | ')}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path $previous" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case "$path" in
${commands.map(wordCase).join('\n')}
  esac
}
complete -F _wormwood wormwood`;
}

function valueCases({ path, options }: DescribedCommand): string[] {
  return options
    .filter(({ value }) => value !== 'none')
    .map((option) => `    ${quote(`${path} ${option.long}`)}) ${valueReply(option)}return ;;`);
}

function valueReply({ value, words }: DescribedOption): string {
  if (value === 'directory') return `mapfile -t COMPREPLY < <(compgen -d -- "$current"); `;
  return value === 'word' ? reply(words) : '';
}

function wordCase({ path, subcommands, options, words, takesFile }: DescribedCommand): string {
  const flags = options.flatMap(({ long, short }) => (short === undefined ? [long] : [long, short]));
  const others = [...subcommands.map(({ name }) => name), ...words];
  const files = takesFile ? 'mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current"); ' : '';
  return `    ${quote(path)})
      if [[ $current == -* ]]; then ${reply(flags)}else ${others.length === 0 ? ':; ' : reply(others)}${files}fi ;;`;
}

function reply(words: readonly string[]): string {
  return `mapfile -t COMPREPLY < <(compgen -W ${quote(words.join(' '))} -- "$current"); `;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
