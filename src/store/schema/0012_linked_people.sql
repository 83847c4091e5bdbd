-- How a subscription is tried again; NULL: as its format has it.
ALTER TABLE subscriptions ADD COLUMN retry_growth TEXT;
ALTER TABLE subscriptions ADD COLUMN retry_delay_s BIGINT;
ALTER TABLE subscriptions ADD COLUMN retry_attempts BIGINT;

-- Files that go as soon as the message they were taken in for is finished.
CREATE TABLE passing_files (
  media_id BLOB PRIMARY KEY NOT NULL,
  message_id BLOB NOT NULL
) WITHOUT ROWID;

-- Whom a linked number knows, by number where that is known, else by the address that hides it (then jid and lid are the same).
CREATE TABLE linked_contacts (
  channel_id BLOB NOT NULL,
  jid TEXT NOT NULL,
  lid TEXT,
  contact_key TEXT,
  name TEXT,
  push_name TEXT,
  business_name TEXT,
  first_seen_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (channel_id, jid)
) WITHOUT ROWID;
CREATE INDEX linked_contacts_by_lid ON linked_contacts (channel_id, lid);
CREATE INDEX linked_contacts_by_key ON linked_contacts (channel_id, contact_key);

-- Groups of a linked number, as far as it has heard of them, and who is in them. role: 0 member, 1 admin, 2 superadmin.
CREATE TABLE linked_groups (
  channel_id BLOB NOT NULL,
  jid TEXT NOT NULL,
  subject TEXT,
  first_seen_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (channel_id, jid)
) WITHOUT ROWID;
CREATE TABLE linked_members (
  channel_id BLOB NOT NULL,
  group_jid TEXT NOT NULL,
  jid TEXT NOT NULL,
  role BIGINT NOT NULL,
  listed_at BIGINT NOT NULL, -- when it was last known to be there
  first_seen_at BIGINT NOT NULL,
  wrote_at BIGINT,
  PRIMARY KEY (channel_id, group_jid, jid)
) WITHOUT ROWID;
CREATE INDEX linked_members_by_person ON linked_members (channel_id, jid);

-- What became of a message of a linked number's chat after it was stored, and by whom: other words, or gone for everyone. Ids are unique
-- within chat and sender only.
CREATE TABLE linked_marks (
  conversation_id BLOB NOT NULL,
  message_id TEXT NOT NULL,
  by_whom TEXT NOT NULL,
  text TEXT,
  revoked BIGINT NOT NULL,
  PRIMARY KEY (conversation_id, message_id, by_whom)
) WITHOUT ROWID;

-- What the account wrote on its phone, in chats that are known here.
CREATE TABLE linked_own (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL,
  channel_id BLOB NOT NULL,
  conversation_id BLOB NOT NULL,
  wamid TEXT NOT NULL,
  type TEXT NOT NULL,
  body TEXT NOT NULL,
  reply_to TEXT,
  raw TEXT NOT NULL,
  at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX linked_own_of_conversation ON linked_own (conversation_id, wamid, at);
