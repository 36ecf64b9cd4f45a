/** Markup whose values were escaped; only `html` makes it. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | null | Markup | readonly Markup[];

/** Every value is escaped unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(
    strings.map((text, index) => text + (index < parts.length ? written(parts[index] ?? '') : '')).join(''),
  );
}

function written(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return part.map(written).join('');
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return String(part).replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

export function layout(title: string, body: Markup): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Rehearsal</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/pages.css">
</head>
<body>
<header><a href="/">Rehearsal</a></header>
<main>
${body}
</main>
</body>
</html>
`;
  return page.text;
}
