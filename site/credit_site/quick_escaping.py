"""Autoescaping that costs half: a page of results holds six hundred values, and wrapping each in a `Markup` that the
page throws away at once takes a quarter of a millisecond.

The escaping itself is still markupsafe's; a property test holds the two equal.
"""

from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import _escape_inner  # type: ignore[attr-defined]  # the part of `escape` that escapes


def escaped(value: Any) -> str:  # noqa: ANN401  # whatever a template shows
    """`str(markupsafe.escape(value))`."""
    if type(value) is str:
        return _escape_inner(value)
    if hasattr(value, "__html__"):
        return str(value.__html__())
    return _escape_inner(str(value))


class QuickEscaping(CodeGenerator):
    """Compiles `{{ value }}` to `environment.escaped(value)`."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ANN401  # Jinja's own
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)
