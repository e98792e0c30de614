"""What is said to fail always does: the kinds that a check takes for impossible are refused at run time."""

import pytest

from xsrun.builtins import registry
from xsrun.compile import proofs
from xsrun.compile.types import BOOL, DECIMAL, LIST, NULL, OBJECT, OTHER, TEXT, TINY
from xsrun.diagnostics import Fault
from xsrun.effects.real import FixedClock
from xsrun.runtime.support import iterate
from xsrun.types.binding import bind
from xsrun.types.fields import Field
from xsrun.types.table import TYPES
from xsrun.values import Opaque

SAMPLES = {
    NULL: [None],
    BOOL: [True, False],
    TINY: [0, 1, 7],
    DECIMAL: [0.0, 1.5],
    TEXT: ["", "0", "5", "true", "2026-01-31", "[1]", "{}", "a@b.de", "01234567-89ab-cdef-0123-456789abcdef"],
    LIST: [[], [1], ["a"]],
    OBJECT: [{}, {"a": 1}],
    OTHER: [b"12", Opaque()],
}


def takes(convert, value):
    try:
        convert(value)
    except Fault:
        return False
    return True


@pytest.mark.parametrize("kind", proofs.ACCEPTED, ids=lambda kind: kind.name)
@pytest.mark.parametrize("bit", SAMPLES)
def test_a_class_takes_some_value_of_the_kinds_it_accepts_and_none_of_others(kind, bit):
    taken = any(takes(kind.convert, value) for value in SAMPLES[bit])
    assert taken == bool(proofs.ACCEPTED[kind] & bit)


def test_every_class_that_converts_is_judged():
    kinds = [each for each in vars(registry).values() if isinstance(each, registry.Kind) and each.convert]
    assert {each for each in kinds if each != registry.BOOL} == set(proofs.ACCEPTED)


@pytest.mark.parametrize("bit", SAMPLES)
def test_foreach(bit):
    assert all(takes(iterate, value) for value in SAMPLES[bit]) or not proofs.ITERATED & bit or bit == OTHER
    assert proofs.ITERATED & bit or not any(takes(iterate, value) for value in SAMPLES[bit])


@pytest.mark.parametrize("name", sorted(TYPES))
@pytest.mark.parametrize("is_list", [False, True])
def test_inputs(name, is_list):
    attributes = {"values": ["true", "5"]} if name == "enum" else {}
    field = Field("x", name, is_list=is_list, attributes=attributes)
    refused = [OBJECT] if is_list else [LIST, OBJECT]
    for bit in refused if name in proofs.SCALAR_FIELDS else ():
        for value in SAMPLES[bit]:
            assert not takes(lambda given: bind((field,), {"x": given}, clock=FixedClock(0)), value), value
