from pathlib import Path

import pytest

from edgeflow.errors import UsageError
from edgeflow.transport.ssh_config import resolve_host


def config(tmp_path: Path, text: str, name: str = "config") -> Path:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(text)
    return path


def test_an_alias_gets_what_its_block_says(tmp_path):
    path = config(
        tmp_path,
        "Host pi\n HostName 10.0.0.7\n User pi\n Port 2222\n IdentityFile ~/.ssh/pi_key\n HostKeyAlias kitchen\n"
        " ProxyJump gate,inner:99\n IdentitiesOnly yes\n UserKnownHostsFile /a/b /c/d\n ConnectTimeout 7\n",
    )
    host = resolve_host("pi", config=path)
    assert (host.hostname, host.user, host.port) == ("10.0.0.7", "pi", 2222)
    assert host.identity_files == (Path.home() / ".ssh/pi_key",)
    assert host.identities_only
    assert host.proxy_jump == ("gate", "inner:99")
    assert host.lookup_name == "kitchen"
    assert host.known_hosts[:2] == (Path("/a/b"), Path("/c/d"))
    assert host.connect_timeout_s == 7


def test_user_and_port_of_the_address_win(tmp_path):
    path = config(tmp_path, "Host pi\n User pi\n Port 2222\n")
    host = resolve_host("pi", user="me", port=23, config=path)
    assert (host.user, host.port) == ("me", 23)


def test_a_port_other_than_22_stands_in_the_known_hosts_name(tmp_path):
    path = config(tmp_path, "")
    assert resolve_host("h", config=path).lookup_name == "h"
    assert resolve_host("h", port=2022, config=path).lookup_name == "[h]:2022"


def test_include_is_followed_where_it_stands(tmp_path):
    config(tmp_path, "Host pi\n Port 1111\n", "conf.d/one")
    config(tmp_path, "Host other\n Port 2222\n", "conf.d/two")
    path = config(tmp_path, "Include conf.d/*\nHost pi\n Port 3333\n User late\n")
    host = resolve_host("pi", config=path)
    assert (host.port, host.user) == (1111, "late")


def test_include_inside_a_block_counts_only_where_the_block_applies(tmp_path):
    config(tmp_path, "User included\nHost pi\n Port 1111\n", "more")
    path = config(tmp_path, "Host pi\n Include more\n HostName after-include\nHost other\n Include more\n")
    assert resolve_host("pi", config=path).user == "included"
    assert resolve_host("pi", config=path).port == 1111
    assert resolve_host("pi", config=path).hostname == "after-include"
    assert resolve_host("third", config=path).user != "included"


def test_nested_relative_includes_count_from_the_outer_folder(tmp_path):
    config(tmp_path, "Include deep\n", "conf.d/one")
    config(tmp_path, "Host pi\n User deep\n", "deep")
    path = config(tmp_path, "Include conf.d/one\n")
    assert resolve_host("pi", config=path).user == "deep"


def test_a_loop_of_includes_is_an_error_and_not_a_hang(tmp_path):
    path = config(tmp_path, f"Include {tmp_path}/config\n")
    with pytest.raises(UsageError, match="deep"):
        resolve_host("pi", config=path)


def test_proxy_command_none_means_none(tmp_path):
    path = config(tmp_path, "Host pi\n ProxyCommand none\nHost *\n ProxyCommand nc %h %p\n")
    assert resolve_host("pi", config=path).proxy_command is None
    assert resolve_host("pi2", port=23, config=path).proxy_command == "nc pi2 23"


@pytest.mark.parametrize("name", ["a;reboot", "$(id)", "a b", "-oProxyCommand=x", "a`id`", "a\nb", "'"])
def test_names_with_shell_characters_never_reach_a_proxy_command(tmp_path, name):
    path = config(tmp_path, "Host *\n ProxyCommand nc %h 22\n")
    with pytest.raises(UsageError):
        resolve_host(name, config=path)
    with pytest.raises(UsageError):
        resolve_host("pi", user=name, config=path)


@pytest.mark.parametrize("text", ["Port twelve\n", "Host 'a\n", "\x00\x01\n=\n", "Port 99999\n"])
def test_a_broken_configuration_is_a_usage_error(tmp_path, text):
    with pytest.raises(UsageError):
        resolve_host("pi", config=config(tmp_path, text))


def test_a_missing_explicit_configuration_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="does not exist"):
        resolve_host("pi", config=tmp_path / "nowhere")


def test_match_exec_decides_by_the_commands_status(tmp_path):
    path = config(
        tmp_path,
        f'Match originalhost pi exec "touch {tmp_path}/ran-%n && false"\n User one\n'
        f'Match exec "test %h = pi" !exec false\n Port 2201\n'
        f'Match originalhost other exec "touch {tmp_path}/never"\n User two\n'
        "Host pi\n User three\n",
    )
    host = resolve_host("pi", config=path)
    assert (host.user, host.port) == ("three", 2201)
    assert (tmp_path / "ran-pi").exists()
    assert not (tmp_path / "never").exists()
    assert resolve_host("third", config=path).port == 22
