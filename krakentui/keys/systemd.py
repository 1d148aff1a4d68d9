"""A credential that systemd hands to a service: a file in the folder named by CREDENTIALS_DIRECTORY.

The unit says `LoadCredentialEncrypted=krakentui-NAME:…`; the file belongs to root or to us, lies in
memory, and goes with the service (systemd.exec(5), systemd-creds(1)).
"""

import os
from pathlib import Path

from krakentui.keys.offer import Machine, Offer
from krakentui.keys.pair import read_pair
from krakentui.keys.private_file import read_private
from krakentui.keys.profile import Profile
from krakentui.model.error import KeyProblem

VARIABLE = "CREDENTIALS_DIRECTORY"


def credential_name(profile: str) -> str:
    """Tell what the credential of a profile is called."""
    return f"krakentui-{profile}"


def offer(profile: Profile, machine: Machine) -> Offer:
    """Look for the profile's credential."""
    name = credential_name(profile.name)
    where = f"the systemd credential {name}"
    folder = machine.environ.get(VARIABLE, "")
    if not folder:
        return Offer(store="systemd", where=where)
    try:
        # 0440 with an access list is how systemd lets a service user read what root owns
        data = read_private(Path(folder) / name, owners=frozenset({os.geteuid(), 0}), others=0o027)
        if data is None:
            return Offer(store="systemd", where=where)
        return Offer(store="systemd", where=where, pair=read_pair(data.decode("utf-8-sig", "replace")))
    except KeyProblem as problem:
        return Offer(store="systemd", where=where, why=str(problem))
