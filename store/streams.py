"""What a platform's API needs to be remembered: how far a stream was fetched, tokens, and who customers are."""

from typing import Any

from ccs.kept import Cursor, Profile, Token
from ccs.models import from_millis, to_millis
from store.rows import Row, Table

CURSORS = Table(
    "cursors", ("channel", "account", "value", "fetched_at"),
    key=("channel", "account"), mutable=("value", "fetched_at"),
)
TOKENS = Table("tokens", ("name", "value", "expires_at"), key=("name",), mutable=("value", "expires_at"))
PROFILES = Table(
    "profiles", ("channel", "account", "customer_id", "name", "avatar", "fetched_at"),
    key=("channel", "account", "customer_id"), mutable=("name", "avatar", "fetched_at"),
)


def cursor_row(cursor: Cursor) -> Row:
    return (cursor.channel, cursor.account, cursor.value, to_millis(cursor.fetched_at))


def token_row(token: Token) -> Row:
    return (token.name, token.value, to_millis(token.expires_at))


def profile_row(profile: Profile) -> Row:
    return (
        profile.channel, profile.account, profile.customer_id, profile.name, profile.avatar,
        to_millis(profile.fetched_at),
    )


def cursors(connection: Any) -> list[Cursor]:
    rows = connection.execute(f"SELECT {CURSORS.listed} FROM cursors").fetchall()
    return [Cursor(channel, account, value, from_millis(moment)) for channel, account, value, moment in rows]


def accounts(connection: Any, channel: str) -> list[str]:
    """Of which a nudge came or something was fetched."""
    rows = connection.execute(
        "SELECT account FROM nudges WHERE channel = ?1 UNION SELECT account FROM cursors WHERE channel = ?1", (channel,)
    )
    return [account for account, in rows]


def token(connection: Any, name: str) -> Token | None:
    row = connection.execute(f"SELECT {TOKENS.listed} FROM tokens WHERE name = ?", (name,)).fetchone()
    return Token(row[0], row[1], from_millis(row[2])) if row else None


def profile(connection: Any, channel: str, account: str, customer_id: str) -> Profile | None:
    row = connection.execute(
        f"SELECT {PROFILES.listed} FROM profiles WHERE channel = ? AND account = ? AND customer_id = ?",
        (channel, account, customer_id),
    ).fetchone()
    return Profile(channel, account, customer_id, row[3], row[4], from_millis(row[5])) if row else None
