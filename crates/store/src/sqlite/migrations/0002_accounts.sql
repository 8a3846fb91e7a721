CREATE TABLE workspace (
    id         BLOB    PRIMARY KEY NOT NULL,
    slug       TEXT    NOT NULL UNIQUE,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE account (
    id            BLOB    PRIMARY KEY NOT NULL,
    workspace     BLOB    NOT NULL REFERENCES workspace (id),
    email         TEXT    NOT NULL COLLATE NOCASE,
    name          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    human_agent   BLOB,
    created_at    INTEGER NOT NULL,
    UNIQUE (workspace, email)
) STRICT;

CREATE TABLE session (
    token_hash BLOB    PRIMARY KEY NOT NULL,
    account    BLOB    NOT NULL REFERENCES account (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX session_by_account ON session (account);

CREATE TABLE api_key (
    id         BLOB    PRIMARY KEY NOT NULL,
    workspace  BLOB    NOT NULL REFERENCES workspace (id),
    name       TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    token_hash BLOB    NOT NULL UNIQUE,
    hint       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE TABLE customer_token (
    token_hash   BLOB    PRIMARY KEY NOT NULL,
    workspace    BLOB    NOT NULL REFERENCES workspace (id),
    conversation BLOB    NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
