-- What holds for all passkeys of a person: the handle by which devices know the account, whether one is
-- asked for after the password, and until when those added are stopped.
CREATE TABLE account_passkey_holder (
    user_id    BIGINT  NOT NULL PRIMARY KEY,
    handle     BYTEA   NOT NULL,
    second     BOOLEAN NOT NULL,
    stopped_at BIGINT  NOT NULL
);

-- Passkeys. The name the person gave and what answers are checked by are sealed; the counter stands
-- beside them, since of two answers at once only one may move it.
CREATE TABLE account_passkey (
    user_id    BIGINT NOT NULL,
    passkey_id BIGINT NOT NULL,
    sealed     BYTEA  NOT NULL,
    sign_count BIGINT NOT NULL,
    added_at   BIGINT NOT NULL,
    used_at    BIGINT NOT NULL,
    cloned_at  BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    PRIMARY KEY (user_id, passkey_id)
);

-- Look-up: the hash of a credential's id leads to its user.
CREATE TABLE account_credential (
    credential_hash BYTEA  NOT NULL PRIMARY KEY,
    user_id         BIGINT NOT NULL,
    passkey_id      BIGINT NOT NULL
);
CREATE INDEX account_credential_user ON account_credential (user_id, passkey_id);
