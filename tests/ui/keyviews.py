"""Keys built by hand, and a keychain that hands them out."""

from fractions import Fraction

from msgspec import structs

from krakentui.model.account import Finding
from krakentui.model.clock import SECOND
from krakentui.state.keyring import Checked, KeyRow, KeysView, TakeOverQuestion
from krakentui.state.parting import Parting
from krakentui.state.view import NotAsked
from tests.support.clock import WALL_START

LEAVE_FIRST = "The passphrase of vault is asked for before the screen opens: leave, and start with it."


def a_key_row(name: str = "main", **changes: object) -> KeyRow:
    row = KeyRow(
        name=name,
        account="alice",
        purpose="watch+cancel",
        source="the OS keyring (SecretService.Keyring)",
        fingerprint="3f2a9c01be77",
        in_use=False,
    )
    return structs.replace(row, **changes)


def some_findings() -> tuple[Finding, ...]:
    """One of each level, the worst first."""
    return (
        Finding("red", "It may withdraw funds.", "Make a new key without it, and delete this one at Kraken."),
        Finding(
            "missing",
            "It may not open the private websocket. Orders and balances come by polls, seconds late.",
            'Tick "WebSocket interface: On".',
        ),
        Finding("amber", "It expires in 9 d, on 2027-03-19.", "Make a new one in time."),
        Finding("amber", "It is 120 days old.", "Replace keys every 90 days."),
        Finding("note", "Its nonce window is 5000: calls that overtake each other by so much still pass."),
        Finding("fine", "It may cancel orders."),
        Finding("fine", "It may read balances."),
        Finding("fine", "It works from 2 addresses only."),
    )


def some_keys() -> tuple[KeyRow, ...]:
    """The key in use, one of another account, one that cannot be fetched now."""
    checked = Checked(wall_ns=WALL_START, findings=some_findings())
    return (
        a_key_row(in_use=True, is_default=True, checked=checked),
        a_key_row("bobs", account="bob", purpose="watch", fingerprint="00a5e9cb6217", source="a file"),
        a_key_row("vault", fingerprint="", source="an encrypted file", barrier=LEAVE_FIRST),
    )


class FakeKeys:
    """A keychain that shows what it was given and remembers what it was asked."""

    def __init__(self, *rows: KeyRow) -> None:
        self.keys = KeysView(
            rows=rows or some_keys(),
            cost=Fraction(1),
            used_low=Fraction(2),
            used_high=Fraction(5),
            ceiling=Fraction(20),
        )
        self.hanging = Parting()
        self.looks = 0
        self.later: tuple[KeyRow, ...] = ()
        """What the next look finds; empty = the same."""
        self.checks = 0
        self.checked: str | None = None
        self.taken: list[TakeOverQuestion] = []
        self.switched: list[tuple[str, Parting]] = []

    def look(self) -> None:
        self.looks += 1
        if self.later:
            self.keys = structs.replace(self.keys, rows=self.later)

    def view(self, t_ns: int, chosen: str | None = None) -> KeysView:
        return self.keys

    def check(self, chosen: str | None = None) -> str:
        self.checks += 1
        self.checked = chosen
        return "Asked: GetApiKeyInfo, up to 1 point of the REST counter."

    def ask_take_over(self, chosen: str | None) -> TakeOverQuestion | NotAsked:
        row = next((row for row in self.keys.rows if row.name == chosen and row.overtaken), None)
        if row is None:
            return NotAsked(why="There is nothing to take over.")
        return TakeOverQuestion(name=row.name, account=row.account, fingerprint=row.fingerprint, venue="demo")

    def take_over(self, question: TakeOverQuestion) -> str:
        self.taken.append(question)
        return f"Taking the key {question.name} over."

    def parting(self) -> Parting:
        return self.hanging

    def barrier(self, name: str) -> str:
        (row,) = (row for row in self.keys.rows if row.name == name)
        return "This key is in use." if row.in_use else row.barrier

    def switch(self, name: str, agreed: Parting) -> str:
        self.switched.append((name, agreed))
        return f"Fetching the key {name}; the old one goes on."


def waits_for_a_check(view: KeysView, seconds: int) -> KeysView:
    return structs.replace(view, fits_in_ns=seconds * SECOND)
