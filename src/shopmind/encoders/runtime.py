"""onnxruntime, imported so that it lives beside usearch.

Trap: once usearch 2.25 is loaded, importing onnxruntime 1.31 ends the process with a segmentation fault on Linux.
Bound to its own symbols first (RTLD_DEEPBIND), or imported before usearch, it is well. Import onnxruntime from here.
"""

from __future__ import annotations

import os
import sys

_flags = sys.getdlopenflags() if hasattr(sys, "getdlopenflags") else 0
if _flags and "usearch" in sys.modules:
    sys.setdlopenflags(_flags | getattr(os, "RTLD_DEEPBIND", 0))
try:
    import onnxruntime
finally:
    if _flags:
        sys.setdlopenflags(_flags)

__all__ = ["onnxruntime"]
