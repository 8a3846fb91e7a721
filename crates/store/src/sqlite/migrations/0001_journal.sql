-- One row per workspace: who may write (epoch) and how far it is written (head).
CREATE TABLE partition (
    num   INTEGER PRIMARY KEY,
    id    BLOB    NOT NULL UNIQUE,
    owner TEXT    NOT NULL,
    epoch INTEGER NOT NULL,
    head  INTEGER NOT NULL
) STRICT;

-- The events, clustered by partition and position: id = num << 40 | pos. Events of one stream are chained by prev_pos
-- (0: the first) instead of an index, which would halve the speed of appending.
CREATE TABLE event (
    id        INTEGER PRIMARY KEY,
    partition INTEGER GENERATED ALWAYS AS (id >> 40) VIRTUAL,
    pos       INTEGER GENERATED ALWAYS AS (id & 0xffffffffff) VIRTUAL,
    stream    BLOB    NOT NULL,
    version   INTEGER NOT NULL,
    prev_pos  INTEGER NOT NULL,
    type      TEXT    NOT NULL,
    schema    INTEGER NOT NULL,
    ts        INTEGER NOT NULL,
    body      TEXT    NOT NULL
) STRICT;

-- Where the chain of each stream ends. version counts its events.
CREATE TABLE head (
    partition INTEGER NOT NULL,
    stream    BLOB    NOT NULL,
    version   INTEGER NOT NULL,
    last_pos  INTEGER NOT NULL,
    PRIMARY KEY (partition, stream)
) STRICT, WITHOUT ROWID;
