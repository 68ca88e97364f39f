-- Work in whose middle Lumen ended is counted, so that it is given up in the end; and indexes for what is asked all the time,
-- so that ten thousand rows that are not due cost what ten do.

ALTER TABLE jobs ADD COLUMN crashes BIGINT NOT NULL DEFAULT 0;   -- how often Lumen ended in the middle of it

DROP INDEX jobs_by_time;
CREATE INDEX jobs_by_time ON jobs (run_at, id, kind, lease_until);
CREATE INDEX jobs_held ON jobs (lease_until) WHERE lease_until IS NOT NULL;

DROP INDEX drafts_stale;
CREATE INDEX drafts_by_expiry ON drafts (state, expires_at);
CREATE INDEX drafts_by_word ON drafts (workspace_id, state, number);
CREATE INDEX intents_by_draft ON intents (draft_id);
CREATE INDEX intents_by_approval ON intents (approval_id);
CREATE INDEX deliveries_by_draft ON deliveries (draft_id);

DROP INDEX post_media_open;
CREATE INDEX post_media_open ON post_media (tries, post_id, position) WHERE sha256 IS NULL AND refused IS NULL;
CREATE INDEX post_media_kept ON post_media (sha256) WHERE sha256 IS NOT NULL;

CREATE INDEX inbox_shown ON inbox (settled_at) WHERE state = 'shown';
