-- What the operator of a portal has written down about business days. Nothing is changed: each version is a row.
CREATE TABLE operations_days (
    portal     TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    body       TEXT   NOT NULL,
    changed_by BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (portal, version)
);
