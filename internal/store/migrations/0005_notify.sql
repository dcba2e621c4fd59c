CREATE TABLE notify_message (
    user_id    BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    portal     TEXT   NOT NULL,
    channel    TEXT   NOT NULL,
    key        TEXT   NOT NULL,
    language   TEXT   NOT NULL,
    sealed     BYTEA  NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (user_id, message_id)
);
CREATE INDEX notify_message_portal ON notify_message (portal, at);
