import type { Probe, ProbeAsk, ProbeExpectation, ProbeRequest, ProbeStep } from '../../domain/bundle.ts';
import type { BundlePaths } from './bundle-paths.ts';
import { repeated } from './read-apps.ts';
import { command } from './read-phases.ts';
import {
  anyText,
  flag,
  givenText,
  integer,
  json,
  listOf,
  mapOf,
  oneOf,
  someOf,
  text,
  textLike,
  wrong,
} from './scalars.ts';
import { type Fields, given, type Read, type Spot } from './spot.ts';

const keys = ['name', 'request', 'expect', 'save', 'steps', 'command', 'dir', 'for', 'writes'] as const;
const ways = ['request', 'steps', 'command'] as const;

const method = textLike(/^[A-Z]+$/, 'an HTTP method in capitals');
const httpPath = textLike(/^(\/|\$\{)\S*$/, 'a path that begins with /');
const savedFrom = textLike(/^(json(\.[^.]+)*|header\.[^\s]+)$/, '`json.a.b` or `header.name`');
const saved = mapOf(savedFrom, /^[A-Za-z_][A-Za-z0-9_]*$/, 'name for a saved value');
const headers = mapOf(givenText, /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'name of a header');
const status = integer(100, 599);

export const probes =
  (paths: BundlePaths): Read<readonly Probe[]> =>
  (spot) => {
    const found = listOf(probe(paths))(spot);
    for (const name of repeated(found)) spot.problem(`Two probes are named \`${name}\`.`);
    return found;
  };

const probe =
  (paths: BundlePaths): Read<Probe> =>
  (spot) => {
    const fields = spot.fields(keys);
    const asked = ask(spot, fields, paths);
    return {
      name: fields.required('name', text, ''),
      for: fields.or('for', someOf(oneOf(['previous', 'next'])), ['previous', 'next']),
      writes: fields.or('writes', flag, mayWrite(asked)),
      ask: asked,
    };
  };

/** A command is no GET either: nobody but its author knows what it writes. */
function mayWrite(asked: ProbeAsk): boolean {
  if (asked.kind === 'command') return true;
  return asked.steps.some((step) => !['GET', 'HEAD'].includes(step.request.method));
}

function ask(spot: Spot, fields: Fields, paths: BundlePaths): ProbeAsk {
  const chosen = ways.filter((way) => fields.has(way));
  if (spot.node.kind === 'map' && chosen.length !== 1) spot.problem('A probe needs `request`, `steps` or `command`.');
  const [way] = chosen;
  for (const key of ['expect', 'save']) if (way !== 'request') refuse(fields, key, 'belongs beside a `request`');
  if (way !== 'command') refuse(fields, 'dir', 'belongs to a `command`');
  switch (way) {
    case 'command':
      return {
        kind: 'command',
        command: fields.required('command', command, []),
        dir: fields.or('dir', paths.directory, '.'),
      };
    case 'steps':
      return { kind: 'http', steps: fields.required('steps', someOf(step), []) };
    default:
      return { kind: 'http', steps: fields.has('request') ? [stepOf(fields)] : [] };
  }
}

function refuse(fields: Fields, key: string, why: string): void {
  const misplaced = fields.spot(key);
  if (misplaced !== undefined) wrong(misplaced, why, null);
}

const step: Read<ProbeStep> = (spot) => stepOf(spot.fields(['request', 'expect', 'save']));

function stepOf(fields: Fields): ProbeStep {
  return {
    request: fields.required('request', request, { method: 'GET', path: '/', headers: {} }),
    expect: fields.or('expect', expectation, {}),
    save: fields.or('save', saved, {}),
  };
}

const request: Read<ProbeRequest> = (spot) => {
  const fields = spot.fields(['method', 'path', 'headers', 'json', 'body']);
  const sent = fields.value('json', json);
  if (sent !== undefined) refuse(fields, 'body', 'cannot be given together with `json`');
  return {
    method: fields.or('method', method, 'GET'),
    path: fields.required('path', httpPath, '/'),
    headers: fields.or('headers', headers, {}),
    ...given({ json: sent, body: fields.optional('body', anyText) }),
  };
};

const expectation: Read<ProbeExpectation> = (spot) => {
  const fields = spot.fields(['status', 'json', 'text']);
  return given({
    status: fields.optional('status', (at) => (at.node.kind === 'list' ? someOf(status)(at) : [status(at)])),
    json: fields.value('json', json),
    text: fields.optional('text', text),
  });
};
