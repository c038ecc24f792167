"""What models may cost is never spent twice, and a restart does not forget what was."""

from datetime import date, timedelta
from pathlib import Path


from ccs.assistant.model.ledger import BudgetSpent, Ledger
from store.spending import Spending, copy_all
from tests.llm import Pages, ledger

TODAY = date(2026, 11, 24)


def refused(purse: Ledger, session: str, tokens: int) -> bool:
    try:
        with purse.set_aside(session, tokens):
            return False
    except BudgetSpent:
        return True


def spend(purse: Ledger, session: str, tokens: int) -> None:
    with purse.set_aside(session, tokens) as charge:
        charge(tokens)


def test_a_day_has_its_limit_and_the_next_day_its_own() -> None:
    day = [TODAY]
    purse = Ledger(100, 0, lambda: day[0], Pages())
    spend(purse, "a", 90)
    assert refused(purse, "b", 11) and not refused(purse, "b", 10)
    day[0] += timedelta(days=1)
    assert not refused(purse, "b", 100)


def test_a_session_has_its_limit_and_others_theirs() -> None:
    purse = ledger(per_session=100)
    spend(purse, "a", 90)
    assert refused(purse, "a", 11) and not refused(purse, "b", 100)


def test_what_is_set_aside_is_not_there_for_others_until_it_is_back() -> None:
    purse = ledger(daily=100)
    with purse.set_aside("a", 60):
        assert refused(purse, "b", 60)
    assert not refused(purse, "b", 60)


def test_without_a_limit_nothing_is_refused() -> None:
    assert not refused(ledger(), "a", 10**9)


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    spend(Ledger(100, 0, lambda: TODAY, Spending(tmp_path)), "a", 90)
    again = Ledger(100, 90, lambda: TODAY, Spending(tmp_path))
    assert again.spent_today == 90 and refused(again, "b", 11) and refused(again, "a", 1)


def test_a_line_that_a_crash_has_cut_costs_that_line_only(tmp_path: Path) -> None:
    book = Spending(tmp_path)
    book.write(TODAY, "a", 10)
    file = next((tmp_path / "spending").iterdir())
    file.write_bytes(file.read_bytes() + b"2026-11-24 b 1")         # of 1000, and no line end
    book.write(TODAY, "c", 30)
    file.write_bytes(file.read_bytes() + b"\xff\xfe 2026")
    assert [(session, tokens) for _, session, tokens in book.entries(TODAY)][::2] == [("a", 10), ("c", 30)]


def test_old_days_are_not_read(tmp_path: Path) -> None:
    book = Spending(tmp_path)
    for days in (40, 8, 6, 0):
        book.write(TODAY - timedelta(days=days), "a", days + 1)
    assert [tokens for _, _, tokens in book.entries(TODAY - timedelta(days=7))] == [7, 1]


def test_a_full_disk_stops_no_answer(tmp_path: Path, caplog) -> None:
    (tmp_path / "spending").write_text("in the way")
    purse = Ledger(100, 0, lambda: TODAY, Spending(tmp_path))
    spend(purse, "a", 90)
    assert refused(purse, "a", 11) and "could not be written" in caplog.text


def test_a_month_is_kept_for_a_year(tmp_path: Path) -> None:
    book = Spending(tmp_path)
    for day in (date(2025, 10, 31), date(2025, 11, 1), date(2025, 12, 1), TODAY):
        book.write(day, "a", 1)
    book.forget_old(TODAY)
    assert sorted(path.stem for path in (tmp_path / "spending").iterdir()) == ["2025-11", "2025-12", "2026-11"]


def test_a_backup_knows_what_was_spent(tmp_path: Path) -> None:
    Spending(tmp_path).write(TODAY, "a", 90)
    copy_all(tmp_path, tmp_path / "copy.db")
    (tmp_path / "restored").mkdir()
    (tmp_path / "copy.db.spending").rename(tmp_path / "restored" / "spending")
    assert Ledger(100, 0, lambda: TODAY, Spending(tmp_path / "restored")).spent_today == 90
