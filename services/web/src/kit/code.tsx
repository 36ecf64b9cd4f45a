import { useRef, useState } from 'react';
import { excerpt } from '../../../../shared/report/words.ts';

export interface CodeProps {
  readonly text: string;
  /** What it is, for who does not see it. */
  readonly label: string;
  /** More is shown on demand: a megabyte on one line must not hold the page up. */
  readonly charactersMax?: number;
}

const copiedMs = 2000;

/** Something to read and to paste; it scrolls by itself, by keyboard too. */
export function Code({ text, label, charactersMax = 4000 }: CodeProps) {
  const pre = useRef<HTMLPreElement>(null);
  const [copied, setCopied] = useState(false);
  const [whole, setWhole] = useState(false);
  const isCut = text.length > charactersMax && !whole;
  const copy = async () => {
    if (await copyText(text, pre.current)) {
      setCopied(true);
      setTimeout(() => setCopied(false), copiedMs);
    }
  };
  return (
    <div className="code">
      {/* biome-ignore lint/a11y/useSemanticElements: no landmark, for there are many, and no field set either */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <div className="code-text" role="group" tabIndex={0} aria-label={label}>
        <pre ref={pre}>
          <code>{isCut ? excerpt(text, charactersMax) : text}</code>
        </pre>
      </div>
      <div className="code-actions">
        {isCut && (
          <button type="button" className="button" onClick={() => setWhole(true)}>
            Show all
          </button>
        )}
        <button type="button" className="button" onClick={copy} aria-label={`Copy: ${label}`}>
          <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
        </button>
      </div>
    </div>
  );
}

/** The clipboard where the browser lends it; else the text is selected, and the older way is tried. */
async function copyText(text: string, element: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Refused, or not there on this origin: a selection can be copied by hand.
    if (element === null) return false;
    getSelection()?.selectAllChildren(element);
    return document.execCommand('copy');
  }
}
