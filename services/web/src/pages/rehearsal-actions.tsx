import { useState } from 'react';
import type { WireRehearsal } from '../../../../shared/edge/wire/rehearsal.ts';
import { ask, type Refusal } from './ask-service.ts';
import { inert } from './name.tsx';

/** Asks once more, in the page, before it ends what others may wait for. */
export function CancelButton({ id }: { readonly id: string }) {
  const [sure, setSure] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const cancel = async () => {
    const answer = await ask<WireRehearsal>(`/v1/rehearsals/${id}/cancel`, {});
    if (answer.kind === 'refused') setRefusal(answer.refusal);
  };
  return (
    <div className="actions">
      {sure ? (
        <>
          <span>End it without a verdict?</span>
          <button type="button" className="button strong" onClick={cancel}>
            Yes, cancel it
          </button>
          <button type="button" className="button" onClick={() => setSure(false)}>
            Let it run
          </button>
        </>
      ) : (
        <button type="button" className="button" onClick={() => setSure(true)}>
          Cancel
        </button>
      )}
      {refusal !== null && <span role="alert">{inert(`${refusal.detail} ${refusal.remedy}`, 300)}</span>}
    </div>
  );
}

export function RerunButton({ id }: { readonly id: string }) {
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const rerun = async () => {
    const answer = await ask<WireRehearsal>(`/v1/rehearsals/${id}/rerun`, {});
    if (answer.kind === 'refused') setRefusal(answer.refusal);
    else location.assign(answer.content.links.page);
  };
  return (
    <div className="actions">
      <button type="button" className="button" onClick={rerun}>
        Rehearse it again
      </button>
      {refusal !== null && <span role="alert">{inert(`${refusal.detail} ${refusal.remedy}`, 300)}</span>}
    </div>
  );
}
