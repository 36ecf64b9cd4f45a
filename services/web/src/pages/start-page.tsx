import { Card } from '../kit/card.tsx';
import { Code } from '../kit/code.tsx';
import { Shell } from './shell.tsx';

export function StartPage() {
  return (
    <Shell title="Post a bundle">
      <h1>Post a bundle</h1>
      <Ways />
    </Shell>
  );
}

/** Three ways to the first rehearsal, with this service's own address. */
export function Ways() {
  const server = location.origin;
  return (
    <>
      <p>
        A bundle is a directory with <code>rehearsal.yaml</code>, the migrations, and both versions of the application
        where there are any. The same bundle posted again is the same rehearsal.
      </p>
      <div className="ways">
        <Card>
          <h2>From a checkout</h2>
          <p>Posts the directory, waits for the verdict, and ends with its exit code.</p>
          <Code label="Command line" text={`export REHEARSAL_TOKEN=…\nrehearse submit orders --server ${server}`} />
        </Card>
        <Card>
          <h2>With curl</h2>
          <p>Needs nothing installed. The answer names the rehearsal and its page.</p>
          <Code
            label="curl"
            text={[
              'tar -czf orders.tar.gz -C orders .',
              'curl -H "authorization: Bearer $REHEARSAL_TOKEN" \\',
              "  -H 'content-type: application/gzip' \\",
              '  --data-binary @orders.tar.gz \\',
              `  '${server}/v1/rehearsals?branch=BRANCH&commit=COMMIT'`,
            ].join('\n')}
          />
        </Card>
        <Card>
          <h2>In CI</h2>
          <p>
            Branch and commit are taken from the CI system; comparisons go by them. The gate is what the deploy asks.
          </p>
          <Code
            label="CI step"
            text={[
              '- name: rehearse the migration',
              '  env:',
              '    REHEARSAL_TOKEN: $' + '{{ secrets.REHEARSAL_TOKEN }}',
              `  run: rehearse submit orders --server ${server} --wait 30m`,
              '- name: ask the gate',
              '  env:',
              '    REHEARSAL_TOKEN: $' + '{{ secrets.REHEARSAL_TOKEN }}',
              `  run: rehearse gate --server ${server} --service orders --version $VERSION`,
            ].join('\n')}
          />
        </Card>
      </div>
    </>
  );
}
