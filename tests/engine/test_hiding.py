"""No event brings a secret into what is shown or written."""

import importlib
import json
import pkgutil
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, structs

import krakentui.model
from krakentui.engine.hiding import PARTS, TEXTS, hidden
from krakentui.engine.redact import Redaction
from krakentui.model.amend import Amend, AmendsSeen
from krakentui.model.error import BadNonce, Denied, LockedOut, VenueRefusal
from krakentui.model.event import (
    Answered,
    CancelAnswered,
    CancelNotSent,
    Happening,
    KeyRefused,
    LockoutBegan,
    Noted,
    OrderPatched,
    OrdersSnapshot,
    SystemSeen,
    Unknown,
)
from krakentui.model.limit import KeyScope
from krakentui.model.market import Maintenance
from krakentui.model.mass import MassAnswered
from krakentui.model.order import OrderPatch
from krakentui.model.redact import Redactor
from krakentui.model.secret import STARS, Credentials, Secret
from krakentui.model.switch import SwitchAnswered
from krakentui.model.symbol import Names
from krakentui.model.text import clean
from krakentui.wire.spot.rest import Call, decode
from tests.support.keys import a_key, a_secret

SECRET = Secret("open sesame")
NAMES = {
    *("account", "asset", "channel", "cl_ord_id", "currency", "endpoint", "figure", "ids", "key"),
    *("lane", "ledger_id", "method", "missing", "name", "order_id", "pair", "pairs", "program", "route"),
    *("source", "symbol", "wallet", "what", "where"),
}
"""Fields by which things are known, or which this program words."""

QUOTING = OrderPatch(id="O1", reason="bad open sesame")
PLANNED = Maintenance(title="for open sesame", services=("open sesame",), advice="Say open sesame.")
EVENTS: list[Happening] = [
    CancelAnswered(account="a", order_id="O1", request=1, ok=False, code="EGeneral:open sesame"),
    MassAnswered(account="a", request=1, ok=False, code="EGeneral:open sesame"),
    SwitchAnswered(account="a", timeout_s=1, ok=False, code="EGeneral:open sesame"),
    Answered(method="m", ok=False, error="open sesame", warnings=("fine", "open sesame")),
    SystemSeen(system="online", maintenance=(PLANNED,)),
    Unknown(where="private", what="open sesame"),
    LockoutBegan(scope=KeyScope("k"), until_ns=1, reason="for open sesame"),
    KeyRefused(key="k", why="for open sesame"),
    Noted(kind="notice", text="it said open sesame"),
    OrderPatched(account="a", patch=QUOTING),
    OrdersSnapshot(account="a", orders=(OrderPatch(id="O2"), QUOTING)),
    AmendsSeen(
        account="a", order_id="O1", amends=(Amend(id="1", kind="x", reason="open sesame"),), asked_ns=1
    ),
]


def every(kind: type[Struct]) -> Iterator[type[Struct]]:
    for one in kind.__subclasses__():
        yield one
        yield from every(one)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_what_the_exchange_says_of_us_is_starred_out(event: Happening) -> None:
    told = hidden(event, SECRET.hidden_in)
    assert "sesame" in repr(event)
    assert "sesame" not in repr(told)
    assert repr(told) == repr(event).replace("open sesame", STARS)


@pytest.mark.parametrize(
    ("secret", "code"), [("Order", "EOrder:Unknown order"), ("pending", "EOrder:Cancel pending")]
)
def test_a_known_code_of_an_event_stays_what_it_is(secret: str, code: str) -> None:
    event = CancelAnswered(account="a", order_id="O1", request=1, ok=False, code=code)
    assert hidden(event, Secret(secret).hidden_in) == event
    answered = Answered(method="m", ok=False, error=f"{code}:my {secret}")
    assert hidden(answered, Secret(secret).hidden_in).error == f"{code}:my {STARS}"


@pytest.mark.parametrize(
    ("secret", "code", "kind"),
    [
        ("lockout", "EGeneral:Temporary lockout", LockedOut),
        ("API", "EAPI:Invalid nonce", BadNonce),
        ("General", "EGeneral:Permission denied", Denied),
    ],
)
def test_a_refusal_is_the_trouble_it_says_whatever_our_secrets_are(
    secret: str, code: str, kind: type[VenueRefusal]
) -> None:
    body = json.dumps({"error": [f"{code}: for {secret}"]}).encode()
    hide = Redactor([Secret(secret)]).known
    told = decode(Call("BalanceEx"), 200, body, account="a", names=Names(), asked_ns=1, hide=hide).refusal
    assert type(told) is kind
    assert told.code == f"{code}: for {STARS}"


PASSWORD = "correct horse-7 Batterie"
KEY = Credentials(key=a_key(), secret=Secret(a_secret()), name="", source="", otp=Secret(PASSWORD))
TOKEN = a_key(9)[:43]
SECRETS = (a_key(), a_secret(), PASSWORD, TOKEN)


@given(
    st.sampled_from(SECRETS),
    st.data(),
    st.sampled_from(
        ["", "otp: ", "EGeneral:Invalid arguments:", "token=", "the secret ", "x " * 95, "…", "..."]
    ),
    st.sampled_from(["", "…", "...", " is bad", '"', "/x", "-" * 30]),
)
def test_whatever_is_quoted_and_however_it_is_cut_no_part_is_shown_or_written(
    secret: str, data: st.DataObject, before: str, after: str
) -> None:
    begin = data.draw(st.integers(0, len(secret) - 12))
    end = data.draw(st.integers(begin + 12, len(secret)))
    quoted = before + secret[begin:end] + after
    redactor = Redactor()
    redactor.learn(KEY)
    redactor.learn_token(Secret(TOKEN))
    frame = json.dumps({"error": [quoted]}).encode()
    refused = decode(
        Call("BalanceEx"), 200, frame, account="a", names=Names(), asked_ns=1, hide=redactor.known
    ).refusal
    assert refused is not None
    heard = hidden(CancelNotSent(account="a", order_id="O", request=1, why=clean(quoted)), redactor.known)
    written = Redaction(b"k" * 32, redactor).apply(frame)
    for told in (refused.code, str(refused), heard.why, redactor.clean(quoted), written):
        assert not any(secret[at : at + 12] in told for at in range(len(secret) - 11))


def test_ids_stay_as_they_are_and_an_event_without_a_secret_is_the_same() -> None:
    event = CancelAnswered(account="open sesame", order_id="open sesame", request=1, ok=True, code="EOrder:x")
    assert hidden(event, SECRET.hidden_in) is event
    orders = OrdersSnapshot(account="a", orders=(OrderPatch(id="O2", reason="x"),))
    assert hidden(orders, SECRET.hidden_in) is orders


def test_of_every_text_in_an_event_it_is_settled_whether_it_may_quote() -> None:
    for one in pkgutil.iter_modules(krakentui.model.__path__):
        importlib.import_module(f"krakentui.model.{one.name}")
    texts = {
        field.name
        for kind in every(Happening)
        for field in structs.fields(kind)
        if kind.__module__.startswith("krakentui.") and field.type in {str, str | None, tuple[str, ...]}
    }
    assert texts - TEXTS == NAMES
    assert PARTS.isdisjoint(TEXTS | NAMES)
