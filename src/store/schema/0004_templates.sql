-- The templates of business accounts, as WhatsApp last described them. components: JSON, as WhatsApp gives it.
CREATE TABLE templates (
  waba_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  language TEXT NOT NULL,
  status TEXT NOT NULL,
  category TEXT NOT NULL,
  quality TEXT NOT NULL,
  parameter_format TEXT NOT NULL,
  rejected_reason TEXT NOT NULL,
  components TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (waba_id, id)
) WITHOUT ROWID;
CREATE INDEX templates_by_name ON templates (waba_id, name, language);

-- When all of an account's templates were last read.
CREATE TABLE template_syncs (
  waba_id TEXT PRIMARY KEY NOT NULL,
  synced_at BIGINT NOT NULL
) WITHOUT ROWID;
