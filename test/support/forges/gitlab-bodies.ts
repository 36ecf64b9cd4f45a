/**
 * What GitLab's documentation says of the bodies that are sent to it; there is no machine-readable description in a
 * package. https://docs.gitlab.com/api/commits/#set-commit-pipeline-status · https://docs.gitlab.com/api/notes/ ·
 * https://docs.gitlab.com/api/status_checks/ · https://docs.gitlab.com/administration/instance_limits/
 */
const note = {
  type: 'object',
  required: ['body'],
  additionalProperties: false,
  properties: { body: { type: 'string', minLength: 1, maxLength: 1_000_000 } },
} as const;
const short = { type: 'string', minLength: 1, maxLength: 255 } as const;

export const gitlabBodies = {
  'POST /projects/{id}/statuses/{sha}': {
    type: 'object',
    required: ['state'],
    additionalProperties: false,
    properties: {
      state: { enum: ['pending', 'running', 'success', 'failed', 'canceled', 'skipped'] },
      name: short,
      context: short,
      description: short,
      target_url: short,
      ref: { type: 'string' },
      pipeline_id: { type: 'integer' },
      coverage: { type: 'number' },
    },
  },
  'POST /projects/{id}/merge_requests/{iid}/notes': note,
  'PUT /projects/{id}/merge_requests/{iid}/notes/{note_id}': note,
  'POST /projects/{id}/merge_requests/{iid}/status_check_responses': {
    type: 'object',
    required: ['sha', 'external_status_check_id'],
    additionalProperties: false,
    properties: {
      sha: { type: 'string', minLength: 7 },
      external_status_check_id: { type: 'integer' },
      status: { enum: ['pending', 'passed', 'failed'] },
    },
  },
} as const;
