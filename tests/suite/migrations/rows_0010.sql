INSERT INTO draft_targets (draft_id, revision, post_id, text, sha256) VALUES (1, 9, 1, 'The first cup', 'ff');
UPDATE deliveries SET revision = 1, decided = 1, after_inbox = 1 WHERE draft_id = 1;
