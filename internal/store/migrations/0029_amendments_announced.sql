-- How far an act that reaches many people in batches has come: the last of them. 0: none yet.
ALTER TABLE obligation ADD COLUMN reached BIGINT NOT NULL DEFAULT 0;
-- When the force majeure began that moved it last: a second one moves it again.
ALTER TABLE obligation ADD COLUMN shift_from BIGINT NOT NULL DEFAULT 0;
