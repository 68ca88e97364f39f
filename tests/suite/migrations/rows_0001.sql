-- A house as schema 1 knows it, with a row in every table.
INSERT INTO workspaces (id, name, stopped, stopped_by, default_account, settings, next_draft, created_at)
VALUES (1, 'main', 1, '@owner', 'sandbox:roastery', '{"zone":"Europe/Berlin"}', 2, 1763640000000);
INSERT INTO operators (id, workspace_id, name, role, created_at) VALUES (1, 1, '@owner', 'owner', 1763640000000);
INSERT INTO identities (surface, external_id, operator_id) VALUES ('terminal', 'local', 1);
INSERT INTO rooms (id, workspace_id, surface, chat, thread, standing, paused, created_at)
VALUES (1, 1, 'terminal', 'local', '', 1, NULL, 1763640000000);
INSERT INTO sources (id, workspace_id, network, selector, own, schedule, next_run_at, paused, cursor, last_fetched_at, last_error, created_at)
VALUES (1, 1, 'sandbox', '{"kind":"author","what":"beans"}', 1, '{"kind":"cron","at":"0 9 * * *"}', 1763640000000, 0, 'page 2',
        1763640000000, 'away', 1763640000000);
UPDATE post_changes SET last = 2 WHERE id = 1;
INSERT INTO posts (id, workspace_id, network, native_id, author, text, created_at, edited_at, fetched_at, tags, language, reply_to,
                   quote_of, url, likes, reposts, replies, own, raw, digest, seq)
VALUES (1, 1, 'sandbox', 'p1', 'beans', 'The first cup', 1763640000000, 1763640000001, 1763640000002, '["coffee"]', 'en', 'p0', 'q0',
        'https://sandbox.example/p1', 3, 2, 1, 1, '{"id":"p1"}', '00112233445566778899aabbccddeeff', 1);
INSERT INTO post_media (post_id, position, url, alt, mime, sha256, refused, tries)
VALUES (1, 0, 'sandbox:cup.png', 'A cup', 'image/png', '00ff', NULL, 1), (1, 1, 'sandbox:pot.png', NULL, NULL, NULL, NULL, 0);
INSERT INTO post_removals (seq, post_id) VALUES (2, 2);
INSERT INTO index_tables (name, model, serving, text_seq, vector_seq, created_at)
VALUES ('posts_1', 'local/all-MiniLM-L6-v2', 1, 1, 0, 1763640000000);
INSERT INTO tasks (id, workspace_id, name, kind, topic, schedule, missed, next_run_at, last_run_at, paused, settings, created_at)
VALUES (1, 1, 'morning', 'post', 'the first cup', '{"kind":"once","at":"2026-11-20T12:00:00Z"}', 'skip', 1763640000000,
        1763640000000, 0, '{}', 1763640000000);
INSERT INTO personas (workspace_id, version, voice, note, made_at, made_by)
VALUES (1, 1, '{"identity":"a roastery"}', 'the first', 1763640000000, 'lumen');
INSERT INTO drafts (id, workspace_id, number, state, facts, due_at, revision, purpose, task_id, origin, created_at, expires_at)
VALUES (1, 1, 1, 'published',
        '{"state":"published","by":"@owner","at":"2026-11-20T12:00:00Z","native_id":"77","url":null}', NULL, 1,
        '{"kind":"reply","post":1,"guidance":null}', 1, 'job:1', 1763640000000, 1763640000000);
INSERT INTO draft_revisions (draft_id, number, content, content_hash, findings, leans_on, examples, persona_version, guidance, writer, made_at)
VALUES (1, 1, '{"network":"sandbox","account":"roastery","text":"Friday at six."}',
        '9c0e85d67d0db0313528ee94b1a28743aa5443cb829c146c194445a073dc68a5',
        '[{"kind":"style","blocks":false,"detail":"short"}]', '[{"post":1,"author":"beans","excerpt":"The first","score":0.5}]', '[1]', 1,
        'shorter', '{"by":"person","name":"@owner"}', 1763640000000);
INSERT INTO draft_leans (draft_id, revision, post_id) VALUES (1, 1, 1);
INSERT INTO approvals (id, draft_id, revision, content_hash, operator_id, by_name, at, due_at)
VALUES (1, 1, 1, '9c0e85d67d0db0313528ee94b1a28743aa5443cb829c146c194445a073dc68a5', 1, '@owner', 1763640000000, 1763640000000);
INSERT INTO intents (id, draft_id, approval_id, key, content_hash, network, account, state, attempts, last_error, created_at)
VALUES (1, 1, 1, 'b7a1f0c2-0000-4000-8000-000000000001', '9c0e85d67d0db0313528ee94b1a28743aa5443cb829c146c194445a073dc68a5',
        'sandbox', 'roastery', 'done', 1, NULL, 1763640000000);
INSERT INTO receipts (intent_id, native_id, url, settled_by, published_at) VALUES (1, '77', NULL, 'answer', 1763640000000);
INSERT INTO inbox (id, surface, external_id, room_id, sender, body, state, answer, received_at, settled_at)
VALUES (1, 'terminal', 'u1', 1, 'local', '{"said":"text","text":"/status"}', 'settled', '{"blocks":[]}', 1763640000000, 1763640000000);
INSERT INTO jobs (id, kind, unique_key, payload, cause, run_at, attempts, lease_by, lease_until, last_error, created_at)
VALUES (1, 'notice', 'notice:1', '{}', 1, 1763640000000, 1, 'worker/1', 1763640060000, 'away', 1763640000000);
INSERT INTO dialogues (room_id, operator_id, state, updated_at) VALUES (1, 1, '{"step":1}', 1763640000000);
INSERT INTO deliveries (room_id, draft_id, message, view_hash, shown_at) VALUES (1, 1, 'm1', '00', 1763640000000);
INSERT INTO model_calls (id, workspace_id, role, provider, model, purpose, prompt_hash, tokens_in, tokens_out, micro_usd, millis, outcome, error, at)
VALUES (1, 1, 'text', 'local', 'SmolLM2-135M-Instruct', 'draft', '00', 10, 5, 0, 900, 'ok', NULL, 1763640000000);
INSERT INTO activity (id, workspace_id, at, actor, text) VALUES (1, 1, 1763640000000, '@owner', 'approved #1');
