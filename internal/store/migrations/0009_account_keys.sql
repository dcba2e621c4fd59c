CREATE TABLE account_passkey (
    user_id    BIGINT NOT NULL,
    key_id     BYTEA  NOT NULL,
    name       TEXT   NOT NULL,
    credential TEXT   NOT NULL,
    added_at   BIGINT NOT NULL,
    used_at    BIGINT NOT NULL,
    PRIMARY KEY (user_id, key_id)
);

-- Look-up: a passkey leads to its user.
CREATE TABLE account_passkey_user (
    portal  TEXT   NOT NULL,
    key_id  BYTEA  NOT NULL,
    user_id BIGINT NOT NULL,
    PRIMARY KEY (portal, key_id)
);

-- Browsers a person has signed in from, each by a mark that tells not which.
CREATE TABLE account_device (
    user_id  BIGINT NOT NULL,
    mark     BYTEA  NOT NULL,
    first_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, mark)
);

-- What a person's data said before, for that person to see. The values are sealed.
CREATE TABLE account_history (
    user_id    BIGINT NOT NULL,
    history_id BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    field      TEXT   NOT NULL,
    sealed     BYTEA  NOT NULL,
    PRIMARY KEY (user_id, history_id)
);
