"""Whether a template may be used at all: looked at as a tree before anything of it is run.

Only what is listed here passes: text, variables of a fixed set, comparisons, `if`, one level of `for` over a variable
that is a list, a few filters, and `link("https://…", "tag")`. So a template reaches no attribute, calls nothing else,
computes nothing large and ends after at most so many steps; the sandbox it runs in is a second wall.
"""

import re
from collections.abc import Iterator
from functools import cache

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pond.broadcasts.model_content import Fault

TEXTS = frozenset({"programme", "page", "video_account", "date", "weekday", "group", "stage", "segment"})
LISTS = frozenset({"rules", "today", "week"})
VARIABLES = TEXTS | LISTS
FILTERS = frozenset({"default", "first", "join", "last", "length"})
NODES = 400

_TAG = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_URL = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]+)?(?:[/?#][!-~]*)?")
_URL_LENGTH = 1_000
_PAGE = "https://our.page"
_HOLDING = (nodes.Template, nodes.Output, nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand)
_JOINING = (nodes.And, nodes.Or, nodes.Not, nodes.Concat, nodes.TemplateData)


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """The one environment in which templates are read and run. Texts are plain: nothing is escaped."""
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False, optimized=False
    )
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.tests = {}
    return made


def faults(field: str, source: str) -> list[Fault]:
    """Why a template must not be used, each with its line; none for one that may."""
    try:
        tree = environment().parse(source)
    except TemplateSyntaxError as error:
        return [Fault(field, error.lineno, "content.syntax", error.message or "not a template")]
    except RecursionError:
        return [Fault(field, 1, "content.too_large", "nested too deeply")]
    if _size(tree) > NODES:
        return [Fault(field, 1, "content.too_large", f"more than {NODES} parts")]
    return [Fault(field, line, code, what) for line, code, what in _refused(tree, frozenset(), loops=0)]


def names(source: str) -> frozenset[str]:
    """The variables that a template names."""
    tree = environment().parse(source)
    return frozenset(node.name for node in tree.find_all(nodes.Name) if node.name in VARIABLES)


def _size(tree: nodes.Node) -> int:
    count, left = 0, [tree]
    while left and count <= NODES:
        count += 1
        left.extend(left.pop().iter_child_nodes())
    return count


def _refused(node: nodes.Node, inner: frozenset[str], loops: int) -> Iterator[tuple[int, str, str]]:
    """(line, code, what) of everything in a tree that is not allowed; `inner` are the names its loops give."""
    match node:
        case nodes.Name():
            if node.name not in VARIABLES | inner:
                yield node.lineno, "content.unknown_variable", f"{node.name}: {', '.join(sorted(VARIABLES))} are known"
            return
        case nodes.For():
            yield from _loop(node, inner, loops)
            return
        case nodes.Call():
            yield from _call(node)
            return
        case nodes.Const():
            if not isinstance(node.value, str | int | bool | None):
                yield node.lineno, "content.construct", "only texts and whole numbers"
            return
        case nodes.Filter() if node.name not in FILTERS or node.kwargs or node.dyn_args or node.dyn_kwargs:
            yield node.lineno, "content.construct", f"filter {node.name}: {', '.join(sorted(FILTERS))} are known"
            return
        case nodes.Filter():
            pass
        case _ if not isinstance(node, _HOLDING + _JOINING):
            yield node.lineno, "content.construct", f"{type(node).__name__.lower()} is not allowed"
            return
    for child in node.iter_child_nodes():
        yield from _refused(child, inner, loops)


def _loop(node: nodes.For, inner: frozenset[str], loops: int) -> Iterator[tuple[int, str, str]]:
    if loops or node.recursive:
        yield node.lineno, "content.loop", "a loop within a loop"
    elif not isinstance(node.iter, nodes.Name) or node.iter.name not in LISTS:
        yield node.lineno, "content.loop", f"a loop without end: loop over {', '.join(sorted(LISTS))}"
    elif not isinstance(node.target, nodes.Name) or node.target.name in VARIABLES:
        yield node.lineno, "content.loop", "a loop gives one name, which is none of the variables"
    else:
        within = inner | {node.target.name}
        for child in [*node.body, *([node.test] if node.test else [])]:
            yield from _refused(child, within, loops + 1)
        for child in node.else_:
            yield from _refused(child, inner, loops)


def _call(node: nodes.Call) -> Iterator[tuple[int, str, str]]:
    if not isinstance(node.node, nodes.Name) or node.node.name != "link":
        yield node.lineno, "content.construct", "only link(…) may be called"
        return
    given = [one.value if isinstance(one, nodes.Const) else None for one in node.args]
    if node.args and isinstance(node.args[0], nodes.Name) and node.args[0].name == "page":
        given[0] = _PAGE  # our own
    if len(given) != 2 or node.kwargs or node.dyn_args or node.dyn_kwargs or None in given:
        yield node.lineno, "content.link", 'must be link("https://…", "tag"), or link(page, "tag")'
    elif not _URL.fullmatch(str(given[0])) or len(str(given[0])) > _URL_LENGTH:
        yield node.lineno, "content.link", f"not an https address of at most {_URL_LENGTH} characters"
    elif not _TAG.fullmatch(str(given[1])):
        yield node.lineno, "content.link", "a tag is 1 to 32 of a-z, 0-9 and -"
