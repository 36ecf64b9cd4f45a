import { type Command, InvalidArgumentError } from 'commander';

/**
 * An empty value is a variable that is not set: taken as it is it would be seed 0, the directory here, or a question
 * about nothing. Refuses it for every option and argument of a command and of those below it; an option that is empty
 * by default may be given so. Call it when a command has all of them.
 */
export function refuseEmpty(command: Command): Command {
  for (const option of command.options.filter(({ defaultValue }) => defaultValue !== '')) {
    const { parseArg, flags } = option;
    if (parseArg === undefined) {
      command.on(`option:${option.name()}`, (value: unknown) => {
        if (value === '') throw new InvalidArgumentError(`option '${flags}' argument '' is invalid. ${says}`);
      });
    } else {
      // Before its own parser, which may make something of it.
      option.argParser((text, before) => {
        if (text === '') throw new InvalidArgumentError(says);
        return parseArg(text, before);
      });
    }
  }
  command.hook('preAction', (_, { args, registeredArguments }) => {
    const at = args.indexOf('');
    const argument = registeredArguments[Math.min(at, registeredArguments.length - 1)];
    if (at >= 0)
      throw new InvalidArgumentError(`argument '${argument?.name()}' is empty, as a variable that is not set`);
  });
  for (const below of command.commands) refuseEmpty(below);
  return command;
}

const says = 'it is empty, as a variable that is not set: give a value, or leave the option out';
