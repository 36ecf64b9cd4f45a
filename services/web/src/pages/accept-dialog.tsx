import { type FormEvent, useId, useRef, useState } from 'react';
import type { WireBoardItem } from '../../../../shared/edge/wire/board.ts';
import { ask, type Refusal } from './ask-service.ts';
import { inert } from './name.tsx';
import { useSession } from './session.ts';

export interface AcceptDialogProps {
  readonly kind: 'waiver' | 'override';
  readonly item: WireBoardItem;
  readonly again: () => Promise<void>;
}

const words = {
  waiver: { open: 'Waive a finding …', title: 'Waive a finding of', send: 'Waive it', days: 14 },
  override: { open: 'Let it out anyway …', title: 'Let out', send: 'Let it out', days: 1 },
} as const;

/** A named person takes it on, for a reason and until a day; both stay visible for ever. */
export function AcceptDialog({ kind, item, again }: AcceptDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const { name } = useSession();
  const id = useId();
  const { open, title, send, days } = words[kind];
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const body = kind === 'waiver' ? waiverOf(item, fields) : overrideOf(item, fields);
    const answer = await ask(kind === 'waiver' ? '/v1/waivers' : '/v1/overrides', body);
    if (answer.kind === 'refused') return setRefusal(answer.refusal);
    dialog.current?.close();
    await again();
  };
  return (
    <>
      <button type="button" className="button" onClick={() => dialog.current?.showModal()}>
        {open}
        <span className="unseen"> {inert(item.version, 60)}</span>
      </button>
      <dialog ref={dialog} aria-labelledby={id} className="dialog">
        <form className="form" onSubmit={(event) => void submit(event)}>
          <h2 id={id}>
            {title} {inert(`${item.service} ${item.version}`, 100)}
          </h2>
          {kind === 'override' && (
            <p>
              Only this bundle ({item.digests.bundle.slice(0, 19)}…) in {inert(item.environment, 40)}, whatever the gate
              says.
            </p>
          )}
          {kind === 'waiver' && (
            <label>
              Finding
              <select name="finding" required>
                {item.blocking.map(({ check, title: found, waivedBy }, index) =>
                  waivedBy === null ? (
                    // biome-ignore lint/suspicious/noArrayIndexKey: its place in the list is what the form sends
                    <option key={index} value={index}>
                      {inert(`${check}: ${found}`, 120)}
                    </option>
                  ) : null,
                )}
              </select>
            </label>
          )}
          {kind === 'waiver' && (
            <label className="check">
              <input type="checkbox" name="bundle" defaultChecked /> Only for this bundle; else for every later one too
            </label>
          )}
          <label>
            Who takes it on
            <input name="by" required maxLength={200} defaultValue={name} autoComplete="name" />
          </label>
          <label>
            Why
            <textarea name="reason" required maxLength={2000} rows={3} />
          </label>
          <label>
            Until the end of (UTC)
            <input name="until" type="date" required defaultValue={dayIn(days)} min={dayIn(0)} />
          </label>
          {refusal !== null && (
            <p className="notice tone-fail" role="alert">
              {inert(`${refusal.detail} ${refusal.remedy}`, 300)}
            </p>
          )}
          <div className="actions">
            <button type="submit" className="button strong">
              {send}
            </button>
            <button type="button" className="button" onClick={() => dialog.current?.close()}>
              Leave it
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}

function waiverOf(item: WireBoardItem, fields: FormData): object {
  const finding = item.blocking[Number(fields.get('finding'))];
  return {
    service: item.service,
    check: finding?.check,
    ...(finding?.relation != null && { relation: finding.relation }),
    ...(finding?.phase != null && { phase: finding.phase }),
    ...(finding?.app != null && { app: finding.app }),
    environment: item.environment,
    ...(fields.has('bundle') && { bundle: item.digests.bundle }),
    ...signed(fields),
  };
}

const overrideOf = ({ service, version, environment, digests }: WireBoardItem, fields: FormData): object => ({
  service,
  version,
  environment,
  bundle: digests.bundle,
  ...signed(fields),
});

const signed = (fields: FormData): object => ({
  by: fields.get('by'),
  reason: fields.get('reason'),
  until: fields.get('until'),
});

const dayIn = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
