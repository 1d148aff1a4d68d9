"""Faults of keys and tokens."""

from krakentui.simulator.accounts import of
from tests.simulator.faults.scene import Rest, Talk, a_world, inject, place, talk_to, tell, wait


def test_a_revoked_key_is_a_strangers_until_it_is_back() -> None:
    world = a_world()
    inject(world, "revoke", match={"key": "cancel"}, when={"for": "10s"})
    assert Rest(world).error("Balance") == "EAPI:Invalid key"
    assert Rest(world, "watch").error("Balance") is None
    wait(world, 10)
    assert Rest(world).error("Balance") is None


def test_an_expired_key_is_invalid() -> None:
    world = a_world()
    inject(world, "expire", when={"for": "10s"})
    assert Rest(world).error("Balance") == "EAPI:Invalid key"
    wait(world, 10)
    assert Rest(world).error("Balance") is None


def test_a_key_of_another_address_is_invalid() -> None:
    world = a_world()
    number = inject(world, "ip_block")
    assert Rest(world).error("Balance") == "EAPI:Invalid key"
    tell(world, "faults", clear=number)
    assert Rest(world).error("Balance") is None


def test_a_permission_goes_and_comes_back() -> None:
    world = a_world()
    order = place(world)
    number = inject(world, "permission")
    assert Rest(world).error("CancelOrder", txid=order.id) == "EGeneral:Permission denied"
    assert Rest(world).error("Balance") is None
    tell(world, "faults", clear=number)
    assert Rest(world).error("CancelOrder", txid=order.id) is None


def test_a_second_factor_is_asked_for() -> None:
    world = a_world()
    inject(world, "otp_required", otp="1")
    assert Rest(world).error("Balance") == "EGeneral:Permission denied"
    assert Rest(world).error("Balance", otp="1") is None


def test_another_program_jumps_the_nonce() -> None:
    world = a_world()
    rest = Rest(world)
    rest.call("Balance")
    own = rest.nonce
    inject(world, "nonce_jump", by=500)
    late = rest.request("Balance", f"nonce={own + 1}".encode(), str(own + 1))
    assert rest.send(late)["error"] == ["EAPI:Invalid nonce"]
    assert rest.error("Balance") is None


def test_a_finer_unit_takes_a_key_over() -> None:
    world = a_world()
    inject(world, "nonce_jump", match={"key": "cancel"}, unit="ns")
    assert of(world).programs["cancel"].nonce > 10**18
    assert of(world).programs["watch"].nonce < 10**18


def test_tokens_expire_those_in_use_included() -> None:
    world = a_world()
    talk = talk_to(world)
    order = place(world)
    talk.take()
    inject(world, "token_expire")
    assert talk.send("cancel_order", order_id=[order.id])[0]["error"] == "ESession:Invalid session"
    talk.take()
    assert Talk(world).executions()[-2]["success"] is True


def test_a_lockout_lasts_its_time() -> None:
    world = a_world()
    inject(world, "lockout", match={"key": "cancel"}, s=60)
    assert Rest(world, "watch").error("Balance") is None
    wait(world, 59)
    door = of(world).door
    assert door.key_strikes[of(world).programs["cancel"].public].until_us > world.clock.now_us()
    wait(world, 2)
    assert Rest(world).error("Balance") is None


def test_calling_during_a_lockout_is_refused() -> None:
    world = a_world()
    inject(world, "lockout", s=60)
    assert Rest(world).error("Balance") == "EGeneral:Temporary lockout"


def test_an_address_can_be_locked_out() -> None:
    world = a_world()
    inject(world, "lockout", peer="127.0.0.1")
    assert Rest(world).error("Balance") == "EGeneral:Temporary lockout"
    assert Rest(world, "watch").error("Balance") == "EGeneral:Temporary lockout"
