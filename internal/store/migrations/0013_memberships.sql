-- When a membership ends by itself (0: never), and with whose it ended (0: on its own ground).
ALTER TABLE party_membership ADD COLUMN ends_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE party_membership ADD COLUMN ended_with BIGINT NOT NULL DEFAULT 0;
CREATE INDEX party_membership_due ON party_membership (ended_at, ends_at);

-- A pupil on the way from one institution to another, until somebody there takes the record over.
CREATE TABLE party_transfer (
    user_id    BIGINT NOT NULL,
    from_id    BIGINT NOT NULL,
    to_id      BIGINT NOT NULL,
    class      TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    settled_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, from_id)
);
CREATE INDEX party_institution_name ON party_institution (portal, kind, name);
CREATE INDEX party_transfer_to ON party_transfer (to_id, state, at);

-- Where people may not recover their password by themselves: an institution with those under it, or,
-- as 0, a whole portal; until is 0 where no end is set.
CREATE TABLE party_recovery_stop (
    org_id   BIGINT NOT NULL,
    portal   TEXT   NOT NULL,
    since    BIGINT NOT NULL,
    until    BIGINT NOT NULL,
    PRIMARY KEY (org_id, portal)
);
INSERT INTO party_recovery_stop (org_id, portal, since, until) SELECT org_id, portal, created_at, 0 FROM party_institution WHERE NOT recovery;
ALTER TABLE party_institution DROP COLUMN recovery;

-- The number an institution knows a pupil by, by a mark that tells not which.
CREATE TABLE party_number (
    org_id  BIGINT NOT NULL,
    mark    BYTEA  NOT NULL,
    user_id BIGINT NOT NULL,
    PRIMARY KEY (org_id, mark)
);

-- Who sees somebody's page; whoever has no row is seen by the fewest.
CREATE TABLE party_page (
    user_id BIGINT NOT NULL PRIMARY KEY,
    visible TEXT   NOT NULL,
    at      BIGINT NOT NULL
);

-- Pages that were deleted, from when the time of their data runs.
CREATE TABLE account_deletion (
    user_id BIGINT NOT NULL PRIMARY KEY,
    portal  TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    ground  TEXT   NOT NULL
);
