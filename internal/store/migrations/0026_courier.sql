-- The way of a message. What was laid into the outbox before there was a courier was sent to nobody, and stays so.
ALTER TABLE notify_message ADD COLUMN state TEXT NOT NULL DEFAULT 'recorded';
ALTER TABLE notify_message ADD COLUMN bulk BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE notify_message ADD COLUMN once TEXT NOT NULL DEFAULT '';
ALTER TABLE notify_message ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notify_message ADD COLUMN lease BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notify_message ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
-- Since when couriers try, and the tries before that: the operator may send a message once more.
ALTER TABLE notify_message ADD COLUMN since_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notify_message ADD COLUMN tries_before BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notify_message ADD COLUMN parts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notify_message ADD COLUMN provider TEXT NOT NULL DEFAULT '';
ALTER TABLE notify_message ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE notify_message ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notify_message ADD COLUMN wiped BOOLEAN NOT NULL DEFAULT FALSE;

-- What couriers look for; a message leaves it when it is carried.
CREATE INDEX notify_message_due ON notify_message (channel, bulk, due_at) WHERE state IN ('created', 'sending');
CREATE UNIQUE INDEX notify_message_once ON notify_message (user_id, once) WHERE once <> '';
-- What the operator looks through.
CREATE INDEX notify_message_state ON notify_message (portal, state, message_id);
-- What still holds its secrets after nobody will send it any more.
CREATE INDEX notify_message_whole ON notify_message (since_at) WHERE wiped = FALSE AND state NOT IN ('created', 'sending', 'dropped');

CREATE TABLE notify_attempt (
    user_id    BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    number     BIGINT NOT NULL,
    provider   TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    code       TEXT   NOT NULL,
    parts      BIGINT NOT NULL,
    began_at   BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL,
    PRIMARY KEY (user_id, message_id, number)
);

-- Providers' numbers of parts that were taken. A receipt that comes before the answer naming its part waits here, with
-- no message yet.
CREATE TABLE notify_receipt (
    provider   TEXT   NOT NULL,
    reference  TEXT   NOT NULL,
    user_id    BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    number     BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (provider, reference)
);
CREATE INDEX notify_receipt_message ON notify_receipt (user_id, message_id);
CREATE INDEX notify_receipt_at ON notify_receipt (at);

-- Browsers in which people want pop-up messages. The mark finds one again; address and keys are sealed.
CREATE TABLE notify_browser (
    user_id    BIGINT NOT NULL,
    browser_id BIGINT NOT NULL,
    portal     TEXT   NOT NULL,
    mark       BYTEA  NOT NULL,
    sealed     BYTEA  NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (user_id, browser_id)
);
CREATE UNIQUE INDEX notify_browser_mark ON notify_browser (user_id, mark);
