INSERT INTO picture_notes (sha256, description, words, alt, provider, model, made_at)
VALUES ('ab', 'A cup on a table.', '', 'A cup', 'ollama', 'gemma4', 1);
INSERT INTO paid_answers (key, body, kept_at) VALUES ('k', '{}', 1);
