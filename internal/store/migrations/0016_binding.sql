-- Whose signature key belongs to a user: the numbers and names of the certificate, sealed, and until when it is valid.
CREATE TABLE account_binding (
    user_id     BIGINT NOT NULL PRIMARY KEY,
    party       TEXT   NOT NULL,
    sealed      BYTEA  NOT NULL,
    bound_at    BIGINT NOT NULL,
    key_ends_at BIGINT NOT NULL
);

-- Signatures that served, with the very bytes that were signed, sealed. entry_id is the evidence that names their digests.
CREATE TABLE signing_kept (
    user_id  BIGINT NOT NULL,
    entry_id BIGINT NOT NULL,
    portal   TEXT   NOT NULL,
    purpose  TEXT   NOT NULL,
    sealed   BYTEA  NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (user_id, entry_id)
);
