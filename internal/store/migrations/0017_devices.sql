-- Devices and programs that have access in a person's name, as that person knows them. What they were
-- known by is a mark that tells not which; the name is the person's own.
CREATE TABLE account_access (
    user_id   BIGINT NOT NULL,
    device_id BIGINT NOT NULL,
    mark      BYTEA  NOT NULL,
    name      TEXT   NOT NULL,
    agent     TEXT   NOT NULL,
    address   TEXT   NOT NULL,
    first_at  BIGINT NOT NULL,
    seen_at   BIGINT NOT NULL,
    PRIMARY KEY (user_id, device_id),
    UNIQUE (user_id, mark)
);

-- The device a session runs on; 0 for one that began before devices were kept.
ALTER TABLE account_session ADD COLUMN device_id BIGINT NOT NULL DEFAULT 0;

-- Reference: the programs that an operator lets use a portal, each by the hash of its key and under a
-- separate agreement; a few for a portal.
CREATE TABLE account_program (
    key_hash   BYTEA  NOT NULL PRIMARY KEY,
    portal     TEXT   NOT NULL,
    program_id BIGINT NOT NULL,
    holder     TEXT   NOT NULL,
    agreement  TEXT   NOT NULL,
    granted_by BIGINT NOT NULL,
    granted_at BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL
);
CREATE INDEX account_program_portal ON account_program (portal, program_id);

-- What is over is found without reading what is not.
CREATE INDEX account_attempt_end ON account_attempt (ends_at);
CREATE INDEX account_secret_end ON account_secret (expires_at);
CREATE INDEX account_limit_window ON account_limit (window_at);
