-- What signing in looks up, in one tree for each table. SQLite keeps a table by a hidden number and
-- the key beside it, in a second tree, unless the key is that number (INTEGER PRIMARY KEY) or the table
-- is told to have none: among ten million people each look-up then missed twice as many pages.
CREATE TABLE account_name_new (
    portal    TEXT   NOT NULL,
    name_fold TEXT   NOT NULL,
    user_id   BIGINT NOT NULL,
    PRIMARY KEY (portal, name_fold)
) WITHOUT ROWID;
INSERT INTO account_name_new (portal, name_fold, user_id) SELECT portal, name_fold, user_id FROM account_name ORDER BY portal, name_fold;
DROP TABLE account_name;
ALTER TABLE account_name_new RENAME TO account_name;
CREATE INDEX account_name_user ON account_name (user_id);

CREATE TABLE account_role_new (
    user_id  BIGINT NOT NULL,
    role     TEXT   NOT NULL,
    given_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, role)
) WITHOUT ROWID;
INSERT INTO account_role_new (user_id, role, given_at) SELECT user_id, role, given_at FROM account_role ORDER BY user_id, role;
DROP TABLE account_role;
ALTER TABLE account_role_new RENAME TO account_role;

CREATE TABLE account_password_new (
    user_id    INTEGER NOT NULL PRIMARY KEY,
    hash       TEXT    NOT NULL,
    set_at     BIGINT  NOT NULL,
    temporary  BOOLEAN NOT NULL DEFAULT FALSE,
    expires_at BIGINT  NOT NULL DEFAULT 0
);
INSERT INTO account_password_new (user_id, hash, set_at, temporary, expires_at)
    SELECT user_id, hash, set_at, temporary, expires_at FROM account_password ORDER BY user_id;
DROP TABLE account_password;
ALTER TABLE account_password_new RENAME TO account_password;

CREATE TABLE account_user_new (
    user_id      INTEGER NOT NULL PRIMARY KEY,
    portal       TEXT    NOT NULL,
    sign_in_name TEXT    NOT NULL,
    sign_in_fold TEXT    NOT NULL,
    shown        TEXT    NOT NULL,
    shown_fold   TEXT    NOT NULL,
    shown_sort   BYTEA   NOT NULL,
    language     TEXT    NOT NULL,
    email        TEXT    NOT NULL,
    phone        TEXT    NOT NULL,
    about        TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL,
    left_at      BIGINT  NOT NULL,
    version      BIGINT  NOT NULL,
    reported_at  BIGINT  NOT NULL DEFAULT 0
);
INSERT INTO account_user_new (user_id, portal, sign_in_name, sign_in_fold, shown, shown_fold, shown_sort, language, email, phone, about,
        state, created_at, left_at, version, reported_at)
    SELECT user_id, portal, sign_in_name, sign_in_fold, shown, shown_fold, shown_sort, language, email, phone, about,
        state, created_at, left_at, version, reported_at FROM account_user ORDER BY user_id;
DROP TABLE account_user;
ALTER TABLE account_user_new RENAME TO account_user;
CREATE INDEX account_user_sort ON account_user (portal, shown_sort, user_id);
CREATE INDEX account_user_fold ON account_user (portal, shown_fold, user_id);
