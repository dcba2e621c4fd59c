-- Institutions form a tree: ministry, region or city, district, other bodies, schools.
CREATE TABLE party_institution (
    org_id    BIGINT NOT NULL PRIMARY KEY,
    portal    TEXT   NOT NULL,
    parent_id BIGINT NOT NULL,
    kind      TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    recovery  BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX party_institution_parent ON party_institution (portal, parent_id);

CREATE TABLE party_membership (
    user_id  BIGINT NOT NULL,
    org_id   BIGINT NOT NULL,
    role     TEXT   NOT NULL,
    class    TEXT   NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    basis    TEXT   NOT NULL,
    PRIMARY KEY (user_id, org_id, role)
);
CREATE INDEX party_membership_org ON party_membership (org_id, class, user_id);

CREATE TABLE party_guardian (
    user_id  BIGINT NOT NULL,
    child_id BIGINT NOT NULL,
    since    BIGINT NOT NULL,
    PRIMARY KEY (user_id, child_id)
);
CREATE INDEX party_guardian_child ON party_guardian (child_id);

-- A person is entered once in an institution, however often a list of them is imported.
CREATE TABLE party_entry (
    org_id  BIGINT NOT NULL,
    mark    BYTEA  NOT NULL,
    user_id BIGINT NOT NULL,
    PRIMARY KEY (org_id, mark)
);

-- A list of people on its way in, and what became of each of its lines.
CREATE TABLE party_import (
    org_id    BIGINT NOT NULL,
    import_id BIGINT NOT NULL,
    portal    TEXT   NOT NULL,
    user_id   BIGINT NOT NULL,
    name      TEXT   NOT NULL,
    language  TEXT   NOT NULL,
    state     TEXT   NOT NULL,
    total     BIGINT NOT NULL,
    done      BIGINT NOT NULL,
    created   BIGINT NOT NULL,
    duplicate BIGINT NOT NULL,
    refused   BIGINT NOT NULL,
    began_at  BIGINT NOT NULL,
    ended_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, import_id)
);
CREATE INDEX party_import_state ON party_import (state, import_id);

CREATE TABLE party_import_line (
    org_id    BIGINT NOT NULL,
    import_id BIGINT NOT NULL,
    place     BIGINT NOT NULL,
    line      BIGINT NOT NULL,
    cells     TEXT   NOT NULL,
    outcome   TEXT   NOT NULL,
    reason    TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    PRIMARY KEY (org_id, import_id, place)
);

-- Look-up: how many sign-in names were made of one name of a person.
CREATE TABLE account_name_base (
    portal TEXT   NOT NULL,
    base   TEXT   NOT NULL,
    count  BIGINT NOT NULL,
    PRIMARY KEY (portal, base)
);
