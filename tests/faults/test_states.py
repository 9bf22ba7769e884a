import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.states import Library
from tests.faults.zygote import Zygote


@pytest.mark.parametrize("copies", [False, True])
def test_after_any_order_of_edits_ingests_crashes_and_restarts_the_index_holds_what_it_should(
    copies: bool, zygote: Zygote
) -> None:
    """A short run; tests/benchmarks/states.py does a long one."""
    kind = type("Short", (Library,), {"zygote": zygote, "copies": copies})
    # Of three examples the first has no steps.
    few = settings(
        max_examples=3,
        stateful_step_count=6,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],  # making a failure smaller takes as many ingests again
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(kind, settings=few)
