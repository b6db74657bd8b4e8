import { describeProblem, ProblemsError } from '../base/problem.ts';
import { VERSION } from '../server/version.ts';
import { ListenError } from '../transport/address.ts';
import { type Command, EXIT, print, printError, UsageError } from './command.ts';

/** The commands, each loaded when it is called: `serve` must not wait for the others. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serve,
  validate: async () => (await import('./validate.ts')).validate,
  explain: async () => (await import('./explain.ts')).explain,
  test: async () => (await import('./test.ts')).test,
  top: async () => (await import('./top.ts')).top,
  probe: async () => (await import('./probe.ts')).probe,
  schema: async () => (await import('./schema.ts')).schema,
  migrate: async () => (await import('./migrate.ts')).migrate,
  'dev-issuer': async () => (await import('./dev-issuer.ts')).devIssuer,
};

/** Runs the program and gives its exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const [name, ...args] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    await printUsage();
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  if (name === '--version' || name === 'version') {
    print(`watchword ${VERSION} (node ${process.versions.node})`);
    return EXIT.ok;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) {
    printError(`watchword: '${name}' is no command; see 'watchword --help'`);
    return EXIT.usage;
  }
  const command = await load();
  if (args.includes('--help') || args.includes('-h')) {
    print(helpOf(name, command));
    return EXIT.ok;
  }
  return runCommand(name, command, args);
}

function helpOf(name: string, { usage, summary, details = [] }: Command): string {
  return [`watchword ${name} ${usage}`, summary, ...details].join('\n\n');
}

async function runCommand(
  name: string,
  command: Command,
  args: readonly string[],
): Promise<number> {
  try {
    return await command.run(args);
  } catch (error) {
    if (error instanceof ProblemsError) {
      for (const problem of error.problems) printError(describeProblem(problem));
      return EXIT.wrong;
    }
    if (error instanceof ListenError) {
      printError(`watchword: ${error.message}`);
      return EXIT.wrong;
    }
    if (error instanceof UsageError || isArgumentError(error)) {
      printError(`watchword ${name}: ${(error as Error).message}; see 'watchword ${name} --help'`);
      return EXIT.usage;
    }
    throw error;
  }
}

/** What `node:util` parseArgs throws for a command line that it does not understand. */
function isArgumentError(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS_');
}

async function printUsage(): Promise<void> {
  print('watchword: a JWT gate for Kubernetes ingress\n');
  print('usage: watchword COMMAND [OPTIONS]; watchword COMMAND --help\n');
  for (const [name, load] of Object.entries(COMMANDS)) {
    print(`  ${name.padEnd(12)}${(await load()).summary}`);
  }
  print('  version     Prints the version.');
}
