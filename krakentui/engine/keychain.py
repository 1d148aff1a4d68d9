"""The keys of a user in a running monitor: shown, checked, and put in each other's place.

The key in use goes on while another one is fetched; only when that one is at hand, and its session can be
opened, is the old one left. What then still hangs on the old key (a cancel without an outcome, one that
waits, the dead man's switch) must have been agreed to be left before.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct, structs

from krakentui.engine.host import Host
from krakentui.engine.keycheck import KeyCheck
from krakentui.engine.lanes import DESCRIPTION
from krakentui.engine.offered import Offered, Shelf, free_name, is_key
from krakentui.engine.seat import Seated
from krakentui.engine.session import OVER, Session
from krakentui.keys.audit import audit
from krakentui.keys.profile import Purpose
from krakentui.model.account import KeyInfo
from krakentui.model.clock import SECOND
from krakentui.model.error import KrakentuiError
from krakentui.model.event import Happening, KeyDescribed
from krakentui.model.limit import Tier, points
from krakentui.model.secret import Credentials
from krakentui.model.text import clean
from krakentui.settings import Settings
from krakentui.state.keyring import Checked, KeyRow, KeysView, TakeOverQuestion
from krakentui.state.parting import Parting
from krakentui.state.view import NotAsked

ASSUMED = "The tier {} was assumed for the account {}: for {} the exchange is asked."
SWITCHED = "Key {} of account {} is in use now."
STAYS = "{} The key {} stays in use."
IN_USE = "This key is in use."
UNLISTED = "The list of keys does not name it now: it stays in use until another one takes its place."
ANOTHER = "Meanwhile {} stands for another key, or another account: look at it, then switch again."
MORE_HANGS = "Meanwhile something more hangs on the key in use: look at it, then switch again."


class Sit(Protocol):
    """Takes a seat at a key; where that cannot be, the settings come back without the key."""

    async def __call__(self, settings: Settings) -> Seated:
        """Sit down."""
        ...


class Screen(Protocol):
    """Where sessions are shown and sentences are said: the app."""

    def turn_to(self, session: Session) -> None:
        """Show another session, and nothing of the one before."""
        ...

    def say(self, sentence: str) -> None:
        """Tell the user something at once."""
        ...


class Wish(Struct, frozen=True):
    """To put this key in the place of the one in use."""

    offered: Offered
    agreed: Parting
    """What the user knows to be left with the key in use."""


class Keychain:
    """The keys of one run."""

    def __init__(
        self,
        host: Host,
        settings: Settings,
        shelf: Callable[[], Shelf],
        sit: Sit,
        learn: Callable[[Credentials | None], None],
        screen: Screen,
    ) -> None:
        """Begin with the key in use.

        Args:
            host: opens and closes sessions.
            settings: what this run was told; each session gets its own key and account instead.
            shelf: lists the keys there are now.
            sit: takes a seat at a key.
            learn: keeps a secret out of every log from now on.
            screen: where sessions are shown.
        """
        self._host = host
        self._settings = structs.replace(settings, warnings=())
        self._list = shelf
        self._sit = sit
        self._learn = learn
        self._screen = screen
        self._shelf = shelf()
        self._wishes: asyncio.Queue[Wish] = asyncio.Queue()
        self._switching = ""
        self._trouble = ""
        self._told: dict[str, tuple[KeyInfo, int]] = {}
        """What the exchange said of keys in this run, by fingerprint, and when."""
        self._left: dict[str, tuple[str, ...]] = {}
        """What was left with keys that are not in use any more, by account."""
        host.session.listen(self._heard)

    # --- what others see -------------------------------------------------------------------------

    @property
    def left(self) -> tuple[str, ...]:
        """Say what was left on accounts that are not in use any more."""
        return tuple(sentence for told in self._left.values() for sentence in told)

    def look(self) -> None:
        """Look which keys there are now."""
        self._shelf = self._list()

    def view(self, t_ns: int, chosen: str | None = None) -> KeysView:
        """List the keys, and tell what a check of the chosen one, or of the one in use, costs."""
        ledger, check = self._host.session.state.ledger, self._key_check(chosen)
        if self._cancels(chosen):
            ledger = ledger.of_second()
        cost, counter = ledger.rest_cost(DESCRIPTION).high, ledger.rest_at(t_ns)
        fits_ns = ledger.user_tried_at(cost, t_ns)
        return KeysView(
            rows=self._rows(t_ns),
            busy=self._switching or (check.doing if check else ""),
            trouble=self._trouble or (check.told if check else "") or self._shelf.trouble,
            cost=points(cost),
            used_low=points(counter.low),
            used_high=points(counter.high),
            ceiling=points(counter.ceiling),
            fits_in_ns=None if fits_ns is None else max(0, fits_ns - t_ns),
        )

    def check(self, chosen: str | None = None) -> str:
        """Ask what the key in use, or the one that cancels, may do; the sentence says what comes of it."""
        self._trouble = ""
        check = self._key_check(chosen)
        if check is not None:
            return check.begin()
        return OVER if self._host.session.state.ended else "No key is in use: there is nothing to check."

    def ask_take_over(self, chosen: str | None) -> TakeOverQuestion | NotAsked:
        """Freeze the question whether to take over the key in use, or the one that cancels."""
        row = next((row for row in self._rows(self._host.clock.mono_ns()) if row.name == chosen), None)
        check = self._key_check(chosen)
        if check is None or row is None or not (row.in_use or row.cancels):
            return NotAsked(why="A key is taken over while it is in use: this one is not.")
        barrier = check.barrier_to_take_over()
        if barrier:
            return NotAsked(why=barrier)
        return TakeOverQuestion(
            name=row.name,
            account=row.account,
            fingerprint=row.fingerprint,
            venue=self._host.session.state.venue,
        )

    def take_over(self, question: TakeOverQuestion) -> str:
        """Do what was asked and agreed to; the sentence says what comes of it."""
        now = self.ask_take_over(question.name)
        if isinstance(now, NotAsked):
            return now.why
        check = self._key_check(question.name)
        if now != question or check is None:
            return "Meanwhile another key has this name: nothing is taken over."
        self._trouble = ""
        return check.begin_take_over()

    def _key_check(self, chosen: str | None) -> KeyCheck | None:
        side = self._host.session.side
        if side is None:
            return None
        return side.second_check if self._cancels(chosen) else side.check

    def _cancels(self, name: str | None) -> bool:
        """Tell whether this is the key that cancels for the one in use."""
        second, account = self._host.session.state.keys.second, self._host.session.state.account
        if second is None or name is None:
            return False
        one = self._shelf.named(name)
        if one is None:
            return name == self._unlisted(second.name)
        own = (second.name or "", account)
        return is_key(one.fingerprint, (one.name, one.account), second.key, own)

    def _unlisted(self, name: str | None) -> str:
        """Tell what a key of this session is called that the list does not name."""
        return free_name(name or "", [one.name for one in self._shelf.offered])

    def parting(self) -> Parting:
        """Tell what hangs on the key in use."""
        return self._host.session.parting()

    def barrier(self, name: str) -> str:
        """Say why this key cannot be switched to; empty = it can."""
        offered = self._shelf.named(name)
        if offered is None:
            used = any(row.in_use and row.name == name for row in self._rows(self._host.clock.mono_ns()))
            return IN_USE if used else f"There is no key {clean(name, 40)}."
        if self._switching:
            return self._switching
        return IN_USE if self._is_used(offered) else offered.barrier

    def switch(self, name: str, agreed: Parting) -> str:
        """Look anew, and put another key in the place of the one in use; the sentence says what comes of it.

        Args:
            name: of the key.
            agreed: what the user knows to be left with the key in use.
        """
        seen = self._shelf.named(name)
        self.look()
        barrier, offered = self.barrier(name), self._shelf.named(name)
        if barrier or offered is None:
            return barrier
        if seen is not None and not offered.is_same(seen):
            return ANOTHER.format(name)
        self._trouble = ""
        self._switching = f"Fetching the key {offered.name} from {offered.source}; the old one goes on."
        self._wishes.put_nowait(Wish(offered, agreed))
        return self._switching

    # --- the switch ------------------------------------------------------------------------------

    async def run(self) -> None:
        """Switch when somebody wants it, until cancelled."""
        while True:
            wish = await self._wishes.get()
            try:
                await self._switch(wish)
            except KrakentuiError as error:
                self._trouble = STAYS.format(error, self._host.session.state.key_name or "that was in use")
            finally:
                self._switching = ""
            if self._trouble:
                self._screen.say(self._trouble)

    async def _switch(self, wish: Wish) -> None:
        """Fetch the key, sit down at it, and open its session.

        Raises:
            KrakentuiError: that cannot be; the old session goes on.
        """
        offered = wish.offered
        fetched = await offered.fetch()
        self.look()  # an acceptance may have been taken back meanwhile
        self._learn(fetched.credentials)
        self._learn(fetched.canceller)
        self._check_whose(fetched.credentials)
        self._check_whose(fetched.canceller)
        settings = structs.replace(
            self._settings,
            credentials=fetched.credentials,
            cancel_credentials=fetched.canceller,
            account=offered.account,
            assume_tier=self._assumed(offered.account),
            withdraw_accepted=self._accepted,
            keyless_why="",
            warnings=(*fetched.notes, *self._not_assumed(offered.account)),
        )
        place = await self._sit(settings)
        try:
            told, hanging = place.settings, self.parting()
            if told.credentials is None:
                raise KrakentuiError(told.keyless_why)
            if not hanging.is_within(wish.agreed):
                raise KrakentuiError(MORE_HANGS)
            account = self._host.session.state.account
            left = hanging.told(account)
            told = structs.replace(told, warnings=(*told.warnings, *left))
            await self._host.turn_to(place._replace(settings=told), self._turned)
        except KrakentuiError:
            place.leave()
            raise
        self._left = {**self._left, account: (*self._left.get(account, ()), *left)}
        self._left.pop(offered.account, None)
        self._screen.say(SWITCHED.format(offered.name, offered.account))

    def _check_whose(self, key: Credentials | None) -> None:
        """Pass if this key belongs to the exchange of this run.

        Raises:
            KrakentuiError: it does not.
        """
        if key is not None and key.is_simulated is not (self._settings.venue != "live"):
            whose = "a simulated exchange" if key.is_simulated else "Kraken itself"
            raise KrakentuiError(f"The key {key.name} belongs to {whose}: it is not used here.")

    def _assumed(self, account: str) -> Tier | None:
        """Give the tier that this run was told to believe: of the account it began with, no other."""
        return self._settings.assume_tier if account == self._settings.account else None

    def _not_assumed(self, account: str) -> tuple[str, ...]:
        tier = self._settings.assume_tier
        if tier is None or account == self._settings.account:
            return ()
        return (ASSUMED.format(tier, self._settings.account, account),)

    def _turned(self, session: Session) -> None:
        session.listen(self._heard)
        self._screen.turn_to(session)

    # --- the list --------------------------------------------------------------------------------

    @property
    def _accepted(self) -> frozenset[str]:
        """List the keys that may withdraw and are used all the same, as of the last look."""
        told = self._shelf.withdraw_accepted
        return self._settings.withdraw_accepted if told is None else told

    def _is_used(self, offered: Offered) -> bool:
        state = self._host.session.state
        own = (state.key_name or "", state.account)
        return is_key(offered.fingerprint, (offered.name, offered.account), state.key, own)

    def _rows(self, t_ns: int) -> tuple[KeyRow, ...]:
        rows = tuple(self._row(one, t_ns) for one in self._shelf.offered)
        state, held = self._host.session.state, self._settings.cancel_credentials
        if state.key is not None and not any(row.in_use for row in rows):
            rows = (self._row_of_used(state.key, t_ns), *rows)
        second = state.keys.second
        if second is None or any(row.cancels for row in rows):
            return rows
        source = held.source if held is not None and held.fingerprint == second.key else ""
        name = self._unlisted(second.name)
        row = KeyRow(
            name=name,
            account=state.account,
            purpose="watch+cancel",
            source=source or "this run",
            fingerprint=second.key or "",
            in_use=False,
            cancels=True,
            overtaken=self._is_overtaken(name),
            refused=second.refused or "",
            barrier=f"It cancels for the key {state.key_name} in this run, and is not stored.",
            checked=self._checked(second.key or "", "watch+cancel", t_ns),
        )
        return (*rows, row)

    def _row_of_used(self, fingerprint: str, t_ns: int) -> KeyRow:
        """Show the key in use where the list does not name it."""
        state = self._host.session.state
        return KeyRow(
            name=self._unlisted(state.key_name),
            account=state.account,
            purpose="",
            source="this run",
            fingerprint=fingerprint,
            in_use=True,
            overtaken=self._is_overtaken(None),
            barrier=UNLISTED,
            checked=self._checked(fingerprint, None, t_ns),
        )

    def _row(self, one: Offered, t_ns: int) -> KeyRow:
        used, state = self._is_used(one), self._host.session.state
        second = state.keys.second if self._cancels(one.name) and not used else None
        print_ = (state.key or "") if used else one.fingerprint
        if second is not None:
            print_ = second.key or ""
        return KeyRow(
            name=one.name,
            account=one.account,
            purpose=one.purpose or "",
            source=one.source,
            fingerprint=print_,
            canceller=one.canceller,
            in_use=used,
            cancels=second is not None,
            overtaken=self._is_overtaken(one.name) if used or second is not None else False,
            refused=(second.refused or "") if second is not None else "",
            is_default=one.is_default,
            barrier="" if used else one.barrier,
            checked=self._checked(print_, one.purpose, t_ns),
        )

    def _is_overtaken(self, name: str | None) -> bool:
        check = self._key_check(name)
        return check is not None and check.is_overtaken

    def _checked(self, fingerprint: str, purpose: Purpose | None, t_ns: int) -> Checked | None:
        """Judge for now what the exchange said last of a key."""
        told = self._told.get(fingerprint)
        if told is None:
            return None
        info, wall_ns = told
        purpose = purpose or ("watch+cancel" if info.may_cancel else "watch")
        now_s = self._host.session.state.exchange_ns(t_ns) // SECOND
        judged = audit(info, purpose, fingerprint, now_s, accepted=self._accepted)
        return Checked(wall_ns=wall_ns, findings=judged.findings, refused=judged.refused or "")

    def _heard(self, event: Happening, _t_ns: int) -> None:
        if isinstance(event, KeyDescribed):
            self._told[event.key] = (event.info, self._host.clock.now_ns())
