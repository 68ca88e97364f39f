-- What models saw, and what was paid for and is not used yet.

CREATE TABLE picture_notes (
    sha256      TEXT   PRIMARY KEY,                 -- of the picture's bytes: each is described once
    description TEXT   NOT NULL,
    words       TEXT   NOT NULL,                    -- text in the picture; '' is none
    alt         TEXT   NOT NULL,
    provider    TEXT   NOT NULL,
    model       TEXT   NOT NULL,
    made_at     BIGINT NOT NULL
);
CREATE INDEX post_media_by_hash ON post_media (sha256) WHERE sha256 IS NOT NULL;

CREATE TABLE paid_answers (
    key     TEXT   PRIMARY KEY,
    body    TEXT   NOT NULL,                         -- JSON, as it came
    kept_at BIGINT NOT NULL
);
CREATE INDEX paid_answers_by_time ON paid_answers (kept_at);
