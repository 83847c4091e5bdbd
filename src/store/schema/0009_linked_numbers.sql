-- 0: a number of the Cloud API. 1: a number linked as a device; its phone_number_id is "linked:" and the channel's id, its secrets are empty.
ALTER TABLE channels ADD COLUMN kind BIGINT NOT NULL DEFAULT 0;
-- Most messages it sends; NULL: the gateway's default.
ALTER TABLE channels ADD COLUMN rate_per_min BIGINT;
ALTER TABLE channels ADD COLUMN rate_per_hour BIGINT;

-- What a linked number is beyond its channel. state and reason are the words of docs/formats/linked-device.md; jid is there while it is
-- linked. Only the process named as owner runs it, until owned_until, which it keeps moving.
CREATE TABLE linked_sessions (
  channel_id BLOB PRIMARY KEY NOT NULL REFERENCES channels (id),
  auto_read BIGINT NOT NULL,
  presence_typing BIGINT NOT NULL,
  wanted BIGINT NOT NULL, -- 1: it is to run
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  code BIGINT NOT NULL,
  ends_at BIGINT,
  next_retry BIGINT,
  jid TEXT,
  lid TEXT,
  push_name TEXT NOT NULL DEFAULT '',
  platform TEXT NOT NULL DEFAULT '',
  key_format TEXT NOT NULL DEFAULT '',
  restricted_until BIGINT,
  last_connected_at BIGINT,
  owner TEXT NOT NULL DEFAULT '',
  owned_until BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
) WITHOUT ROWID;

-- Keys and credentials of linked numbers, sealed.
CREATE TABLE linked_keys (
  channel_id BLOB NOT NULL,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (channel_id, type, id)
) WITHOUT ROWID;

-- Messages as they travelled, sealed, for recipients who ask again, for quotes, votes and forwards. Forgotten after some days. With rowids:
-- a row may be large.
CREATE TABLE linked_bytes (
  channel_id BLOB NOT NULL,
  chat TEXT NOT NULL,
  message_id TEXT NOT NULL,
  value BLOB NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (channel_id, chat, message_id)
);
CREATE INDEX linked_bytes_by_age ON linked_bytes (at);
