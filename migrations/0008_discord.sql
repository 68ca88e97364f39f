-- What a role of a chat network stands for here, people let in by one, and the threads of drafts.

CREATE TABLE group_roles (
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id),
    surface      TEXT   NOT NULL,
    external_id  TEXT   NOT NULL,                    -- the network's own id of the role
    role         TEXT   NOT NULL,
    PRIMARY KEY (workspace_id, surface, external_id)
);

-- 0: somebody known by a role of their network alone. Theirs is what that gave last, and counts for nothing by itself.
ALTER TABLE operators ADD COLUMN own BIGINT NOT NULL DEFAULT 1;

ALTER TABLE rooms ADD COLUMN threads TEXT NOT NULL DEFAULT 'off';  -- off, on, refused

CREATE TABLE draft_threads (
    room_id   BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    draft_id  BIGINT NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
    thread_id BIGINT UNIQUE REFERENCES rooms (id) ON DELETE CASCADE,   -- null: it is gone, and no other is opened
    PRIMARY KEY (room_id, draft_id)
);
