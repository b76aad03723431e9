"""Every run that goes in comes out, on SQLite and on a PostgreSQL server."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from edgeflow.errors import UsageError
from edgeflow.results import schema
from edgeflow.results.location import store_url
from edgeflow.results.recording import Project, project_of, to_stored
from edgeflow.results.store import Query, StoreError, open_store
from edgeflow.results.tables import METADATA
from tests.results.conftest import make_result


def test_a_run_comes_back_as_it_went_in(store_name: str) -> None:
    run = to_stored(
        make_result(), tags=("β", "release"), project=Project("f" * 40, True), arguments={"model": "m", "runs": 3}
    )
    with open_store(store_name) as store:
        store.add(run)
    with open_store(store_name) as store:
        assert store.get(run.run_id) == run
        assert store.get(run.run_id[:-3]) == run
        assert store.find() == (run,)


def test_runs_are_found_by_model_device_tag_and_time(store_name: str) -> None:
    with open_store(store_name) as store:
        for number, (model, device) in enumerate([("kws", "pi4"), ("kws", "pico"), ("100%_sure", "pi4")]):
            document = make_result(f"run-{number}", created=f"2026-01-0{number + 1}T00:00:00+00:00")
            document["model"] = {"name": model, "sha256": f"{number}{'a' * 63}", "bytes": 1}
            document["device"] = {**document["device"], "name": device}
            store.add(to_stored(document, tags=("even",) if number % 2 == 0 else ()))

        def found(query: Query) -> list[str]:
            return [run.run_id for run in store.find(query)]

        assert found(Query()) == ["run-2", "run-1", "run-0"]
        assert found(Query(model="kws")) == ["run-1", "run-0"]
        assert found(Query(model="0%_")) == ["run-2"]  # neither sign is a wildcard
        assert found(Query(model="1aaa")) == ["run-1"]
        assert found(Query(device="pi4", tags=("even",))) == ["run-2", "run-0"]
        assert found(Query(tags=("even", "odd"))) == []
        assert found(Query(since="2026-01-02")) == ["run-2", "run-1"]
        assert found(Query(limit=1)) == ["run-2"]
        assert found(Query(noun="validation")) == []


def test_a_run_is_named_by_enough_of_its_id(store_name: str) -> None:
    with open_store(store_name) as store:
        for run_id in ("a1", "a1b", "c_d"):
            store.add(to_stored(make_result(run_id)))
        assert store.get("a1").run_id == "a1"
        for ambiguous_or_missing in ("a", "b", "c%", "", "c-"):
            with pytest.raises(UsageError):
                store.get(ambiguous_or_missing)
        assert store.get("c_").run_id == "c_d"


def test_the_same_run_twice_is_one_and_another_of_its_name_is_refused(store_name: str) -> None:
    run = to_stored(make_result())
    with open_store(store_name) as store:
        store.add(run)
        store.add(run)
        assert len(store.find()) == 1
        with pytest.raises(UsageError, match="other content"):
            store.add(to_stored(make_result(trusted=False)))
        assert store.find() == (run,)


def test_tags_come_and_go(store_name: str) -> None:
    with open_store(store_name) as store:
        store.add(to_stored(make_result("r"), tags=("a",)))
        assert store.tag("r", ["b", "a", "b"]).tags == ("a", "b")
        assert store.tag("r", ["a", "none"], remove=True).tags == ("b",)
        for tag in ("", " a", "x" * 65, "a\nb"):
            with pytest.raises(UsageError):
                store.tag("r", [tag])


def test_several_can_make_the_same_store_and_write_to_it_at_once(store_name: str) -> None:
    def write(number: int) -> None:
        with open_store(store_name) as store:
            store.add(to_stored(make_result(f"run-{number}")))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(12)))
    with open_store(store_name) as store:
        assert {run.run_id for run in store.find()} == {f"run-{number}" for number in range(12)}


def test_migrations_make_the_tables_that_the_code_uses(store_name: str) -> None:
    with open_store(store_name):
        pass
    engine = sa.create_engine(store_url(store_name))
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "edgeflow_schema"})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_a_store_of_a_newer_edgeflow_is_left_alone(store_name: str) -> None:
    with open_store(store_name):
        pass
    engine = sa.create_engine(store_url(store_name))
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE edgeflow_schema SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(UsageError, match="schema 9999"):
        open_store(store_name)


def test_a_migration_that_fails_leaves_the_store_as_it_was(store_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import command

    def broken(*_: object) -> None:
        raise RuntimeError("half way")

    whole = command.upgrade

    def half(config: object, to: str) -> None:
        whole(config, to)  # type: ignore[arg-type]  # handed on as it came
        broken()

    monkeypatch.setattr(command, "upgrade", half)
    with pytest.raises(RuntimeError):
        open_store(store_name)
    engine = sa.create_engine(store_url(store_name))
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()
    monkeypatch.undo()
    with open_store(store_name) as store:
        assert store.find() == ()


def test_revisions_are_in_the_order_of_their_names() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == schema.newest()


def test_what_is_no_database_is_said_so(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"these are no tables" * 100)
    with pytest.raises(StoreError, match=r"damaged\.db failed"):
        open_store(damaged)
    assert damaged.read_bytes() == b"these are no tables" * 100
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="folder"):
        open_store(tmp_path / "file" / "results.db")
    with pytest.raises(UsageError, match="URL"):
        open_store("oracle-of-delphi://x")
    with pytest.raises(StoreError, match="failed"):
        open_store(f"postgresql://nobody@/none?host={tmp_path}")


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as refused:
        open_store(f"postgresql://nobody:secret@/none?host={tmp_path}")
    assert "secret" not in refused.value.message


@pytest.mark.parametrize("part", ["run_id", "created", "model", "device", "runtime"])
def test_a_damaged_answer_is_refused(part: str) -> None:
    for value in (None, 3, "", {}, "\0", "x" * 5000):
        with pytest.raises(UsageError, match="damaged"):
            to_stored(make_result(**{part: value}))


def test_a_project_is_known_by_its_commit_and_whether_it_was_changed(tmp_path: Path) -> None:
    assert project_of(tmp_path) == Project(None, None)

    def git(*arguments: str) -> str:
        who = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
        return subprocess.run(
            ["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init", "-q")
    assert project_of(tmp_path) == Project(None, None)
    (tmp_path / "a").write_text("1")
    git("add", "a")
    git("commit", "-qm", "a")
    assert project_of(tmp_path) == Project(git("rev-parse", "HEAD"), False)
    (tmp_path / "a").write_text("2")
    assert project_of(tmp_path).changed is True


def test_the_command_line_does_not_load_a_database_to_say_what_it_can() -> None:
    code = "import sys; from edgeflow.cli import cli; cli(['results', '--help'], standalone_mode=False)"
    check = f"{code}\nassert not [m for m in sys.modules if m.startswith(('sqlalchemy', 'alembic'))]"
    assert subprocess.run([sys.executable, "-c", check], capture_output=True, check=False).returncode == 0
