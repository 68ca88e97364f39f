-- People: numbers that are given once, where a person can be written to in private, invitations that end with their giver, and
-- tasks that were deleted and may come back.

-- The last number that an operator got: a number is not given again after a removal, so nothing kept points to another person.
CREATE TABLE operator_numbers (
    id   BIGINT PRIMARY KEY,                        -- always 1
    last BIGINT NOT NULL
);
INSERT INTO operator_numbers (id, last) SELECT 1, COALESCE(MAX(id), 0) FROM operators;

-- The private chat in which a person wrote last under this name.
ALTER TABLE identities ADD COLUMN room_id BIGINT REFERENCES rooms (id) ON DELETE SET NULL;
UPDATE identities SET room_id = (
    SELECT inbox.room_id FROM inbox
    WHERE inbox.surface = identities.surface AND inbox.sender = identities.external_id AND (inbox.body ->> 'private') = 1
    ORDER BY inbox.id DESC LIMIT 1
);

CREATE TABLE invitations (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: people revoke it by its number
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id),
    digest       TEXT   NOT NULL UNIQUE,            -- SHA-256 of the word
    role         TEXT   NOT NULL,
    name         TEXT,                              -- what the invited person will be called
    given_by     BIGINT NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
    links        BIGINT NOT NULL DEFAULT 0,         -- 1: makes the giver known under another name, lets nobody in
    until        BIGINT NOT NULL
);
CREATE INDEX invitations_by_giver ON invitations (given_by);

-- Those of earlier versions end: they name their giver by a name alone, and their words lie readable in the inbox.
UPDATE workspaces SET settings = json_remove(settings, '$.invitations');

ALTER TABLE tasks ADD COLUMN deleted_at BIGINT;     -- null: it is there
ALTER TABLE tasks ADD COLUMN deleted_name TEXT;     -- what a deleted one was called: `name` is `#` and its id then, so that the name is free
CREATE INDEX tasks_deleted ON tasks (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX drafts_by_task ON drafts (task_id);
