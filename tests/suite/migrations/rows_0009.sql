INSERT INTO jobs (id, kind, unique_key, payload, run_at, created_at, lane) VALUES (9000, 'notice', 'notice:lane', '{}', 1, 1, 'telegram');
INSERT INTO draft_media (draft_id, revision, sha256) VALUES (1, 9, 'ee');
