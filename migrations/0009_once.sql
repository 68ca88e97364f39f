-- Work that holds up no other: jobs that must wait in lanes of their own, and pictures found by their hash.

ALTER TABLE jobs ADD COLUMN lane TEXT NOT NULL DEFAULT '';       -- of a notice: the chat program it is shown in; one job of each runs

-- The pictures that a version of a draft shows: which ones are used is not read out of every version.
CREATE TABLE draft_media (
    draft_id BIGINT NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
    revision BIGINT NOT NULL,
    sha256   TEXT   NOT NULL,
    PRIMARY KEY (draft_id, revision, sha256)
);
CREATE INDEX draft_media_by_hash ON draft_media (sha256);
INSERT INTO draft_media (draft_id, revision, sha256)
    SELECT DISTINCT draft_id, number, value ->> 'sha256' FROM draft_revisions, json_each(content, '$.media');
