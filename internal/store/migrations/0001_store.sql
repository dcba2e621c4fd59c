-- The node numbers of ids. leased_until is the last instant that holder may write into an id;
-- whoever takes the number next begins behind it. An empty holder has given the number back.
CREATE TABLE store_node (
    node         BIGINT NOT NULL,
    holder       TEXT   NOT NULL,
    leased_until BIGINT NOT NULL, -- microseconds since 1970, UTC
    PRIMARY KEY (node),
    CHECK (node >= 0 AND node < 1024)
);
