INSERT INTO group_roles (workspace_id, surface, external_id, role) VALUES (1, 'discord', '777', 'editor');
INSERT INTO operators (id, workspace_id, name, role, created_at, own) VALUES (9000, 1, 'guest', 'editor', 1, 0);
INSERT INTO rooms (id, workspace_id, surface, chat, created_at, threads) VALUES (9000, 1, 'discord', '5', 1, 'on');
INSERT INTO rooms (id, workspace_id, surface, chat, created_at) VALUES (9001, 1, 'discord', '6', 1);
INSERT INTO draft_threads (room_id, draft_id, thread_id) VALUES (9000, 1, 9001);
