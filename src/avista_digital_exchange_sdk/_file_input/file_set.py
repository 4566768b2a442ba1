"""The files of one publish: opened, read, and checked against each other."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from types import TracebackType

from .._time_series.timestamps import format_timestamp
from .._utils.progress import ProgressCallback
from .duplicates import Duplicate, OrderCheck, ValueIndex
from .options import FileOptions
from .problems import build_error, suggest
from .publish_plan import PublishPlan
from .rejected_layout import adapt_options
from .sources import Source, open_source

MAX_DUPLICATES_LISTED = 10


class FileSet:
    """Files to publish with the same options.

    Args:
        paths: The files.
        options: The arguments that describe them.
    """

    def __init__(self, paths: Sequence[Path | str], options: FileOptions) -> None:
        self._paths = paths
        self._options = options
        self._opened = ExitStack()
        self.plans: list[PublishPlan] = []
        self._sources: dict[int, Source] = {}
        self._is_cancelled = False

    def __enter__(self) -> "FileSet":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_cancelled = True
        for plan in self.plans:
            plan.is_cancelled = True
        self._opened.close()

    @property
    def problems(self) -> list[str]:
        """The problems that prevent publishing."""
        return [message for plan in self.plans for message in plan.problems.messages]

    def check(self, known_types: Mapping[str, str]) -> None:
        """Read all files, and find all problems that prevent publishing.

        Args:
            known_types: The types of the attributes in the database.
        """
        order = OrderCheck()
        for number, path in enumerate(self._paths):
            if self._is_cancelled:
                return
            plan = self._create_plan(number, path, known_types)
            self.plans.append(plan)
            self._check_types(plan)
            # Find all problems at once, even if there are some already.
            plan.check(order)
        if not self.problems and not order.is_ordered:
            self._check_duplicates()

    def find_assets(self) -> list[str]:
        """List the assets of all files, before the types of their attributes are known."""
        assets: dict[str, None] = {}
        for number, path in enumerate(self._paths):
            plan = self._create_plan(number, path, {})
            plan.check(OrderCheck())
            assets |= dict.fromkeys(plan.assets)
        return list(assets)

    def _create_plan(
        self, number: int, path: Path | str, known_types: Mapping[str, str]
    ) -> PublishPlan:
        if number not in self._sources:
            source = self._opened.enter_context(open_source(path, self._options))
            self._sources[number] = source
        source = self._sources[number]
        return PublishPlan(source, adapt_options(source, self._options), known_types, number)

    def shift_progress(
        self, callback: ProgressCallback | None, number: int
    ) -> ProgressCallback | None:
        """Count the rows of a file after those of the files before it."""
        before = sum(plan.outcomes.total for plan in self.plans[:number])
        total = sum(plan.outcomes.total for plan in self.plans)
        return callback and (lambda done, _: callback(before + done, total))

    def raise_problems(self) -> None:
        """Raise InvalidParameterError if there are problems."""
        if self.problems:
            raise build_error(self.problems)

    def _check_types(self, plan: PublishPlan) -> None:
        """Reject a new attribute whose type differs between files."""
        for earlier in self.plans[: plan.number]:
            for name, kind in plan.types.items():
                other = earlier.types.get(name, kind)
                if other != kind:
                    plan.problems.add(
                        f"{name!r} is {kind} here and {other} in {earlier.problems.source}; "
                        f"{suggest(measureTypes={name: 'VARCHAR'})} publishes both as strings"
                    )

    def _check_duplicates(self) -> None:
        """Find several values of one asset, attribute and time."""
        index = ValueIndex()
        self._opened.callback(index.close)
        for plan in self.plans:
            plan.add_values(index)
        index.sort()
        policy = self._options.duplicates
        if policy in ("refuse", "identical"):
            refused = (d for d in index.duplicates() if policy == "refuse" or not d.is_identical)
            for duplicate in islice(refused, MAX_DUPLICATES_LISTED):
                self._add_duplicate(duplicate)
        if not self.problems:
            index.keep("last" if policy == "last" else "first")
            for plan in self.plans:
                plan.drop(index)

    def _add_duplicate(self, duplicate: Duplicate) -> None:
        (first_file, first_line), (file, line) = duplicate.places
        plan = self.plans[file]
        earlier = self.plans[first_file].problems.locate(first_line)
        if first_file == file:
            earlier = f"{plan.problems.line_word} {first_line}"
        what = "the same value" if duplicate.is_identical else "another value"
        advice = f"{suggest(duplicates='first')} or {suggest(duplicates='last')} takes one of them"
        if duplicate.is_identical:
            advice += f", {suggest(duplicates='identical')} equal ones once"
        plan.problems.add(
            f"{what} of {duplicate.attribute!r} of asset {duplicate.asset!r} at "
            f"{format_timestamp(duplicate.time)} as in {earlier}; {advice}{plan.duplicate_advice}",
            line=line,
        )
