"""The command line: one file a command, imported when it is used."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Sequence

import click

from edgeflow.cli.plain import plain
from edgeflow.errors import EdgeflowError

# command: (module below edgeflow.cli, its line in --help); grouped as a user works
COMMANDS = {
    "convert": ("convert", "make a .tflite from a TensorFlow or Keras model"),
    "metadata": ("metadata", "what a model says about itself: write, show, extract"),
    "accuracy": ("accuracy", "how right models are on your data, and how far off their source"),
    "inspect": ("inspect", "what is in a model: signatures, tensors, operators, costs"),
    "check": ("check", "whether a model fits a target, with all reasons"),
    "generate": ("generate", "code for a target: C arrays, wrappers, runner projects"),
    "targets": ("targets", "the kinds and boards edgeflow knows"),
    "devices": ("devices", "your devices: list, add, remove, show, probe, provision, reset"),
    "keys": ("keys", "keys that sign bundles, and which of them a device trusts"),
    "doctor": ("doctor", "what is missing here or on a device, and what to do"),
    "deploy": ("deploy", "put a model on a device, verified and switched atomically"),
    "rollback": ("rollback", "go back to the release before"),
    "invoke": ("invoke", "run a model on a device with your inputs"),
    "bench": ("bench", "measure a model on a device"),
    "flash": ("flash", "put an image on a board with the tool that it takes"),
    "validate": ("validate", "does the device answer as this machine does"),
    "results": ("results", "the runs that were made: list, show, tag, export, import"),
    "replay": ("replay", "measure a stored run again, and compare"),
    "compare": ("compare", "old against new, with a verdict and a gate for CI"),
    "report": ("report", "runs as a page to look at: plots, verdicts, how they were made"),
    "run": ("run", "convert, check, deploy and bench in one go"),
    "demo": ("demo", "train, convert, deploy and measure a small model, as a tour"),
}

_VERBOSE = "--verbose"


class _Commands(click.Group):
    """Knows the commands' names and one-liners without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"edgeflow.cli.{COMMANDS[cmd_name][0]}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="edgeflow", prog_name="edgeflow")
@click.option(_VERBOSE, is_flag=True, help="Say what is done and what devices print, on stderr; goes anywhere.")
def cli(verbose: bool) -> None:
    """TensorFlow models to measured numbers on real devices."""


class _Plain(logging.Formatter):
    """What devices and libraries say, without the control characters that a terminal would obey."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return plain(super().formatMessage(record))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status; a user's mistake never shows a traceback."""
    from edgeflow.cli.output import report_error, report_failure

    args = list(sys.argv[1:] if arguments is None else arguments)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Plain("%(name)s: %(message)s" if _VERBOSE in args else "%(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO if _VERBOSE in args else logging.WARNING)
    args = [word for word in args if word != _VERBOSE]
    as_json = "--json" in args
    try:
        status = cli.main(args, prog_name="edgeflow", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        sys.exit(report_failure(KeyboardInterrupt(), as_json=as_json))
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "edgeflow"
        sys.exit(report_error(2, error.format_message(), f"see {where} --help", as_json=as_json))
    except click.ClickException as error:
        sys.exit(report_error(1, error.format_message(), "", as_json=as_json))
    except (EdgeflowError, KeyboardInterrupt) as failure:
        sys.exit(report_failure(failure, as_json=as_json))
    except MemoryError:
        sys.exit(report_error(1, "out of memory", "use smaller inputs or a smaller model", as_json=as_json))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)
