/** The completion script for fish. */
import type { DescribedCommand, DescribedOption } from './described-command.ts';

export function fishScript(commands: readonly DescribedCommand[]): string {
  const paths = commands.filter(({ path }) => path !== '').map(({ path }) => quote(path));
  return `# Completion of wormwood for fish. Save it as ~/.config/fish/completions/wormwood.fish
function __wormwood_path
  set -l path ''
  for word in (commandline -opc)[2..]
    if contains -- (string trim "$path $word") ${paths.join(' ')}
      set path (string trim "$path $word")
    end
  end
  echo $path
end
function __wormwood_at
  test "$(__wormwood_path)" = "$argv[1]"
end
complete -c wormwood -f
${commands.flatMap(linesOf).join('\n')}`;
}

function linesOf(command: DescribedCommand): string[] {
  const at = `complete -c wormwood -n ${quote(`__wormwood_at ${quote(command.path)}`)}`;
  const files = command.takesFile ? ' -F' : '';
  return [
    ...command.subcommands.map(({ name, description }) => `${at} -a ${name} -d ${quote(description)}`),
    ...command.options.map((option) => `${at} ${optionFlags(option)} -d ${quote(option.description)}`),
    ...(command.words.length > 0 ? [`${at}${files} -a ${quote(command.words.join(' '))}`] : []),
  ];
}

function optionFlags({ long, short, value, words }: DescribedOption): string {
  const names = [`-l ${long.slice(2)}`, ...(short === undefined ? [] : [`-s ${short.slice(1)}`])];
  const values = { none: '', free: '-x', directory: "-x -a '(__fish_complete_directories)'", word: '' };
  const action = value === 'word' ? `-x -a ${quote(words.join(' '))}` : values[value];
  return [...names, action].filter((part) => part !== '').join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}
