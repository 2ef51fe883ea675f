"""What pages keep: made once for all who ask the same, bounded, and never what another function made."""

from pages.parts.kept import _Shelf, forget, kept


def page(log):
    """A run of a page: its functions are new ones."""

    def doubled(x):
        log.append(x)
        return 2 * x

    def squared(x):
        return x * x

    return kept(doubled, 3), kept(squared, 3)


def test_what_one_run_made_the_next_one_finds_by_the_code_that_made_it():
    forget()
    log = []
    assert page(log) == page(log) == (6, 9)
    assert log == [3]


def test_what_it_is_made_of_tells_results_apart():
    forget()
    assert [kept(lambda x, y: (x, y), *of) for of in ((1, 2), (2, 1), (1, 2))] == [(1, 2), (2, 1), (1, 2)]


def test_a_zero_with_a_sign_is_another_number():
    """Equal by ==, and a row of -0 showed what was worked out of 0."""
    forget()
    assert [kept(lambda row: f"{row[0]:g}", (zero,)) for zero in (0.0, -0.0)] == ["0", "-0"]


def test_nothing_is_a_result_too_and_a_failure_is_none():
    forget()
    asked = []

    def nothing():
        asked.append(1)

    def failing():
        asked.append(2)
        raise ZeroDivisionError

    for function in (nothing, nothing, failing, failing):
        try:
            kept(function)
        except ZeroDivisionError:
            asked.append(3)
    assert asked == [1, 2, 3, 2, 3]


def test_the_least_lately_asked_for_makes_place():
    shelf, made = _Shelf(), []

    def make(x):
        made.append(x)
        return x

    for x in range(shelf.MOST):
        shelf.get(make, (x,))
    shelf.get(make, (0,))
    shelf.get(make, (shelf.MOST,))
    for x in (0, 1):
        shelf.get(make, (x,))
    assert made == [*range(shelf.MOST + 1), 1]
    assert len(shelf._results) == shelf.MOST


def test_it_holds_no_function_and_so_no_page():
    shelf = _Shelf()
    shelf.get(lambda x: x, (1,))
    assert [type(part).__name__ for key in shelf._results for part in key] == ["code", "str"]
