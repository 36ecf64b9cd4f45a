/** A comment of a change, as both forges have them. */
export interface ForgeNote {
  readonly id: number;
  readonly body: string;
  readonly isOurs: boolean;
}

/**
 * One note for each name, replaced in place. Anybody may write a comment that begins like ours and change it later, so
 * only one that we wrote ourselves is taken.
 */
export async function upsertNote(
  name: string,
  text: string,
  notes: {
    readonly list: () => Promise<readonly ForgeNote[]>;
    readonly create: (body: string) => Promise<unknown>;
    readonly replace: (id: number, body: string) => Promise<unknown>;
  },
): Promise<void> {
  const marker = `<!-- rehearsal-note:${encodeURIComponent(name).replace(/-{2,}/g, '-')} -->`;
  const body = `${marker}\n${text}`;
  const ours = (await notes.list()).find((note) => note.isOurs && note.body.startsWith(marker));
  await (ours === undefined ? notes.create(body) : notes.replace(ours.id, body));
}
