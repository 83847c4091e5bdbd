-- What was said in the chats of linked numbers, in order: so that a chat knows its last message and what was not read without looking at
-- every message there is. Ids begin with the time.
CREATE TABLE chat_entries (
  conversation_id BLOB NOT NULL,
  message_id BLOB NOT NULL,
  inbound BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (conversation_id, message_id)
) WITHOUT ROWID;
INSERT INTO chat_entries (conversation_id, message_id, inbound, at)
  SELECT m.conversation_id, m.id, 1, m.received_at FROM inbound_messages m JOIN channels c ON c.id = m.channel_id WHERE c.kind = 1;
INSERT INTO chat_entries (conversation_id, message_id, inbound, at)
  SELECT m.conversation_id, m.id, 0, m.created_at FROM messages m JOIN channels c ON c.id = m.channel_id WHERE c.kind = 1;
INSERT INTO chat_entries (conversation_id, message_id, inbound, at)
  SELECT m.conversation_id, m.id, 0, m.at FROM linked_own m;

-- The last ids of read_at and cleared_at.
ALTER TABLE linked_chats ADD COLUMN read_id BLOB;
ALTER TABLE linked_chats ADD COLUMN cleared_id BLOB;

-- With what is asked of them in the index: SQLite prefers a part of the primary key to an index that leads to it.
DROP INDEX linked_contacts_by_lid;
DROP INDEX linked_contacts_by_key;
DROP INDEX linked_members_by_person;
CREATE INDEX linked_contacts_of_lid ON linked_contacts (lid, channel_id, updated_at);
CREATE INDEX linked_contacts_of_key ON linked_contacts (contact_key, channel_id, name);
CREATE INDEX linked_members_of_person ON linked_members (jid, channel_id);
