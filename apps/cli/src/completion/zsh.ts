/** The completion script for zsh. */
import type { DescribedCommand, DescribedOption } from './described-command.ts';

export function zshScript(commands: readonly DescribedCommand[]): string {
  return `#compdef wormwood
# Completion of wormwood for zsh. Save it as _wormwood in a directory of $fpath, or: source <(wormwood completion zsh)
${commands.map(functionOf).join('\n')}
compdef _wormwood wormwood`;
}

function functionOf(command: DescribedCommand): string {
  const specifications = command.options.flatMap(optionSpecifications);
  const body =
    command.subcommands.length > 0 ? dispatch(command) : argumentsCall([...specifications, first(command)]);
  return `${functionName(command.path)}() {\n${body}\n}`;
}

/** A command with subcommands: completes their names, then hands the rest of the line to theirs. */
function dispatch({ path, subcommands, options }: DescribedCommand): string {
  const names = subcommands.map(({ name, description }) => quote(`${name}:${escapeColon(description)}`));
  const cases = subcommands.map(({ name }) => `      ${name}) ${functionName(`${path} ${name}`.trim())} ;;`);
  const states = [
    ...options.flatMap(optionSpecifications),
    quote('1:command:->command'),
    quote('*::rest:->rest'),
  ];
  return `  local state line
  typeset -A opt_args
${argumentsCall(['-C', ...states])}
  case $state in
    command)
      local -a names=(${names.join(' ')})
      _describe command names ;;
    rest) case $words[1] in
${cases.join('\n')}
    esac ;;
  esac`;
}

function argumentsCall(parts: readonly string[]): string {
  return `  _arguments ${parts.filter((part) => part !== '').join(' \\\n    ')}`;
}

function first({ words, takesFile }: DescribedCommand): string {
  if (takesFile)
    return quote(`1:file or name:{_alternative "names:name:(${words.join(' ')})" "files:file:_files"}`);
  return words.length === 0 ? '' : quote(`1:word:(${words.join(' ')})`);
}

function optionSpecifications({ long, short, description, value, words }: DescribedOption): string[] {
  const text = `[${description.replaceAll(/[[\]\\:]/g, String.raw`\$&`)}]`;
  const action = {
    none: '',
    free: ':value: ',
    directory: ':directory:_files -/',
    word: `:word:(${words.join(' ')})`,
  };
  return [long, ...(short === undefined ? [] : [short])].map((flag) =>
    quote(`${flag}${text}${action[value]}`),
  );
}

function functionName(path: string): string {
  return ['_wormwood', ...path.split(' ').filter((word) => word !== '')].join('_');
}

function escapeColon(text: string): string {
  return text.replaceAll(':', String.raw`\:`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
