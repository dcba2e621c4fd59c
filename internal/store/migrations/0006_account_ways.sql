-- Whoever is being let in: registering, or regaining access. The row's home is the id that the user
-- gets when a registration ends; a recovery has an id of its own, so that it looks the same whether
-- or not there is such a person.
CREATE TABLE account_attempt (
    user_id         BIGINT NOT NULL PRIMARY KEY,
    portal          TEXT   NOT NULL,
    way             TEXT   NOT NULL,
    step            TEXT   NOT NULL,
    sealed          BYTEA  NOT NULL,
    secret_hash     BYTEA  NOT NULL,
    code_mark       BYTEA  NOT NULL,
    code_expires_at BIGINT NOT NULL,
    tries           BIGINT NOT NULL,
    resends         BIGINT NOT NULL,
    began_at        BIGINT NOT NULL,
    ends_at         BIGINT NOT NULL,
    version         BIGINT NOT NULL
);

-- Look-up: a one-time secret, as a link carries it, leads to what it opens.
CREATE TABLE account_secret (
    secret_hash BYTEA  NOT NULL PRIMARY KEY,
    user_id     BIGINT NOT NULL,
    portal      TEXT   NOT NULL,
    purpose     TEXT   NOT NULL,
    detail      TEXT   NOT NULL,
    expires_at  BIGINT NOT NULL
);

-- Look-up: how often something was done in a window of time, by a mark that tells not what.
CREATE TABLE account_limit (
    mark      BYTEA  NOT NULL PRIMARY KEY,
    window_at BIGINT NOT NULL,
    count     BIGINT NOT NULL
);

CREATE TABLE account_contact (
    user_id      BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    value        TEXT   NOT NULL,
    confirmed_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, kind)
);

-- What the state calls the person. The numbers are sealed; account_number finds them.
CREATE TABLE account_person (
    user_id      BIGINT NOT NULL PRIMARY KEY,
    surname      TEXT   NOT NULL,
    given        TEXT   NOT NULL,
    patronymic   TEXT   NOT NULL,
    birth_date   TEXT   NOT NULL,
    sex          TEXT   NOT NULL,
    sealed       BYTEA  NOT NULL,
    confirmed_at BIGINT NOT NULL
);

-- Look-up: a state's number belongs to one user of a portal.
CREATE TABLE account_number (
    portal  TEXT   NOT NULL,
    mark    BYTEA  NOT NULL,
    user_id BIGINT NOT NULL,
    PRIMARY KEY (portal, mark)
);

CREATE TABLE account_old_password (
    user_id BIGINT NOT NULL,
    set_at  BIGINT NOT NULL,
    hash    TEXT   NOT NULL,
    PRIMARY KEY (user_id, set_at)
);

CREATE TABLE account_case (
    user_id   BIGINT NOT NULL,
    case_id   BIGINT NOT NULL,
    portal    TEXT   NOT NULL,
    kind      TEXT   NOT NULL,
    state     TEXT   NOT NULL,
    text      TEXT   NOT NULL,
    opened_at BIGINT NOT NULL,
    ended_at  BIGINT NOT NULL,
    answer    TEXT   NOT NULL,
    PRIMARY KEY (user_id, case_id)
);
CREATE INDEX account_case_portal ON account_case (portal, state, opened_at);

ALTER TABLE account_password ADD COLUMN temporary BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE account_password ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_user ADD COLUMN reported_at BIGINT NOT NULL DEFAULT 0;

-- Whoever leaves takes all names and numbers along.
CREATE INDEX account_name_user ON account_name (user_id);
CREATE INDEX account_number_user ON account_number (user_id);
