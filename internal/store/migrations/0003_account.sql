CREATE TABLE account_user (
    user_id      BIGINT NOT NULL PRIMARY KEY,
    portal       TEXT   NOT NULL,
    sign_in_name TEXT   NOT NULL,
    sign_in_fold TEXT   NOT NULL,
    shown        TEXT   NOT NULL,
    shown_fold   TEXT   NOT NULL,
    shown_sort   BYTEA  NOT NULL,
    language     TEXT   NOT NULL,
    email        TEXT   NOT NULL,
    phone        TEXT   NOT NULL,
    about        TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    left_at      BIGINT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX account_user_sort ON account_user (portal, shown_sort, user_id);
CREATE INDEX account_user_fold ON account_user (portal, shown_fold, user_id);

-- Look-up: a sign-in name belongs to one user of a portal.
CREATE TABLE account_name (
    portal    TEXT   NOT NULL,
    name_fold TEXT   NOT NULL,
    user_id   BIGINT NOT NULL,
    PRIMARY KEY (portal, name_fold)
);

CREATE TABLE account_password (
    user_id BIGINT NOT NULL PRIMARY KEY,
    hash    TEXT   NOT NULL,
    set_at  BIGINT NOT NULL
);

CREATE TABLE account_role (
    user_id  BIGINT NOT NULL,
    role     TEXT   NOT NULL,
    given_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, role)
);

-- Look-up: the hash of a session's token leads to its user.
CREATE TABLE account_session (
    token_hash BYTEA  NOT NULL PRIMARY KEY,
    user_id    BIGINT NOT NULL,
    portal     TEXT   NOT NULL,
    began_at   BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    address    TEXT   NOT NULL,
    agent      TEXT   NOT NULL
);
CREATE INDEX account_session_user ON account_session (user_id);
