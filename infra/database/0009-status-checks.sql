SET LOCAL lock_timeout = '5s';

-- External status checks that GitLab asked about: one row a check of a merge request, kept until nobody waits for it.
CREATE TABLE status_checks (
  project       bigint NOT NULL,
  merge_request bigint NOT NULL,
  check_id      bigint NOT NULL,
  sha           text NOT NULL,
  service       text NOT NULL,
  environment   text NOT NULL,
  -- When the merge request changed, as GitLab says: its calls may come in any order.
  changed_at    timestamptz NOT NULL,
  asked_at      timestamptz NOT NULL DEFAULT now(),
  -- Closed, merged, or at another commit: nothing is answered until GitLab asks again.
  is_open       boolean NOT NULL DEFAULT true,
  -- Grows with every call; what was looked up for an older one is not kept.
  asked         integer NOT NULL DEFAULT 1,
  -- Grows with everybody who takes it in hand; only the newest may say what came of it.
  taken         integer NOT NULL DEFAULT 0,
  in_hand       boolean NOT NULL DEFAULT false,
  -- Not before then: the next look, or the end of the time that one under way is given.
  due_at        timestamptz NOT NULL DEFAULT now(),
  -- What GitLab was told last since it asked; absent: nothing yet.
  answered      text CHECK (answered IN ('pending', 'passed', 'failed')),
  answered_at   timestamptz,
  -- That failed, since the last one that did not.
  failures      integer NOT NULL DEFAULT 0,
  PRIMARY KEY (project, merge_request, check_id)
);
CREATE INDEX status_checks_due ON status_checks (due_at) WHERE is_open;

-- By these a commit is led to what was rehearsed of it.
CREATE INDEX sources_by_commit ON sources (commit, rehearsal_id);
