export function pageWidth(): number;
export function pageBackground(): string;
export function focusOutline(): string;
export function xmlRoot(source: string): string;
export function weakTexts(): readonly string[];
