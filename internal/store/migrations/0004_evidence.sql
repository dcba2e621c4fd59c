-- What was done. user_id is the home of the row: the person, organisation or case it belongs to,
-- 0 for an act of the portal itself. Erasure deletes rows here and nowhere else.
CREATE TABLE evidence_entry (
    user_id  BIGINT NOT NULL,
    id       BIGINT NOT NULL,
    portal   TEXT   NOT NULL,
    at       BIGINT NOT NULL, -- microseconds since 1970, UTC
    actor    TEXT   NOT NULL,
    act      TEXT   NOT NULL,
    subject  TEXT   NOT NULL,
    document TEXT   NOT NULL, -- the citation, of the same portal; empty, 0, empty where nothing is cited
    edition  BIGINT NOT NULL,
    clause   TEXT   NOT NULL,
    detail   TEXT   NOT NULL, -- canonical JSON, strings by name
    salt     BYTEA  NOT NULL, -- opens the commitment; without it the leaf says nothing
    PRIMARY KEY (user_id, id),
    CHECK (length(salt) = 32)
);

-- The auditor's list, of all acts or of one, newest first. Both indexes grow at their ends.
CREATE INDEX evidence_entry_by_time ON evidence_entry (portal, at, id);
CREATE INDEX evidence_entry_by_act ON evidence_entry (portal, act, at, id);

-- Commitments that have no number yet.
CREATE TABLE evidence_waiting (
    entry_id   BIGINT NOT NULL,
    commitment BYTEA  NOT NULL,
    PRIMARY KEY (entry_id),
    CHECK (length(commitment) = 32)
);

-- The leaves of the log, from number 0 without a gap.
CREATE TABLE evidence_leaf (
    number     BIGINT NOT NULL,
    entry_id   BIGINT NOT NULL,
    commitment BYTEA  NOT NULL,
    PRIMARY KEY (number),
    UNIQUE (entry_id),
    CHECK (number >= 0),
    CHECK (length(commitment) = 32)
);

-- The hashes of all full subtrees, in the numbering of golang.org/x/mod/sumdb/tlog.
CREATE TABLE evidence_hash (
    number BIGINT NOT NULL,
    hash   BYTEA  NOT NULL,
    PRIMARY KEY (number),
    CHECK (length(hash) = 32)
);

-- Every checkpoint ever signed. previous is the size it grew from, -1 for the first: since the log
-- grows from each size once, it cannot fork however many sequencers there are.
CREATE TABLE evidence_checkpoint (
    size     BIGINT NOT NULL,
    previous BIGINT NOT NULL,
    note     TEXT   NOT NULL,
    at       BIGINT NOT NULL, -- microseconds since 1970, UTC
    PRIMARY KEY (size),
    UNIQUE (previous),
    CHECK (size > previous)
);
