-- When linked numbers began to send, for budgets that slide; rows older than an hour go with the next one.
CREATE TABLE linked_sends (
  channel_id BLOB NOT NULL,
  at BIGINT NOT NULL,
  message_id BLOB NOT NULL,
  PRIMARY KEY (channel_id, at, message_id)
) WITHOUT ROWID;

-- Who wrote the message: an address; empty: the number itself; NULL: not known.
ALTER TABLE linked_bytes ADD COLUMN author TEXT;
