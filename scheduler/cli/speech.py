"""The command line's language: chosen once, then every help text, sentence and error is told in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click
from sqlalchemy.exc import OperationalError

from scheduler.errors import Invalid, Refused, TongtangError
from scheduler.wording import LANGUAGES, explain, say

Command = TypeVar("Command", bound=Callable[..., Any])
FAILED = 2
"""Exit code of everything that was refused."""


def language_of_environment(environ: Mapping[str, str] = os.environ) -> str:
    """English where the locale is English, else Chinese."""
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return "en" if locale.lower().startswith("en") else "zh"


def language() -> str:
    """The language of the running command."""
    context = click.get_current_context(silent=True)
    chosen = context.meta.get("tongtang.language") if context else None
    return chosen or language_of_environment()


def tell(message: str, **facts: Any) -> None:
    """Print a sentence, given in Chinese, in the chosen language."""
    click.echo(say(language(), message, **facts))


def sentences_of(error: TongtangError) -> str:
    """The error in words; of bad input, every problem with the field's name."""
    if not isinstance(error, Invalid):
        return explain(error, language())
    return "\n".join(f"{problem.field}: {explain(problem, language())}" for problem in error.problems)


class Failure(click.ClickException):
    """Ends the command with a sentence instead of a traceback."""

    exit_code = FAILED

    def show(self, file: Any = None) -> None:
        """The sentence alone."""
        click.echo(self.message, err=True)


class _SpokenHelp(click.Command):
    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.params.append(_language_option())

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own text, translated."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(say(language(), self.help or ""))

    def get_short_help_str(self, limit: int = 45) -> str:
        """The line in the list of commands, translated; never cut: it is short."""
        return say(language(), self.short_help or self.help or "")


class SpokenCommand(_SpokenHelp):
    """A command whose help is in the chosen language."""


class SpokenGroup(_SpokenHelp, click.Group):
    """A group of such commands; turns what the product refuses into a sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except TongtangError as error:
            raise Failure(sentences_of(error)) from error
        except OperationalError as error:
            # The driver's own words may carry the password of the database's address.
            raise Failure(sentences_of(Refused("database.unreachable"))) from error


class SpokenOption(click.Option):
    """An option whose help is in the chosen language."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """(names, help)."""
        record = super().get_help_record(ctx)
        return record and (record[0], say(language(), self.help or ""))


def option(*names: str, **attributes: Any) -> Callable[[Command], Command]:
    """``click.option`` with translated help."""
    return click.option(*names, cls=SpokenOption, **attributes)


def _choose(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value:
        context.meta["tongtang.language"] = value


def _language_option() -> SpokenOption:
    """Every command and group takes it, so that nobody has to remember before which word it stands."""
    return SpokenOption(
        ["--language"],
        type=click.Choice(LANGUAGES),
        is_eager=True,
        expose_value=False,
        callback=_choose,
        help="提示的语言；不写时按 LANG，默认中文。",
    )
