-- What a person has before them when they decide: the version that each room shows, and the posts that a version answers.

ALTER TABLE deliveries ADD COLUMN revision BIGINT;                    -- which version the card shows; null: not known
ALTER TABLE deliveries ADD COLUMN decided BIGINT NOT NULL DEFAULT 0;  -- it shows that version as approved or on a time
ALTER TABLE deliveries ADD COLUMN after_inbox BIGINT NOT NULL DEFAULT 0; -- the newest inbox row when that was first shown

-- The posts that a version answers or quotes, as they were when it was made.
CREATE TABLE draft_targets (
    draft_id BIGINT NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
    revision BIGINT NOT NULL,
    post_id  BIGINT NOT NULL,                        -- no reference: the post may be deleted
    text     TEXT   NOT NULL,                        -- '' once its author was forgotten
    sha256   TEXT,                                   -- of that text; null where it was written by this migration
    PRIMARY KEY (draft_id, revision, post_id)
);
CREATE INDEX draft_targets_by_post ON draft_targets (post_id);
INSERT INTO draft_targets (draft_id, revision, post_id, text)
    SELECT drafts.id, drafts.revision, posts.id, posts.text FROM drafts
    JOIN posts ON posts.id = drafts.purpose ->> 'post'
    WHERE drafts.purpose ->> 'kind' = 'reply' AND drafts.state IN ('waiting', 'approved', 'scheduled', 'failed');
