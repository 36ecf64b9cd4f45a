import type { RehearsalId } from '../../../domain/ids.ts';
import type { Source, Sources } from '../../ports/history.ts';
import type { Database } from './database.ts';

export function openSources({ rows }: Database): Sources {
  return {
    add: async (id, { branch, commit }) => {
      await rows('INSERT INTO sources (rehearsal_id, branch, commit) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
        id,
        branch,
        commit ?? '',
      ]);
    },
    of: async (ids) => {
      const found = await rows<{ id: RehearsalId; branch: string; commit: string }>(
        `SELECT rehearsal_id AS id, branch, commit FROM sources
          WHERE rehearsal_id = ANY($1) ORDER BY at DESC, branch, commit`,
        [ids],
      );
      const byId = new Map<RehearsalId, Source[]>();
      for (const { id, branch, commit } of found) {
        byId.set(id, [...(byId.get(id) ?? []), { branch, commit: commit === '' ? null : commit }]);
      }
      return byId;
    },
  };
}
