"""What the user's ssh configuration says about a host, with Include followed.

paramiko reads Host, Match and tokens but knows no Include; it is spliced in here before paramiko parses, at the
place where it stands and only where the surrounding block applies to the host (ssh_config(5)).
"""

from __future__ import annotations

import getpass
import glob
import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edgeflow.errors import UsageError

if TYPE_CHECKING:
    import paramiko

CONFIG_VARIABLE = "EDGEFLOW_SSH_CONFIG"  # another file than ~/.ssh/config
_INCLUDE_DEPTH = 8  # OpenSSH stops at 16; a loop of includes must end with an error
_EXEC_S = 20.0
_NEVER = "Host !*"
_SETTING = re.compile(r"\s*(\w+)(?:\s*=\s*|\s+)(.*?)\s*$")
# what may stand in a host or user name that ends up in a proxy's command line
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._:%@\\-]*")


@dataclass(frozen=True)
class SshHost:
    """One host as it is to be reached. `alias` is the name asked for, `lookup_name` the one in known_hosts."""

    alias: str
    hostname: str
    port: int
    user: str
    identity_files: tuple[Path, ...]
    identities_only: bool
    proxy_jump: tuple[str, ...]
    proxy_command: str | None
    known_hosts: tuple[Path, ...]
    host_key_alias: str | None
    connect_timeout_s: float | None

    @property
    def lookup_name(self) -> str:
        """The name its key is stored under: HostKeyAlias, else host, else [host]:port."""
        if self.host_key_alias:
            return self.host_key_alias
        return self.hostname if self.port == 22 else f"[{self.hostname}]:{self.port}"


def user_config_path() -> Path:
    """`EDGEFLOW_SSH_CONFIG`, else the user's own ~/.ssh/config."""
    chosen = os.environ.get(CONFIG_VARIABLE)
    return Path(chosen).expanduser() if chosen else Path.home() / ".ssh" / "config"


def resolve_host(
    alias: str, *, user: str | None = None, port: int | None = None, config: Path | None = None
) -> SshHost:
    """Return how to reach `alias`; `user` and `port` of an address win over the configuration.

    `config` stands in for the user's configuration; without it the system's /etc/ssh/ssh_config counts as well.
    Raises UsageError when a file cannot be read or understood, or a name is not fit to be a host's or user's.
    """
    from paramiko import ConfigParseError, SSHConfig
    from paramiko.ssh_exception import CouldNotCanonicalize

    path = config or user_config_path()
    explicit = config is not None or "EDGEFLOW_SSH_CONFIG" in os.environ
    if explicit and not path.is_file():
        raise UsageError(f"ssh configuration {path} does not exist", "correct EDGEFLOW_SSH_CONFIG or create the file")
    for what, name in (("host", alias), ("user", user or "me")):
        _check_name(what, name)
    roots = [path] if explicit else [path, Path("/etc/ssh/ssh_config")]
    try:
        # first value wins, also in tokens such as %p
        lines = [f"Host *\n{f'User {user}' if user else ''}\n{f'Port {port}' if port else ''}"]
        for root in roots:
            if root.is_file():
                # what follows the last block of one file must not fall into it
                lines += ["Host *", *_expanded(root, root.parent, alias, lines, 0)]
        found = SSHConfig.from_text("\n".join(lines)).lookup(alias)
    except (ConfigParseError, CouldNotCanonicalize, ImportError, ValueError, OSError, RecursionError) as error:
        raise UsageError(f"ssh configuration {path}: {error}", "correct the file, or point elsewhere") from None
    return _host(alias, found, path)


def _host(alias: str, found: paramiko.SSHConfigDict, path: Path) -> SshHost:
    def text(key: str) -> str | None:
        value = found.get(key)
        return None if value is None or value.lower() == "none" else str(value)

    try:
        number = int(text("port") or 22)
        timeout = text("connecttimeout")
        host = SshHost(
            alias=alias,
            hostname=text("hostname") or alias,
            port=number,
            user=text("user") or getpass.getuser(),
            identity_files=tuple(_path(name) for name in found.get("identityfile", []) if name.lower() != "none"),
            identities_only=(text("identitiesonly") or "no").lower() == "yes",
            proxy_jump=tuple(part.strip() for part in (text("proxyjump") or "").split(",") if part.strip()),
            proxy_command=text("proxycommand"),
            known_hosts=_known_hosts(found),
            host_key_alias=text("hostkeyalias"),
            connect_timeout_s=float(timeout) if timeout else None,
        )
    except ValueError as error:
        raise UsageError(f"ssh configuration {path} for host '{alias}': {error}", "correct the file") from None
    _check_name("host", host.hostname)
    _check_name("user", host.user)
    if not 0 < host.port < 65536:
        raise UsageError(f"port {host.port} of host '{alias}' is out of range", "ports go from 1 to 65535")
    return host


def _check_name(what: str, name: str) -> None:
    if not _PLAIN.fullmatch(name):
        raise UsageError(f"{name!r} cannot be the name of a {what}", "use ssh://user@host[:port]")


def _known_hosts(found: paramiko.SSHConfigDict) -> tuple[Path, ...]:
    user = found.get("userknownhostsfile", "~/.ssh/known_hosts ~/.ssh/known_hosts2")
    system = found.get("globalknownhostsfile", "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2")
    return tuple(_path(name) for name in [*shlex.split(user), *shlex.split(system)] if name.lower() != "none")


def _path(name: str) -> Path:
    return Path(name.strip('"').replace("%d", str(Path.home()))).expanduser()


def _expanded(path: Path, folder: Path, alias: str, before: list[str], depth: int) -> list[str]:
    """The file's lines with each Include of an applying block replaced by what it names.

    Relative names count from `folder`, that of the outermost file; `before` is what precedes this file, which Match
    blocks may refer to.
    """
    if depth > _INCLUDE_DEPTH:
        raise ValueError(f"Include nested more than {_INCLUDE_DEPTH} deep at {path}")
    header = "Host *"
    lines: list[str] = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        match = _SETTING.match(line)
        keyword = match[1].lower() if match else ""
        if keyword == "match":
            line = _without_exec(line.strip(), alias, [*before, *lines])
        if keyword in ("host", "match"):
            header = line.strip()
        if match is None or keyword != "include":
            lines.append(line)
            continue
        if not _applies(header, alias, [*before, *lines]):
            continue
        for pattern in shlex.split(match[2]):
            for name in sorted(glob.glob(str(folder / Path(pattern).expanduser()))):  # noqa: PTH207 - may be absolute
                if Path(name).is_file():
                    lines += _expanded(Path(name), folder, alias, [*before, *lines], depth + 1)
                    lines.append(header)
    return lines


def _applies(header: str, alias: str, before: list[str]) -> bool:
    from paramiko import SSHConfig

    mark = "edgeflowincludeapplies"
    return mark in SSHConfig.from_text("\n".join([*before, header, f"{mark} yes"])).lookup(alias)


def _without_exec(header: str, alias: str, before: list[str]) -> str:
    """A Match line with its `exec` conditions answered: without them when they hold, else one that never applies.

    As with ssh, a command runs only where all else applies, and its output is not looked at.
    """
    words = shlex.split(header)[1:]
    commands: list[tuple[bool, str]] = []
    others: list[str] = []
    while words:
        word = words.pop(0)
        if word.lower() in ("exec", "!exec"):
            if not words:
                raise ValueError(f"'{header}': exec without a command")
            commands.append((word.startswith("!"), words.pop(0)))
        else:
            others.append(word)
            if word.lstrip("!").lower() not in ("all", "canonical", "final") and words:
                others.append(words.pop(0))
    if not commands:
        return header
    rest = f"Match {shlex.join(others or ['all'])}"
    if not _applies(rest, alias, before):
        return rest
    return rest if all(_holds(command, alias, before) != negated for negated, command in commands) else _NEVER


def _holds(command: str, alias: str, before: list[str]) -> bool:
    from paramiko import SSHConfig

    found = SSHConfig.from_text("\n".join(before)).lookup(alias)
    user = getpass.getuser()
    tokens = {
        "%%": "%",
        "%d": str(Path.home()),
        "%h": found.get("hostname", alias),
        "%n": alias,
        "%p": found.get("port", "22"),
        "%r": found.get("user", user),
        "%u": user,
    }
    filled = re.sub(r"%.", lambda token: tokens.get(token[0], token[0]), command)
    try:
        # the user's own shell text; the names put into it hold no shell characters
        done = subprocess.run(filled, shell=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=_EXEC_S)
    except subprocess.TimeoutExpired:
        raise ValueError(f"Match exec '{command}' did not end within {_EXEC_S:g} s") from None
    return done.returncode == 0
