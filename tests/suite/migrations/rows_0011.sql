INSERT INTO invitations (workspace_id, digest, role, name, given_by, links, until) VALUES (1, '00aa', 'editor', 'vera', 1, 0, 1);
INSERT INTO tasks (id, workspace_id, name, kind, topic, created_at, deleted_at, deleted_name)
VALUES (9000, 1, '#9000', 'post', 'lunch', 1, 2, 'lunch');
