INSERT INTO posts (id, workspace_id, network, native_id, author, text, created_at, fetched_at, repost_of, digest, seq)
SELECT 3000, workspace_id, network, 'r1', 'mira', text, created_at, fetched_at, native_id, 'other', 3000 FROM posts WHERE id = 1;
INSERT INTO call_notes (key, note, at)
VALUES ('b7a1f0c2-0000-4000-8000-000000000001', '{"step":"begun"}', 1763640000000);
