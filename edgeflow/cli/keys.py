"""`edgeflow keys`: keys that sign bundles, and which of them a device trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from edgeflow.cli.device_options import device_options
from edgeflow.cli.output import json_option, print_json, print_table, say

if TYPE_CHECKING:
    from edgeflow.deploy.keys import PublicKey
    from edgeflow.device.types import Device


@click.group()
def command() -> None:
    """Keys that sign bundles: make one, list them, have a device trust one.

    A device that trusts a key takes only bundles that it signed: edgeflow deploy --sign KEY.
    """


@command.command("new")
@click.argument("name")
@click.option("--comment", default="", metavar="TEXT", help="What the key is for; its name by default.")
@click.option("--passphrase", "ask", is_flag=True, help="Protect it by a passphrase, asked for here and when it signs.")
@json_option
def new_command(name: str, comment: str, ask: bool, as_json: bool) -> None:
    """Make a key pair NAME; an existing one is never overwritten."""
    from edgeflow.pipeline.keys import new_key

    passphrase = click.prompt("passphrase", hide_input=True, confirmation_prompt=True, err=True) if ask else ""
    key = new_key(name, comment=comment, passphrase=passphrase)
    if as_json:
        print_json(answer(key))
        return
    say(f"{key.name}  {key.fingerprint}")
    say(f"the private half is {key.path}: keep it, and keep it to yourself", err=True)
    say(
        f"next: edgeflow keys trust {key.name} --device D, then edgeflow deploy M --device D --sign {key.name}",
        err=True,
    )


@command.command("list")
@device_options
@json_option
def list_command(
    device: str | None, target: str | None, wait_s: float, timeout_s: float, fresh: bool, as_json: bool
) -> None:
    """List your keys, or with --device those that a device trusts."""
    from edgeflow.device.book import find_device
    from edgeflow.pipeline.keys import list_keys, trusted_keys

    if device is None:
        own = list_keys()
        if as_json:
            print_json([answer(key) for key in own])
        elif not own:
            say("no key yet; edgeflow keys new NAME makes one", err=True)
        else:
            print_table(("KEY", "FINGERPRINT", "COMMENT"), [(key.name, key.fingerprint, key.comment) for key in own])
        return
    found = trusted_keys(find_device(device, target=target), wait_s=wait_s, timeout_s=timeout_s)
    _tell(found.device, found.keys, as_json)


@command.command("trust")
@click.argument("key")
@device_options
@click.option("--remove", is_flag=True, help="Take the key back; without any the device takes every bundle again.")
@json_option
def trust_command(
    key: str,
    device: str | None,
    target: str | None,
    wait_s: float,
    timeout_s: float,
    fresh: bool,
    remove: bool,
    as_json: bool,
) -> None:
    """Have a device take only bundles signed by KEY, or by another key pinned there.

    KEY is one of your keys, an .pub file, or its one line in quotes. What runs on the device stays.
    """
    from edgeflow.device.book import find_device
    from edgeflow.pipeline.keys import trust_key

    chosen = find_device(device, target=target)
    done = trust_key(key, chosen, remove=remove, wait_s=wait_s, timeout_s=timeout_s)
    _tell(done.device, done.keys, as_json)
    for note in done.notes:
        say(f"note: {note}", err=True)


def answer(key: PublicKey, device: Device | None = None) -> dict[str, Any]:
    """The `edgeflow.key/1` answer; the private half is only ever named by its file."""
    return {
        "schema": "edgeflow.key/1",
        "name": key.name,
        "fingerprint": key.fingerprint,
        "public_key": key.line,
        "comment": key.comment,
        "path": str(key.path) if key.path else None,
        "device": device.name if device else None,
    }


def _tell(device: Device, keys: tuple[PublicKey, ...] | None, as_json: bool) -> None:
    if as_json:
        print_json([answer(key, device) for key in keys or ()])
    elif keys is None:
        say(f"{device.name} trusts no key: it takes every bundle")
    elif not keys:
        say(f"{device.name} trusts nobody: it takes no bundle")
    else:
        print_table(("TRUSTED", "COMMENT"), [(key.fingerprint, key.comment) for key in keys])
