"""Instructions of the processor that numba does not come upon by itself: asking memory ahead, and products of bytes.

Each is a function that the loops of `kernels` call, and numba is told here how to make it (`teach`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

LINE = 64
"""Bytes that a processor fetches at once, and that it multiplies at once."""
_AVX2 = 32
"""Bytes that a processor multiplies at once where it has no AVX-512."""


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


def nibble_dot(asked: NDArray[np.int8], nibbles: NDArray[np.uint8], row: int) -> np.int32:
    """Product of `asked` (d,) with a row of numbers of 4 bits, two to a byte, as `nibbles.packed` lays them out.

    It is quick where `multiplies_bytes`: half the bytes are read that `dot` reads.
    """
    lines = nibbles[row].reshape(-1, 1, LINE)
    numbers = np.concatenate((lines & 15, lines >> 4), axis=1).reshape(-1)
    return np.int32(np.dot(asked.astype(np.int32), numbers.astype(np.int32)))


def multiplies_bytes() -> bool:
    """Whether numba makes code for a processor that has products of bytes, for `dot` and `nibble_dot`."""
    return multiplies_lines() or _has("avx2")


def multiplies_lines() -> bool:
    """Whether that multiplies a line at once, and adds up what comes of it."""
    return _has("avx512vnni")


@lru_cache
def _has(feature: str) -> bool:
    import numba
    from llvmlite import binding

    given = numba.config.CPU_FEATURES
    return f"+{feature}" in given.split(",") if given else bool(binding.get_host_cpu_features().get(feature))


@lru_cache(maxsize=1)
def teach() -> None:
    """Tell numba how to make the functions of this module, once, before what calls them is made."""
    from numba.extending import overload

    by_instruction, is_shifted = multiplies_bytes(), multiplies_lines()
    ask = _prefetch()
    times: Any = _products() if by_instruction else None

    @overload(fetch)  # type: ignore[untyped-decorator]  # numba has no types
    def _(numbers: Any, row: Any) -> Any:  # noqa: ARG001  # both must be named and annotated alike
        def made(numbers: Any, row: Any) -> Any:
            start = numbers.ctypes.data + row * numbers.shape[1]
            for byte in range(0, numbers.shape[1], LINE):
                ask(start + byte)

        return made

    @overload(shift_of)  # type: ignore[untyped-decorator]
    def _(asked: Any) -> Any:  # noqa: ARG001
        def made(asked: Any) -> Any:
            total = np.int32(0)
            if is_shifted:
                for place in range(len(asked) // LINE * LINE):
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
            lines = length // LINE
            if lines:
                start = numbers.ctypes.data + row * length
                total = np.int32(times(start, asked.ctypes.data, lines) - shift)
            for place in range(lines * LINE, length):
                total = np.int32(total + np.int32(np.int32(asked[place]) * np.int32(numbers[row, place])))
            return total

        return made if by_instruction else plain

    _teach_nibbles()


def _teach_nibbles() -> None:
    from numba.extending import overload

    by_nibbles: Any = _nibble_products() if multiplies_bytes() else None

    @overload(nibble_dot, jit_options={"forceinline": True})  # type: ignore[untyped-decorator]
    def _(asked: Any, nibbles: Any, row: Any) -> Any:  # noqa: ARG001
        def plain(asked: Any, nibbles: Any, row: Any) -> Any:
            total = np.int32(0)
            for place in range(nibbles.shape[1]):
                at, byte = place + place // LINE * LINE, nibbles[row, place]
                pair = np.int32(byte & 15) * np.int32(asked[at]) + np.int32(byte >> 4) * np.int32(asked[at + LINE])
                total = np.int32(total + np.int32(pair))
            return total

        def made(asked: Any, nibbles: Any, row: Any) -> Any:
            length = nibbles.shape[1]
            return by_nibbles(nibbles.ctypes.data + row * length, asked.ctypes.data, length // LINE)

        return plain if by_nibbles is None else made


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
    """The sum of bytes of `row` times bytes of `asked`, -127..127, over so many lines, at least one.

    By VPDPBUSD, of (byte of `row` + 128), or of AVX2 by VPMADDUBSW, whose sums of 16 bits two products do not fill.
    """
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    how = _How()

    @intrinsic  # type: ignore[untyped-decorator]
    def products(_typing: Any, row: Any, asked: Any, lines: Any) -> Any:  # noqa: ARG001
        def code(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
            row, asked = (builder.inttoptr(address, ir.PointerType(how.some)) for address in given[:2])

            def added(total: Any, at: Any) -> Any:
                for step in range(how.steps):
                    place = builder.add(builder.mul(at, how.place(how.steps)), how.place(step))
                    its, own = (builder.load(builder.gep(start, [place]), align=1) for start in (row, asked))
                    if how.is_wide:
                        its = builder.xor(its, ir.Constant(how.some, [128] * how.at_once))  # 128 is added
                    else:  # the one takes the sign of the other, which goes without
                        its, own = how.signed(builder, own, own), how.signed(builder, its, own)
                    total = how.added(builder, total, [(its, own)])
                return total

            return _sum_over(builder, given[2], how.at_once // 4, added)

        return types.int32(types.uintp, types.uintp, types.int64), code

    return products


def _nibble_products() -> Any:
    """The sum of numbers of 4 bits times bytes of `asked` over so many lines, at least one.

    By VPDPBUSD, or of AVX2 by VPMADDUBSW, whose sums of 16 bits eight products of 15 and 127 do not fill.
    """
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    how = _How()

    @intrinsic  # type: ignore[untyped-decorator]
    def products(_typing: Any, row: Any, asked: Any, lines: Any) -> Any:  # noqa: ARG001
        def code(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
            row, asked = (builder.inttoptr(address, ir.PointerType(how.some)) for address in given[:2])
            low, four = (ir.Constant(how.some, [each] * how.at_once) for each in (15, 4))

            def added(total: Any, at: Any) -> Any:
                first = builder.mul(at, how.place(how.steps))
                pairs: list[tuple[Any, Any]] = []
                for step in range(how.steps):
                    its = builder.load(builder.gep(row, [builder.add(first, how.place(step))]), align=1)
                    below = builder.add(builder.mul(first, how.place(2)), how.place(step))
                    own = [
                        builder.load(builder.gep(asked, [builder.add(below, how.place(line))]), align=1)
                        for line in (0, how.steps)
                    ]
                    pairs += zip((builder.and_(its, low), builder.lshr(its, four)), own, strict=True)
                return how.added(builder, total, pairs)

            return _sum_over(builder, given[2], how.at_once // 4, added)

        return types.int32(types.uintp, types.uintp, types.int64), code

    return products


class _How:
    """How many bytes are multiplied at once, and by which instructions."""

    def __init__(self) -> None:
        from llvmlite import ir

        self.is_wide = multiplies_lines()
        self.at_once = LINE if self.is_wide else _AVX2
        self.steps = LINE // self.at_once
        self.place = ir.IntType(64)
        self.some = ir.VectorType(ir.IntType(8), self.at_once)
        self._pairs = ir.VectorType(ir.IntType(16), self.at_once // 2)
        self._sums = ir.VectorType(ir.IntType(32), self.at_once // 4)

    def added(self, builder: Any, total: Any, pairs: Sequence[tuple[Any, Any]]) -> Any:
        """`total` and the products of bytes without a sign and bytes with one, as many as 16 bits hold the sums of."""
        from llvmlite import ir

        if self.is_wide:
            multiply = _named(builder, "llvm.x86.avx512.vpdpbusd.512", self._sums, self._sums, self.some, self.some)
            for pair in pairs:
                total = builder.call(multiply, [total, *pair])
            return total
        multiply = _named(builder, "llvm.x86.avx2.pmadd.ub.sw", self._pairs, self.some, self.some)
        widen = _named(builder, "llvm.x86.avx2.pmadd.wd", self._sums, self._pairs, self._pairs)
        products = [builder.call(multiply, pair) for pair in pairs]
        ones = ir.Constant(self._pairs, [1] * (self.at_once // 2))
        return builder.add(total, builder.call(widen, [reduce(builder.add, products), ones]))

    def signed(self, builder: Any, numbers: Any, by: Any) -> Any:
        """Bytes with their sign turned where the one of `by` is below 0, and 0 where that is 0."""
        turn = _named(builder, "llvm.x86.avx2.psign.b", self.some, self.some, self.some)
        return builder.call(turn, [numbers, by])


def _sum_over(builder: Any, lines: Any, width: int, added: Callable[[Any, Any], Any]) -> Any:
    """A loop over so many lines, at least one: the sum of the `width` sums that `added` makes of those before it."""
    from llvmlite import ir

    number, place = ir.IntType(32), ir.IntType(64)
    sums = ir.VectorType(number, width)
    before, each, after = builder.block, builder.append_basic_block(), builder.append_basic_block()
    builder.branch(each)
    builder.position_at_end(each)
    at, total = builder.phi(place), builder.phi(sums)
    more, following = added(total, at), builder.add(at, place(1))
    for known, first, later in ((at, place(0), following), (total, ir.Constant(sums, [0] * width), more)):
        known.add_incoming(first, before)
        known.add_incoming(later, each)
    builder.cbranch(builder.icmp_signed("<", following, lines), each, after)
    builder.position_at_end(after)
    return builder.call(_named(builder, f"llvm.vector.reduce.add.v{width}i32", number, sums), [more])


def _named(builder: Any, name: str, returns: Any, *takes: Any) -> Any:
    """The instruction that LLVM calls so."""
    from llvmlite import ir

    known = builder.module.globals.get(name)
    return known or ir.Function(builder.module, ir.FunctionType(returns, takes), name)
