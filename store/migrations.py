"""How the file came to be what it is: every step, in order, each applied once in its own transaction.

A step that has shipped is never edited; the next change of shape is a new step at the end.
"""

from sqlite_utils import Database, Migrations

steps = Migrations("ccs")


@steps()
def m001_sessions_and_messages(db: Database) -> None:
    db.executescript(
        """
        CREATE TABLE sessions (
            id TEXT PRIMARY KEY,
            channel TEXT NOT NULL,
            account TEXT NOT NULL,
            customer_id TEXT NOT NULL,
            customer_name TEXT NOT NULL,
            customer_avatar TEXT NOT NULL,
            via TEXT NOT NULL,
            conversation TEXT NOT NULL,
            status TEXT NOT NULL,
            agent_id TEXT,
            seq INTEGER NOT NULL,
            version INTEGER NOT NULL,
            turn INTEGER NOT NULL,
            last_text TEXT,
            last_message_at INTEGER,
            waiting_since INTEGER,
            unread INTEGER NOT NULL,
            unhelped INTEGER NOT NULL,
            pending_reason TEXT,
            close_reason TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        );
        CREATE UNIQUE INDEX one_open_session ON sessions (channel, account, customer_id) WHERE status <> 'closed';
        CREATE INDEX sessions_listed ON sessions (channel, status, updated_at, id);
        CREATE INDEX sessions_held ON sessions (agent_id, updated_at, id) WHERE agent_id IS NOT NULL;

        CREATE TABLE messages (
            session_id TEXT NOT NULL,
            seq INTEGER NOT NULL,
            id TEXT NOT NULL,
            sender TEXT NOT NULL,
            sender_id TEXT NOT NULL,
            content TEXT NOT NULL,
            type TEXT NOT NULL,
            client_id TEXT,
            platform_time INTEGER,
            fields TEXT,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (session_id, seq)
        ) WITHOUT ROWID;
        CREATE UNIQUE INDEX messages_by_client_id ON messages (session_id, client_id) WHERE client_id IS NOT NULL;

        CREATE TABLE deliveries (
            session_id TEXT NOT NULL,
            seq INTEGER NOT NULL,
            id TEXT NOT NULL,
            state TEXT NOT NULL,
            reason TEXT,
            attempts INTEGER NOT NULL,
            lost INTEGER NOT NULL,
            platform_id TEXT,
            created_at INTEGER NOT NULL,
            due_at INTEGER NOT NULL,
            PRIMARY KEY (session_id, seq)
        ) WITHOUT ROWID;
        CREATE UNIQUE INDEX deliveries_by_id ON deliveries (id);
        CREATE INDEX deliveries_open ON deliveries (session_id, seq) WHERE state IN ('pending', 'sending');

        CREATE TABLE platform_ids (
            channel TEXT NOT NULL,
            account TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (channel, account, value)
        ) WITHOUT ROWID;

        CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            type TEXT NOT NULL,
            session_id TEXT NOT NULL,
            seq INTEGER,
            status TEXT NOT NULL,
            agent_id TEXT,
            created_at INTEGER NOT NULL
        );

        CREATE TABLE notices (
            id INTEGER PRIMARY KEY,
            channel TEXT NOT NULL,
            account TEXT NOT NULL,
            kind TEXT NOT NULL,
            payload TEXT NOT NULL,
            received_at INTEGER NOT NULL
        );

        CREATE TABLE nudges (
            channel TEXT NOT NULL,
            account TEXT NOT NULL,
            token TEXT NOT NULL,
            received_at INTEGER NOT NULL,
            PRIMARY KEY (channel, account)
        ) WITHOUT ROWID;

        CREATE TABLE meta (
            key TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) WITHOUT ROWID;
        """
    )


@steps()
def m002_logins(db: Database) -> None:
    db.executescript(
        """
        CREATE TABLE logins (
            id TEXT PRIMARY KEY,
            agent_id TEXT NOT NULL,
            credential TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX logins_by_end ON logins (expires_at);
        """
    )


@steps()
def m003_platforms(db: Database) -> None:
    db.executescript(
        """
        ALTER TABLE sessions ADD COLUMN reply_until INTEGER;
        ALTER TABLE sessions ADD COLUMN replies_left INTEGER;
        ALTER TABLE sessions ADD COLUMN platform_owner TEXT;
        ALTER TABLE messages ADD COLUMN recalled_at INTEGER;
        ALTER TABLE deliveries ADD COLUMN parts_sent INTEGER NOT NULL DEFAULT 0;

        CREATE TABLE attachments (
            session_id TEXT NOT NULL,
            seq INTEGER NOT NULL,
            stage TEXT NOT NULL,
            name TEXT NOT NULL,
            mime TEXT NOT NULL,
            size INTEGER,
            digest TEXT,
            source TEXT NOT NULL,
            reason TEXT,
            attempts INTEGER NOT NULL,
            due_at INTEGER,
            PRIMARY KEY (session_id, seq)
        ) WITHOUT ROWID;
        CREATE INDEX attachments_fetching ON attachments (session_id, seq) WHERE stage = 'fetching';

        CREATE TABLE cursors (
            channel TEXT NOT NULL,
            account TEXT NOT NULL,
            value TEXT NOT NULL,
            fetched_at INTEGER NOT NULL,
            PRIMARY KEY (channel, account)
        ) WITHOUT ROWID;

        CREATE TABLE tokens (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL,
            expires_at INTEGER NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE profiles (
            channel TEXT NOT NULL,
            account TEXT NOT NULL,
            customer_id TEXT NOT NULL,
            name TEXT NOT NULL,
            avatar TEXT NOT NULL,
            fetched_at INTEGER NOT NULL,
            PRIMARY KEY (channel, account, customer_id)
        ) WITHOUT ROWID;
        """
    )


@steps()
def m004_handoffs(db: Database) -> None:
    db.executescript(
        """
        ALTER TABLE sessions ADD COLUMN conclusion TEXT;

        CREATE TABLE handoffs (
            session_id TEXT PRIMARY KEY,
            briefing TEXT NOT NULL
        ) WITHOUT ROWID;
        """
    )


@steps()
def m005_feedback(db: Database) -> None:
    db.executescript(
        """
        CREATE TABLE feedback (
            session_id TEXT NOT NULL,
            seq INTEGER NOT NULL,
            agent_id TEXT NOT NULL,
            thumb TEXT NOT NULL,
            note TEXT NOT NULL,
            given_at INTEGER NOT NULL,
            PRIMARY KEY (session_id, seq, agent_id)
        ) WITHOUT ROWID;
        CREATE INDEX feedback_by_time ON feedback (given_at, session_id, seq, agent_id) WHERE thumb <> 'none';
        """
    )


@steps()
def m006_talk(db: Database) -> None:
    db.executescript(
        """
        ALTER TABLE sessions ADD COLUMN tags TEXT;
        ALTER TABLE sessions ADD COLUMN notes INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX sessions_of_customer ON sessions (channel, account, customer_id, created_at, id);

        CREATE TABLE session_tags (
            session_id TEXT NOT NULL,
            name TEXT NOT NULL,
            status TEXT,
            updated_at INTEGER NOT NULL,
            channel TEXT NOT NULL,
            agent_id TEXT,
            PRIMARY KEY (session_id, name)
        ) WITHOUT ROWID;
        CREATE INDEX session_tags_listed ON session_tags (name, status, updated_at, session_id, channel, agent_id);
        CREATE INDEX session_tags_open ON session_tags (name) WHERE status <> 'closed';

        CREATE TABLE notes (
            session_id TEXT NOT NULL,
            number INTEGER NOT NULL,
            id TEXT NOT NULL,
            agent_id TEXT NOT NULL,
            content TEXT NOT NULL,
            mentions TEXT,
            after_seq INTEGER NOT NULL,
            client_id TEXT,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (session_id, number)
        ) WITHOUT ROWID;
        CREATE UNIQUE INDEX notes_by_client_id ON notes (session_id, client_id) WHERE client_id IS NOT NULL;

        CREATE TABLE customers (
            channel TEXT NOT NULL,
            account TEXT NOT NULL,
            customer_id TEXT NOT NULL,
            remark TEXT NOT NULL,
            note TEXT NOT NULL,
            changed_by TEXT NOT NULL,
            changed_at INTEGER NOT NULL,
            PRIMARY KEY (channel, account, customer_id)
        ) WITHOUT ROWID;
        """
    )


@steps()
def m007_own(db: Database) -> None:
    db.executescript(
        """
        CREATE TABLE drafts (
            agent_id TEXT NOT NULL,
            session_id TEXT NOT NULL,
            mode TEXT NOT NULL,
            text TEXT NOT NULL,
            revision INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            PRIMARY KEY (agent_id, session_id, mode)
        ) WITHOUT ROWID;
        CREATE INDEX drafts_by_time ON drafts (updated_at);

        CREATE TABLE preferences (
            agent_id TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE reminders (
            agent_id TEXT NOT NULL,
            session_id TEXT NOT NULL,
            at INTEGER,
            PRIMARY KEY (agent_id, session_id)
        ) WITHOUT ROWID;

        CREATE TABLE quick_replies (
            id TEXT PRIMARY KEY,
            scope TEXT NOT NULL,
            owner TEXT NOT NULL,
            channels TEXT NOT NULL,
            folder TEXT NOT NULL,
            shortcut TEXT NOT NULL,
            title TEXT NOT NULL,
            content TEXT NOT NULL,
            initials TEXT NOT NULL,
            pinyin TEXT NOT NULL,
            picture_name TEXT,
            picture_mime TEXT,
            picture_size INTEGER,
            picture_digest TEXT,
            updated_at INTEGER NOT NULL,
            is_deleted INTEGER NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE quick_reply_uses (
            agent_id TEXT NOT NULL,
            reply_id TEXT NOT NULL,
            uses INTEGER NOT NULL,
            used_at INTEGER NOT NULL,
            PRIMARY KEY (agent_id, reply_id)
        ) WITHOUT ROWID;
        """
    )


@steps()
def m008_lists(db: Database) -> None:
    """By creation, in which no message moves anything; of which something failed; notes that name somebody."""
    db.executescript(
        """
        CREATE INDEX sessions_by_creation ON sessions (status, created_at, id);
        CREATE INDEX deliveries_failed ON deliveries (session_id) WHERE state = 'failed';
        CREATE INDEX notes_mentioning ON notes (session_id, mentions) WHERE mentions IS NOT NULL;
        """
    )


@steps()
def m009_bell(db: Database) -> None:
    db.executescript(
        """
        CREATE TABLE bell (
            id TEXT PRIMARY KEY,
            agent_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            session_id TEXT NOT NULL,
            at INTEGER NOT NULL,
            by_id TEXT NOT NULL,
            text TEXT NOT NULL,
            is_seen INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX bell_of_agent ON bell (agent_id, at, id);
        CREATE INDEX bell_by_time ON bell (is_seen, at);
        """
    )


@steps()
def m010_put_aside(db: Database) -> None:
    """Messages that failed and were put aside; notes that were written anew, or taken away.

    What m008 looks for is less since then. All that is asked stands in its indexes, so that no row is read for it.
    """
    db.executescript(
        """
        ALTER TABLE deliveries ADD COLUMN dismissed_at INTEGER;
        ALTER TABLE notes ADD COLUMN former TEXT;
        ALTER TABLE notes ADD COLUMN edited_at INTEGER;
        ALTER TABLE notes ADD COLUMN removed_at INTEGER;

        DROP INDEX deliveries_failed;
        DROP INDEX notes_mentioning;
        CREATE INDEX deliveries_unheeded ON deliveries (session_id, dismissed_at)
            WHERE state = 'failed' AND dismissed_at IS NULL;
        CREATE INDEX notes_mentioning ON notes (session_id, mentions, removed_at)
            WHERE mentions IS NOT NULL AND removed_at IS NULL;
        """
    )


@steps()
def m011_customers(db: Database) -> None:
    """Customers of whom agents want nothing, what they keep of a customer by name, and what was done with sessions."""
    db.executescript(
        """
        ALTER TABLE customers ADD COLUMN blocked_at INTEGER;
        ALTER TABLE customers ADD COLUMN blocked_by TEXT NOT NULL DEFAULT '';
        ALTER TABLE customers ADD COLUMN blocked_reason TEXT NOT NULL DEFAULT '';
        ALTER TABLE customers ADD COLUMN attributes TEXT;

        CREATE TABLE deeds (
            id INTEGER PRIMARY KEY,
            session_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            at INTEGER NOT NULL,
            agent_id TEXT NOT NULL,
            about TEXT NOT NULL
        );
        CREATE INDEX deeds_of_session ON deeds (session_id, id);
        """
    )


@steps()
def m012_asked(db: Database) -> None:
    """Whom the notes of a session ask to look at it, beside the session itself: it is looked up for every event."""
    db.executescript(
        """
        ALTER TABLE sessions ADD COLUMN asked TEXT;

        UPDATE sessions SET asked = (
            SELECT nullif(json_group_object(cs_id, number), '{}') FROM (
                SELECT value AS cs_id, count(*) AS number FROM notes, json_each(notes.mentions)
                WHERE notes.session_id = sessions.id AND notes.mentions IS NOT NULL AND notes.removed_at IS NULL
                AND value <> notes.agent_id GROUP BY value
            )
        ) WHERE id IN (SELECT session_id FROM notes WHERE mentions IS NOT NULL AND removed_at IS NULL);
        """
    )
