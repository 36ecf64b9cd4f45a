import { memo, useId } from 'react';
import type { Report } from '../../../../../shared/domain/report.ts';
import { scenarios } from '../../../../../shared/domain/run.ts';
import { runWords } from '../../../../../shared/report/phrases.ts';
import { excerpt } from '../../../../../shared/report/words.ts';

interface RunPickerProps {
  readonly report: Report;
  readonly chosen: string;
  readonly choose: (id: string) => void;
}

/** Every run by the question that it asked. */
export const RunPicker = memo(({ report, chosen, choose }: RunPickerProps) => {
  const id = useId();
  return (
    <div className="run-picker">
      <label htmlFor={id}>Run</label>
      <select id={id} value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
        {scenarios.map((scenario) => {
          const runs = report.runs.filter((run) => run.scenario === scenario);
          return (
            runs.length > 0 && (
              <optgroup key={scenario} label={scenario}>
                {runs.map((run) => (
                  <option key={run.id} value={run.id}>
                    {run.id === scenario ? run.id : `${run.id}: ${excerpt(runWords(run), 90)}`}
                  </option>
                ))}
              </optgroup>
            )
          );
        })}
      </select>
    </div>
  );
});
