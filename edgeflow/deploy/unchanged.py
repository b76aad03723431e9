"""Whether a device has a bundle active already, asked over SSH by one command: no agent starts for that."""

from __future__ import annotations

import json

from edgeflow.deploy.bundle import manifest
from edgeflow.deploy.types import Bundle
from edgeflow.device.connect import DEFAULT_BASE
from edgeflow.device.types import Device
from edgeflow.errors import DeviceError
from edgeflow.transport.base import Transport
from edgeflow.wire.bundle import identity

_ASK_S = 60.0
# $1 base, $2 name, $3 the model's SHA-256. All is left to the agent where a session holds the device or broke off, keys
# are pinned, a release is on trial, an upload has begun, or the release has more than a model.
_ASK = """
case $1 in "~/"*) base=$HOME/${1#"~/"} ;; *) base=$1 ;; esac
name=$2 sum=$3
cd -P "$base" 2>/dev/null && base=$PWD && cd "$name" 2>/dev/null || exit 3
[ -s ../.lock ] || [ -e ../.allowed_signers ] || [ ! -L current ] && exit 3
[ ! -e state.json ] || case $(cat state.json) in *'"state": "good"'*) ;; *) exit 3 ;; esac
set -- incoming/*
[ -e "$1" ] && exit 3
cd -P current 2>/dev/null || exit 3
[ "${PWD%/*}" = "$base/$name/releases" ] || exit 3
set -- *
[ "$*" = "manifest.json model.tflite" ] || exit 3
[ -L manifest.json ] || [ -L model.tflite ] && exit 3
manifest=$(cat manifest.json)
case $manifest in *"$sum"*) ;; *) exit 3 ;; esac
case $(sha256sum model.tflite) in "$sum "*) printf '%s' "$manifest" ;; *) exit 3 ;; esac
"""


def is_active(transport: Transport, device: Device, bundle: Bundle, *, force: bool) -> bool:
    """Whether the bundle, a model alone, is the active release as it was deployed; False where only the agent can tell.

    A newer version of the same is for the agent to refuse.
    """
    if device.address.scheme != "ssh" or transport.shell is None or len(bundle.files) != 1:
        return False
    argv = ["sh", "-c", _ASK, "edgeflow-active", device.base or DEFAULT_BASE, bundle.name, bundle.model.sha256]
    try:
        told = transport.shell.run(argv, timeout_s=_ASK_S)
        if told.status != 0:
            return False
        there = json.loads(told.stdout)
        older = 0 < bundle.version < there["version"] and not force
        return not older and identity(there) == identity(manifest(bundle))
    except (DeviceError, ValueError, KeyError, TypeError):
        return False
