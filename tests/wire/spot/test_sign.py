"""Signatures against the vectors of the REST reference, 1.2."""

import pytest

from krakentui.model.error import KeyProblem
from krakentui.model.secret import Secret
from krakentui.wire.spot.sign import api_sign, check_secret

SECRET = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="
NONCE = "1616492376594"
V1_BODY = f"nonce={NONCE}&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25"
V5_BODY = f'{{"nonce":"{NONCE}","orders":["OHYO67-6LP66-HMQ437","OP5V2Y-RYKVL-ET3V3B"]}}'
VECTORS = {
    "V1": (
        "/0/private/AddOrder",
        V1_BODY,
        "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==",
    ),
    "V2": (
        "/0/private/Balance",
        f"nonce={NONCE}",
        "1nH4vwR+8FHiYh1QT649xXkGd3JR3x0DWkgv3u9Ed/Qqv6KPtgQpEU4m+Emb/VgpEji3j1XNwI+HCbfXxmrTOg==",
    ),
    "V3": (
        "/0/private/Balance",
        f'{{"nonce":{NONCE}}}',
        "ZVxRwNS9zIRhbpUb8yixCnTByWFw2zyehNjZaXEL5we8API+r8c+DBmgFxxnKoY+TaJXx0NSYhsaAexZm62elg==",
    ),
    "V4": (
        "/0/private/CancelOrder",
        f"nonce={NONCE}&txid=OHYO67-6LP66-HMQ437",
        "fQFa1ZX8+ZpQnIRLCJoDl4VBmI2UuIar6lhBQbfJlG18dfOGQ+2nu7TUq/bqJ+mKXb4jmFz5Si4GndEVvNy/mQ==",
    ),
    "V5": (
        "/0/private/CancelOrderBatch",
        V5_BODY,
        "UWo2PFUBw/D/bY8JN0v87AkO05HUUZnZRi0uc1g8GPHMBYJ31HUyeJv4cKhSLaluR4Gez6qRap7KWuZNuSkfVg==",
    ),
}
NOT_BASE64 = ("not base64 at all!", "abc", "", "   ", "SIM-secret-of-nobody", "kQH5HW/8p1uG\u00d6Vjb")


@pytest.mark.parametrize("name", VECTORS)
def test_every_vector_of_the_reference_is_reproduced(name: str) -> None:
    path, body, signature = VECTORS[name]
    assert api_sign(path, NONCE, body.encode(), Secret(SECRET)) == signature


def test_a_real_secret_passes_the_check() -> None:
    check_secret(Secret(SECRET))


@pytest.mark.parametrize("text", NOT_BASE64)
def test_a_secret_that_is_not_base64_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(KeyProblem) as caught:
        check_secret(Secret(text))
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert sentence.count(".") == 1


@pytest.mark.parametrize("text", [text for text in NOT_BASE64 if text.strip()])
def test_the_refusal_echoes_nothing_of_the_secret(text: str) -> None:
    with pytest.raises(KeyProblem) as caught:
        api_sign("/0/private/Balance", NONCE, b"", Secret(text))
    assert text not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
