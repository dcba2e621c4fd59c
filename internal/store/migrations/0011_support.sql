-- What people ask of the support. The home is the user who asked, or, where nobody is known to have asked,
-- the request itself. Who asks and what about is sealed.
CREATE TABLE claims_request (
    user_id        BIGINT  NOT NULL,
    request_id     BIGINT  NOT NULL,
    portal         TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    via            TEXT    NOT NULL,
    state          TEXT    NOT NULL,
    rank           BIGINT  NOT NULL,
    institution_id BIGINT  NOT NULL,
    staff_id       BIGINT  NOT NULL,
    unverified     BIGINT  NOT NULL,
    language       TEXT    NOT NULL,
    sealed         BYTEA   NOT NULL,
    opened_at      BIGINT  NOT NULL,
    changed_at     BIGINT  NOT NULL,
    due_at         BIGINT  NOT NULL,
    document       TEXT    NOT NULL,
    edition        BIGINT  NOT NULL,
    clause         TEXT    NOT NULL,
    version        BIGINT  NOT NULL,
    PRIMARY KEY (user_id, request_id)
);
CREATE INDEX claims_request_queue ON claims_request (portal, rank, opened_at, request_id);

CREATE TABLE claims_message (
    user_id    BIGINT NOT NULL,
    request_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    author     TEXT   NOT NULL,
    staff_id   BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    sealed     BYTEA  NOT NULL,
    PRIMARY KEY (user_id, request_id, message_id)
);

CREATE TABLE claims_file (
    user_id    BIGINT NOT NULL,
    request_id BIGINT NOT NULL,
    file_id    BIGINT NOT NULL,
    sealed     BYTEA  NOT NULL,
    PRIMARY KEY (user_id, request_id, file_id)
);

-- Look-up: a request, which its number names, to whose it is.
CREATE TABLE claims_number (
    request_id BIGINT NOT NULL PRIMARY KEY,
    user_id    BIGINT NOT NULL
);
CREATE INDEX claims_number_user ON claims_number (user_id);

-- Look-up: a letter that was taken in, by a mark that tells not which.
CREATE TABLE claims_letter (
    mark BYTEA  NOT NULL PRIMARY KEY,
    at   BIGINT NOT NULL
);
