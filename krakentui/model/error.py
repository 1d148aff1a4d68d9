"""What can go wrong, as one tree.

KrakentuiError            one plain sentence, fit for the user
├── UsageError            wrong command line, config or environment        exit 2
├── KeyProblem            a key that is missing, malformed or not usable here
├── VenueRefusal          the exchange answered with an error
│   ├── RateLimited       EAPI / EOrder / EGeneral / EService limit errors
│   ├── LockedOut         EGeneral:Temporary lockout
│   ├── Denied            missing permission
│   ├── BadNonce          EAPI:Invalid nonce
│   └── BadKey            EAPI:Invalid key, EAPI:Invalid signature
├── TransportError        no answer, or none that makes sense
│   ├── NotSent           surely never reached the exchange
│   └── AnswerLost        may have reached it: the outcome is unknown
└── Forbidden             our own allow-list said no: a bug of ours, never sent
"""


class KrakentuiError(Exception):
    """One plain sentence that says what happened, to what, and what next."""


class UsageError(KrakentuiError):
    """The command line, the config file or the environment is wrong."""


class KeyProblem(KrakentuiError):
    """A key is missing, malformed, or may not be used here."""


class VenueRefusal(KrakentuiError):
    """The exchange answered with an error."""

    def __init__(self, code: str, sentence: str) -> None:
        """Keep the exchange's own code beside our sentence."""
        super().__init__(sentence)
        self.code = code


class RateLimited(VenueRefusal):
    """A limit of the exchange was reached."""


class LockedOut(VenueRefusal):
    """The exchange wants silence: `EGeneral:Temporary lockout`."""


class Denied(VenueRefusal):
    """The key lacks the permission for this call."""


class BadNonce(VenueRefusal):
    """`EAPI:Invalid nonce`: another program uses this key, or the clock stepped back."""


class BadKey(VenueRefusal):
    """`EAPI:Invalid key` or `EAPI:Invalid signature`."""


class TransportError(KrakentuiError):
    """No answer came, or none that makes sense."""


class NotSent(TransportError):
    """The request surely never reached the exchange."""


class AnswerLost(TransportError):
    """The request may have reached the exchange; its outcome is unknown."""


class Forbidden(KrakentuiError):
    """The call is not on our own allow-list."""
