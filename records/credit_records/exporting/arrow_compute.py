"""pyarrow's functions over whole columns, as they are: their stubs refuse a text beside columns, which they take."""

from typing import Any, Final, TypeAlias

import pyarrow.compute

compute: Final[Any] = pyarrow.compute

Values: TypeAlias = Any  # an array
Chunks: TypeAlias = Any  # a chunked array
