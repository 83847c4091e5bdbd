-- When a subscription's settings were last changed; NULL: never since it was made.
ALTER TABLE subscriptions ADD COLUMN updated_at BIGINT;

-- What a linked number's owner made of a conversation, here only. A chat that was deleted shows what came after cleared_at.
CREATE TABLE linked_chats (
  conversation_id BLOB PRIMARY KEY NOT NULL REFERENCES conversations (id),
  archived BIGINT NOT NULL DEFAULT 0,
  pinned BIGINT NOT NULL DEFAULT 0,
  muted_until BIGINT,
  read_at BIGINT NOT NULL DEFAULT 0,
  cleared_at BIGINT NOT NULL DEFAULT 0
) WITHOUT ROWID;
