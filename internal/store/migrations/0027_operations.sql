-- Reference: what happens to the working of a portal, which every visitor is told.
CREATE TABLE operations_event (
    event_id   BIGINT NOT NULL PRIMARY KEY,
    portal     TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    services   TEXT   NOT NULL, -- JSON list of names; empty: the whole portal
    cause      TEXT   NOT NULL,
    reason     TEXT   NOT NULL, -- JSON, by language
    closes     BOOLEAN NOT NULL,
    begins_at  BIGINT NOT NULL,
    until_at   BIGINT NOT NULL,
    notice_at  BIGINT NOT NULL,
    source     TEXT   NOT NULL,
    document   TEXT   NOT NULL,
    late       BOOLEAN NOT NULL,
    late_why   TEXT   NOT NULL,
    posted_by  BIGINT NOT NULL,
    posted_at  BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL,
    dropped    BOOLEAN NOT NULL,
    lapsed_at  BIGINT NOT NULL,
    shift_due  BOOLEAN NOT NULL, -- terms are still to be moved
    cite       TEXT   NOT NULL, -- JSON: the clause
    over_at    BIGINT NOT NULL, -- when it ends or ended: far ahead where nobody knows, 0 where it was cancelled
    version    BIGINT NOT NULL
);
CREATE INDEX operations_event_portal ON operations_event (portal, event_id);
CREATE INDEX operations_event_time ON operations_event (portal, begins_at);
CREATE INDEX operations_event_over ON operations_event (over_at);
CREATE INDEX operations_event_lapsed ON operations_event (lapsed_at);
CREATE INDEX operations_event_shift ON operations_event (shift_due);

-- Reference: the history of an event.
CREATE TABLE operations_note (
    event_id BIGINT NOT NULL,
    note_id  BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    by_user  BIGINT NOT NULL,
    act      TEXT   NOT NULL,
    text     TEXT   NOT NULL, -- JSON, by language
    PRIMARY KEY (event_id, note_id)
);

-- Local: notices on their way to those concerned, a row for each act, not for each person.
CREATE TABLE operations_owed (
    owed_id  BIGINT NOT NULL PRIMARY KEY,
    event_id BIGINT NOT NULL,
    portal   TEXT   NOT NULL,
    act      TEXT   NOT NULL,
    channels TEXT   NOT NULL, -- JSON list
    text     TEXT   NOT NULL, -- JSON, by language
    at       BIGINT NOT NULL,
    after_id BIGINT NOT NULL, -- the last person who was reached
    sent     BIGINT NOT NULL,
    done     BOOLEAN NOT NULL
);
CREATE INDEX operations_owed_open ON operations_owed (done, owed_id);
CREATE INDEX operations_owed_event ON operations_owed (event_id, owed_id);

-- A notice to all goes through the users of a portal by id, a batch at a time.
CREATE INDEX account_user_id ON account_user (portal, user_id);
