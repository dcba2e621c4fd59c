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
