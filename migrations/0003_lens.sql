-- Posts that pass another one on, and what a network's side noted of a publishing call before and after its steps.

ALTER TABLE posts ADD COLUMN repost_of TEXT;         -- native id of the post it passes on

CREATE TABLE call_notes (
    key  TEXT   PRIMARY KEY,                         -- the intent's key, or an action's
    note TEXT   NOT NULL,                            -- JSON of the network
    at   BIGINT NOT NULL
);
CREATE INDEX call_notes_by_age ON call_notes (at);
