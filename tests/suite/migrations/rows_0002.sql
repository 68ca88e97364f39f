-- A job in whose middle Lumen ended twice.
INSERT INTO jobs (id, kind, unique_key, payload, cause, run_at, attempts, lease_by, lease_until, last_error, created_at, crashes)
VALUES (2, 'index', 'index', '{}', NULL, 1763640000000, 3, NULL, NULL, NULL, 1763640000000, 2);
