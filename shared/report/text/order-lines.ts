import type { Report } from '../../domain/report.ts';
import { stepWords } from '../order.ts';
import { excerpt } from '../words.ts';
import { plain, wrap } from './wrap.ts';

/** Which order holds, and how the change is taken apart where previous does not survive it. */
export function orderLines({ compatibility: { order } }: Report): string[] {
  if (order === undefined) return [];
  const steps = (order.split ?? []).flatMap((step) => [
    ...wrap(excerpt(stepWords(step), 400), '  - ', '    '),
    ...(step.sql ?? '').split('\n').flatMap((line) => (line === '' ? [] : [`      ${plain(line)}`])),
  ]);
  return [...wrap(excerpt(order.proposal, 600), 'Order: ', '  '), ...steps, ''];
}
