"""The command line: a thin front door over the pipeline.

In: arguments.
Out: files, a summary on stdout, progress and errors on stderr, exit codes 0, 1 and 2.
Not here: any computation; every command calls the pipeline.
To add one: a module with a ``command`` and its line in ``COMMANDS``.
"""

import importlib
import sys

import click

# name -> (module, one line of help); modules load when their command is used, so that --help is quick.
COMMANDS = {
    "demo": ("lifecircle.cli.demo", "Audit the sample town, offline, with nothing to configure."),
    "audit": ("lifecircle.cli.audit", "Audit a study: which residences have which circles within a walk."),
    "check": ("lifecircle.cli.check", "Preflight: what was found, and what will be unknown."),
    "fetch": ("lifecircle.cli.fetch", "Download OpenStreetMap for a study once, then work offline."),
    "compare": ("lifecircle.cli.compare", "Two audits side by side: who gained, who lost, building or mapping."),
    "what-if": ("lifecircle.cli.what_if", "Audit a study after a scenario: who gains and who loses."),
    "site": ("lifecircle.cli.site", "The best places for the next facilities, with a bound on how good they can be."),
    "score": ("lifecircle.cli.score", "What each of your own candidate places would bring, alone and in order."),
    "route": ("lifecircle.cli.route", "The walk from a residence or a place to the nearest facility of a type."),
    "walks": ("lifecircle.cli.walks", "Walk to school: the walks from all residences of an estate, table and map."),
    "isochrone": ("lifecircle.cli.isochrone", "What lies within some minutes on foot of a place, a circle or a type."),
    "equity": ("lifecircle.cli.equity", "How coverage differs between groups: ages, communities, any attribute."),
    "sensitivity": ("lifecircle.cli.sensitivity", "How far the result depends on speed, reading, origins and metric."),
    "measure": ("lifecircle.cli.measure", "Measures of access: opportunities, gravity, floating catchment, choice."),
    "checklist": ("lifecircle.cli.checklist", "An Excel list for a field check; read back as corrections."),
    "geocode": ("lifecircle.cli.geocode", "Find places for a table's names and addresses, offline first."),
    "map": ("lifecircle.cli.map", "A table of facilities as a searchable map, without an audit."),
    "cache": ("lifecircle.cli.cache", "List or clear the prepared places that later runs start from."),
    "standards": ("lifecircle.cli.standards", "List, show and validate life-circle standards."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the names in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command's module and return its command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands from the table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="lifecircle", prog_name="lifecircle")
def group() -> None:
    """Which homes have which everyday services within a 15-minute walk, and which do not."""


def main() -> None:
    """Run the command line; UTF-8 on any console."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    group()
