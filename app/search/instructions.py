"""Instructions of the processor that numba does not come upon by itself: asking memory ahead, and products of bytes.

Each is a function that the loops of `kernels` call, and numba is told here how to make it (`teach`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LINE = 64
"""Bytes that a processor fetches at once, and that it multiplies at once."""
_NUMBERS = 16
"""Sums of 32 bits that these products make."""


def fetch(numbers: NDArray[np.int8], row: int) -> None:
    """Ask the memory for a row (or for what would lie there) that is needed soon. Only machine code can."""


def dot(asked: NDArray[np.int8], numbers: NDArray[np.int8], row: int, shift: np.int32) -> np.int32:
    """Product of `asked` (d,) with a row of `numbers` (n, d); `shift` is what `shift_of` tells of `asked`.

    Processors with AVX-512 VNNI add up 64 products in one instruction, of a byte without a sign and one with: the row
    counts by 128 too much, and `shift` takes that away. It takes three fifths of the time, that of reading the rows.
    """
    return np.int32(np.dot(asked.astype(np.int32), numbers[row].astype(np.int32)) - shift)


def shift_of(asked: NDArray[np.int8]) -> np.int32:  # noqa: ARG001  # by the name that the call gives
    """By how much the products of `asked` are too large before it is taken away."""
    return np.int32(0)


def multiplies_bytes() -> bool:
    """Whether numba makes code for a processor that has these products."""
    import numba
    from llvmlite import binding

    given = numba.config.CPU_FEATURES
    return "+avx512vnni" in given.split(",") if given else bool(binding.get_host_cpu_features().get("avx512vnni"))


@lru_cache(maxsize=1)
def teach() -> None:
    """Tell numba how to make the functions of this module, once, before what calls them is made."""
    from numba.extending import overload

    ask, times = _prefetch(), _products()
    by_instruction = multiplies_bytes()

    @overload(fetch)  # type: ignore[untyped-decorator]  # numba has no types
    def _(numbers: Any, row: Any) -> Any:  # noqa: ARG001  # both must be named and annotated alike
        def made(numbers: Any, row: Any) -> Any:
            start = numbers.ctypes.data + row * numbers.shape[1]
            for byte in range(0, numbers.shape[1], _LINE):
                ask(start + byte)

        return made

    @overload(shift_of)  # type: ignore[untyped-decorator]
    def _(asked: Any) -> Any:  # noqa: ARG001
        def made(asked: Any) -> Any:
            total = np.int32(0)
            if by_instruction:
                for place in range(len(asked) // _LINE * _LINE):
                    total = np.int32(total + np.int32(128 * np.int32(asked[place])))
            return total

        return made

    # A call for each row would take as long as the row.
    @overload(dot, jit_options={"forceinline": True})  # type: ignore[untyped-decorator]
    def _(asked: Any, numbers: Any, row: Any, shift: Any) -> Any:  # noqa: ARG001
        def plain(asked: Any, numbers: Any, row: Any, shift: Any) -> Any:  # noqa: ARG001
            total = np.int32(0)
            for place in range(numbers.shape[1]):
                total = np.int32(total + np.int32(np.int32(asked[place]) * np.int32(numbers[row, place])))
            return total

        def made(asked: Any, numbers: Any, row: Any, shift: Any) -> Any:
            total, length = np.int32(0), numbers.shape[1]
            lines = length // _LINE
            if lines:
                start = numbers.ctypes.data + row * length
                total = np.int32(times(start, asked.ctypes.data, lines) - shift)
            for place in range(lines * _LINE, length):
                total = np.int32(total + np.int32(np.int32(asked[place]) * np.int32(numbers[row, place])))
            return total

        return made if by_instruction else plain


def _prefetch() -> Any:
    """What LLVM calls prefetch of an address, of what is read once and soon."""
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    @intrinsic  # type: ignore[untyped-decorator]
    def prefetch(_typing: Any, address: Any) -> Any:  # noqa: ARG001
        def code(_context: Any, builder: Any, _signature: Any, given: Any) -> None:
            byte, number = ir.PointerType(ir.IntType(8)), ir.IntType(32)
            kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
            asked = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
            is_read, is_seldom, is_data = number(0), number(0), number(1)
            builder.call(asked, [builder.inttoptr(given[0], byte), is_read, is_seldom, is_data])

        return types.void(types.uintp), code

    return prefetch


def _products() -> Any:
    """The sum of (byte of `row` + 128) times (byte of `asked`) over so many lines, at least one, by VPDPBUSD."""
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    number, place = ir.IntType(32), ir.IntType(64)
    line, sums = ir.VectorType(ir.IntType(8), _LINE), ir.VectorType(number, _NUMBERS)

    def instruction(builder: Any, name: str, returns: Any, *takes: Any) -> Any:
        known = builder.module.globals.get(name)
        return known or ir.Function(builder.module, ir.FunctionType(returns, takes), name)

    @intrinsic  # type: ignore[untyped-decorator]
    def products(_typing: Any, row: Any, asked: Any, lines: Any) -> Any:  # noqa: ARG001
        def code(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
            multiply = instruction(builder, "llvm.x86.avx512.vpdpbusd.512", sums, sums, line, line)
            add_up = instruction(builder, "llvm.vector.reduce.add.v16i32", number, sums)
            row, asked = (builder.inttoptr(address, ir.PointerType(line)) for address in given[:2])
            before, each, after = builder.block, builder.append_basic_block(), builder.append_basic_block()
            builder.branch(each)
            builder.position_at_end(each)
            at, total = builder.phi(place), builder.phi(sums)
            its, own = (builder.load(builder.gep(start, [at]), align=1) for start in (row, asked))
            raised = builder.xor(its, ir.Constant(line, [128] * _LINE))  # its sign turned, that is 128 added
            more, following = builder.call(multiply, [total, raised, own]), builder.add(at, place(1))
            for known, first, later in ((at, place(0), following), (total, ir.Constant(sums, [0] * _NUMBERS), more)):
                known.add_incoming(first, before)
                known.add_incoming(later, each)
            builder.cbranch(builder.icmp_signed("<", following, given[2]), each, after)
            builder.position_at_end(after)
            return builder.call(add_up, [more])

        return types.int32(types.uintp, types.uintp, types.int64), code

    return products
