-- The whole house. Times are i64 milliseconds since the epoch (UTC); JSON is TEXT; booleans are 0 or 1.
-- Only the SQL that SQLite and PostgreSQL share, so that another database can stand behind the same face.

CREATE TABLE workspaces (
    id              BIGINT PRIMARY KEY,
    name            TEXT   NOT NULL,
    stopped         BIGINT NOT NULL DEFAULT 0,      -- /stop: nothing leaves the house
    stopped_by      TEXT,
    default_account TEXT,                           -- network:account
    settings        TEXT   NOT NULL DEFAULT '{}',
    next_draft      BIGINT NOT NULL DEFAULT 1,      -- the next short number
    created_at      BIGINT NOT NULL
);

CREATE TABLE operators (
    id           INTEGER PRIMARY KEY,
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id),
    name         TEXT   NOT NULL,
    role         TEXT   NOT NULL,
    created_at   BIGINT NOT NULL
);

CREATE TABLE identities (
    surface     TEXT   NOT NULL,
    external_id TEXT   NOT NULL,
    operator_id BIGINT NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
    PRIMARY KEY (surface, external_id)
);

CREATE TABLE rooms (
    id           INTEGER PRIMARY KEY,
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id),
    surface      TEXT   NOT NULL,
    chat         TEXT   NOT NULL,
    thread       TEXT   NOT NULL DEFAULT '',        -- '' is no thread
    standing     BIGINT NOT NULL DEFAULT 0,
    paused       TEXT,                              -- why nothing is sent there now
    created_at   BIGINT NOT NULL,
    UNIQUE (surface, chat, thread)
);

CREATE TABLE sources (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: jobs name it
    workspace_id    BIGINT NOT NULL REFERENCES workspaces (id),
    network         TEXT   NOT NULL,
    selector        TEXT   NOT NULL,                -- JSON
    own             BIGINT NOT NULL DEFAULT 0,
    schedule        TEXT,                           -- JSON
    next_run_at     BIGINT,
    paused          BIGINT NOT NULL DEFAULT 0,
    cursor          TEXT,
    last_fetched_at BIGINT,
    last_error      TEXT,
    created_at      BIGINT NOT NULL,
    UNIQUE (workspace_id, network, selector)
);
CREATE INDEX sources_due ON sources (next_run_at) WHERE paused = 0;

-- Every change of a post takes the next number; an index table knows up to which it has come.
CREATE TABLE post_changes (
    id   BIGINT PRIMARY KEY,                        -- always 1
    last BIGINT NOT NULL
);
INSERT INTO post_changes (id, last) VALUES (1, 0);

CREATE TABLE posts (
    id           INTEGER PRIMARY KEY,               -- the number of the change that brought it: never given twice
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id),
    network      TEXT   NOT NULL,
    native_id    TEXT   NOT NULL,
    author       TEXT   NOT NULL,
    text         TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    edited_at    BIGINT,
    fetched_at   BIGINT NOT NULL,
    tags         TEXT   NOT NULL DEFAULT '[]',      -- JSON
    language     TEXT,
    reply_to     TEXT,
    quote_of     TEXT,
    url          TEXT,
    likes        BIGINT NOT NULL DEFAULT 0,
    reposts      BIGINT NOT NULL DEFAULT 0,
    replies      BIGINT NOT NULL DEFAULT 0,
    own          BIGINT NOT NULL DEFAULT 0,
    raw          TEXT,
    digest       TEXT   NOT NULL,                   -- of what was fetched (without `raw`): equal is unchanged
    seq          BIGINT NOT NULL,
    UNIQUE (workspace_id, network, native_id)
);
CREATE INDEX posts_by_seq ON posts (seq);
CREATE INDEX posts_by_time ON posts (workspace_id, created_at);
CREATE INDEX posts_by_url ON posts (workspace_id, url) WHERE url IS NOT NULL;
CREATE INDEX posts_own ON posts (workspace_id, created_at) WHERE own = 1;

CREATE TABLE post_media (
    post_id  BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    url      TEXT   NOT NULL,
    alt      TEXT,
    mime     TEXT,
    sha256   TEXT,                                  -- once it lies in the media folder
    refused  TEXT,                                  -- why it does not
    tries    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (post_id, position)
);
CREATE INDEX post_media_open ON post_media (post_id) WHERE sha256 IS NULL AND refused IS NULL;

-- Deleted posts, until every index table has let go of them.
CREATE TABLE post_removals (
    seq     BIGINT PRIMARY KEY,
    post_id BIGINT NOT NULL
);

CREATE TABLE index_tables (
    name       TEXT   PRIMARY KEY,
    model      TEXT   NOT NULL,                     -- the embedding model whose vectors it holds
    serving    BIGINT NOT NULL DEFAULT 0,
    text_seq   BIGINT NOT NULL DEFAULT 0,           -- changes up to here are in, with their text
    vector_seq BIGINT NOT NULL DEFAULT 0,           -- and up to here with their vectors
    created_at BIGINT NOT NULL
);

CREATE TABLE tasks (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: jobs name it
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id),
    name         TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    topic        TEXT   NOT NULL,
    schedule     TEXT,                              -- JSON
    missed       TEXT   NOT NULL DEFAULT 'once',
    next_run_at  BIGINT,
    last_run_at  BIGINT,
    paused       BIGINT NOT NULL DEFAULT 0,
    settings     TEXT   NOT NULL DEFAULT '{}',      -- account, picture, review rule, limits
    created_at   BIGINT NOT NULL,
    UNIQUE (workspace_id, name)
);
CREATE INDEX tasks_due ON tasks (next_run_at) WHERE paused = 0;

CREATE TABLE personas (
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id),
    version      BIGINT NOT NULL,
    voice        TEXT   NOT NULL,                   -- JSON
    note         TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    made_by      TEXT   NOT NULL,
    PRIMARY KEY (workspace_id, version)
);

CREATE TABLE drafts (
    id           INTEGER PRIMARY KEY,
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id),
    number       BIGINT NOT NULL,
    state        TEXT   NOT NULL,                   -- the word
    facts        TEXT   NOT NULL,                   -- JSON: the state with its own facts
    due_at       BIGINT,                            -- of a scheduled draft
    revision     BIGINT NOT NULL,
    purpose      TEXT   NOT NULL,                   -- JSON
    task_id      BIGINT REFERENCES tasks (id) ON DELETE SET NULL,
    origin       TEXT   NOT NULL UNIQUE,            -- what made it (a job's key): the same work never makes two
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    UNIQUE (workspace_id, number)
);
CREATE INDEX drafts_by_state ON drafts (state, due_at);
CREATE INDEX drafts_stale ON drafts (expires_at) WHERE state = 'waiting';

CREATE TABLE draft_revisions (
    draft_id        BIGINT NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
    number          BIGINT NOT NULL,
    content         TEXT   NOT NULL,                -- JSON
    content_hash    TEXT   NOT NULL,
    findings        TEXT   NOT NULL,                -- JSON
    leans_on        TEXT   NOT NULL,                -- JSON
    examples        TEXT   NOT NULL,                -- JSON
    persona_version BIGINT NOT NULL,
    guidance        TEXT,
    writer          TEXT   NOT NULL,                -- JSON
    made_at         BIGINT NOT NULL,
    PRIMARY KEY (draft_id, number)
);

CREATE TABLE draft_leans (
    draft_id BIGINT NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
    revision BIGINT NOT NULL,
    post_id  BIGINT NOT NULL,                       -- no reference: the post may be deleted
    PRIMARY KEY (draft_id, revision, post_id)
);
CREATE INDEX draft_leans_by_post ON draft_leans (post_id);

CREATE TABLE approvals (
    id           INTEGER PRIMARY KEY,
    draft_id     BIGINT NOT NULL REFERENCES drafts (id),
    revision     BIGINT NOT NULL,
    content_hash TEXT   NOT NULL,
    operator_id  BIGINT REFERENCES operators (id) ON DELETE SET NULL,
    by_name      TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    due_at       BIGINT
);
CREATE INDEX approvals_by_draft ON approvals (draft_id);

CREATE TABLE intents (
    id           INTEGER PRIMARY KEY,
    draft_id     BIGINT NOT NULL REFERENCES drafts (id),
    approval_id  BIGINT NOT NULL REFERENCES approvals (id),
    key          TEXT   NOT NULL UNIQUE,            -- travels with the call: a UUID
    content_hash TEXT   NOT NULL,
    network      TEXT   NOT NULL,
    account      TEXT   NOT NULL,
    state        TEXT   NOT NULL,                   -- open, sent, done, refused, absent
    attempts     BIGINT NOT NULL DEFAULT 0,
    last_error   TEXT,
    created_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX intents_open ON intents (draft_id) WHERE state IN ('open', 'sent');

CREATE TABLE receipts (
    intent_id    BIGINT PRIMARY KEY REFERENCES intents (id),
    native_id    TEXT   NOT NULL,
    url          TEXT,
    settled_by   TEXT   NOT NULL,                   -- answer, lookup, or a person's name
    published_at BIGINT NOT NULL
);
CREATE INDEX receipts_by_native ON receipts (native_id);

CREATE TABLE jobs (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: a lease names it
    kind        TEXT   NOT NULL,
    unique_key  TEXT   NOT NULL UNIQUE,
    payload     TEXT   NOT NULL,                    -- JSON
    cause       BIGINT,                             -- the inbox row whose work this is
    run_at      BIGINT NOT NULL,
    attempts    BIGINT NOT NULL DEFAULT 0,
    lease_by    TEXT,
    lease_until BIGINT,
    last_error  TEXT,
    created_at  BIGINT NOT NULL
);
CREATE INDEX jobs_by_time ON jobs (run_at);
CREATE INDEX jobs_by_cause ON jobs (cause);

CREATE TABLE inbox (
    id          INTEGER PRIMARY KEY,
    surface     TEXT   NOT NULL,
    external_id TEXT   NOT NULL,                    -- the network's own id of the update
    room_id     BIGINT NOT NULL REFERENCES rooms (id),
    sender      TEXT   NOT NULL,                    -- the network's own id of the person
    body        TEXT   NOT NULL,                    -- JSON
    state       TEXT   NOT NULL DEFAULT 'new',      -- new, settled, shown
    answer      TEXT,                               -- JSON: the view that settled it
    received_at BIGINT NOT NULL,
    settled_at  BIGINT,
    UNIQUE (surface, external_id)
);
CREATE INDEX inbox_open ON inbox (room_id, id) WHERE state <> 'shown';

CREATE TABLE dialogues (
    room_id     BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    operator_id BIGINT NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
    state       TEXT   NOT NULL,                    -- JSON
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (room_id, operator_id)
);

CREATE TABLE deliveries (
    room_id    BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    draft_id   BIGINT NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
    message    TEXT   NOT NULL,                     -- the chat network's own id of the card
    view_hash  TEXT   NOT NULL,                     -- what it shows now
    shown_at   BIGINT NOT NULL,
    PRIMARY KEY (room_id, draft_id)
);

CREATE TABLE model_calls (
    id           INTEGER PRIMARY KEY,
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id),
    role         TEXT   NOT NULL,
    provider     TEXT   NOT NULL,
    model        TEXT   NOT NULL,
    purpose      TEXT   NOT NULL,
    prompt_hash  TEXT   NOT NULL,
    tokens_in    BIGINT NOT NULL,
    tokens_out   BIGINT NOT NULL,
    micro_usd    BIGINT NOT NULL,
    millis       BIGINT NOT NULL,
    outcome      TEXT   NOT NULL,
    error        TEXT,
    at           BIGINT NOT NULL
);
CREATE INDEX model_calls_by_day ON model_calls (workspace_id, at);

CREATE TABLE activity (
    id           INTEGER PRIMARY KEY,
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id),
    at           BIGINT NOT NULL,
    actor        TEXT   NOT NULL,                   -- a person's name, `lumen`, or `rule NAME`
    text         TEXT   NOT NULL                    -- one line for /log
);
CREATE INDEX activity_by_time ON activity (workspace_id, at);
