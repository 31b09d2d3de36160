"""YAML files of a project: one reader, which takes scalars as text and refuses repeated keys, aliases and tags."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from yaml.composer import Composer

from kzreport.errors import HIDDEN, DataError, explain, name_hidden
from kzreport.files import cached_by_stamp, read_text, shown_path

_MOST = 1_000_000  # bytes
_TOLD = {  # words of the parser -> words that follow "found"
    "could not find expected ':'": "a line without ':'",
    "found another document": "a second document",
    "mapping values are not allowed": "a second ':' in a line, or a line indented too far",
    "sequence entries are not allowed": "a '- ' within a line",
    "cannot start any token": "a tab, or a sign that cannot begin a text",
    "unexpected end": "a quotation mark without its second",
}


if TYPE_CHECKING or not yaml.__with_libyaml__:
    _Loader = yaml.BaseLoader
else:

    class _Loader(Composer, yaml.CBaseLoader):
        """The same with the characters read by libyaml: a sixth of the time."""

        def __init__(self, text: str) -> None:
            yaml.CBaseLoader.__init__(self, text)
            Composer.__init__(self)


class _StrictLoader(_Loader):
    """YAML in which every scalar is text: ``NO``, ``0101`` and ``12:30`` stay as typed."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key that is not text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"key {key.value!r} twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_scalar(self, node: yaml.ScalarNode) -> Any:
        if hidden := HIDDEN.search(node.value):  # written as an escape
            raise yaml.MarkedYAMLError(problem=name_hidden(hidden[0]), problem_mark=node.start_mark)
        return super().construct_scalar(node)

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # not in the stubs
        problem = "an alias (*)" if isinstance(event, yaml.AliasEvent) else ""
        if tag := getattr(event, "tag", None):
            problem = f"the tag {tag}"
        if problem:
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        return super().compose_node(parent, index)


@lru_cache(maxsize=256)  # a proposal is tried in a copy of the project: other paths, the same texts
def _load_yaml(text: str) -> Any:
    return yaml.load(text, _StrictLoader)


@cached_by_stamp()
def read_yaml(path: Path) -> Any:
    """Return a YAML file whose scalars are all text. Refuse repeated keys, aliases, tags and more than 1 MB.

    Raises :class:`DataError` naming file and line.
    """
    try:
        return _load_yaml(read_text(path, _MOST))
    except yaml.MarkedYAMLError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else 1
        problem = (e.problem or "bad YAML").removeprefix("found ")
        problem = problem.replace("did not find expected", "something else than the expected")
        found = next((ours for theirs, ours in _TOLD.items() if theirs in problem), problem)
        unread = isinstance(e, yaml.scanner.ScannerError | yaml.parser.ParserError)
        todo = "put a text with ': ' or ' #' in it, or a '{' at its start, between quotes" if unread else ""
        raise DataError(explain(f"{shown_path(path)}, line {line}", found, "plain YAML", todo)) from None
    except RecursionError:
        raise DataError(explain(shown_path(path), "lists or maps nested too deeply", "plain YAML")) from None
    except yaml.YAMLError as e:
        raise DataError(explain(shown_path(path), str(e).splitlines()[0], "plain YAML")) from None
