-- What somebody is asked to sign. The home is a user, or an attempt to become one or to sign in; what is
-- to be signed, by whom, and what a phone brought, is sealed.
CREATE TABLE signing_request (
    user_id    BIGINT NOT NULL,
    request_id BIGINT NOT NULL,
    portal     TEXT   NOT NULL,
    purpose    TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    holder     BYTEA  NOT NULL,
    sealed     BYTEA  NOT NULL,
    tries      BIGINT NOT NULL,
    began_at   BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    PRIMARY KEY (user_id, request_id)
);
