/** Ends with 4, as CONTRACT section 2 has it: one object on stdout for `--format json`, else plain words on stderr. */
export function giveUp(code, detail, remedy) {
  const { argv } = process;
  if (argv.includes('--format=json') || argv[argv.indexOf('--format') + 1] === 'json') {
    const title = code.replaceAll('-', ' ');
    const problem = { type: `/problems/${code}`, title, code, detail, remedy, problems: [] };
    process.stdout.write(`${JSON.stringify(problem)}\n`);
  } else {
    process.stderr.write(`rehearse: ${detail}\n  → ${remedy}\n`);
  }
  process.exit(4);
}
