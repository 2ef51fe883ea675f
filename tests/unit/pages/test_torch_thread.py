"""One thread for torch: who waits goes first, failures reach who asked, and the thread goes on."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pages.parts import torch_thread
from pages.parts.torch_thread import TorchThread

SOON = 10  # seconds: no test waits that long unless it fails


@pytest.fixture
def thread():
    thread = TorchThread()
    yield thread
    thread.close()


def fails(error):
    raise error


def steps(log, names):
    """Background work that writes down each of its steps."""
    for name in names:
        log.append(name)
        yield


def steps_that_fail(log, error):
    log.append("began")
    yield
    raise error


def endless(stop):
    while not stop.is_set():
        yield


class Held:
    """Background work whose first step holds the thread until it is let go."""

    def __init__(self, thread):
        self.reached, self.let_go = threading.Event(), threading.Event()
        self.future = thread.ahead(self._steps())
        assert self.reached.wait(SOON)

    def _steps(self):
        self.reached.set()
        assert self.let_go.wait(SOON)
        yield


def test_a_call_gets_its_arguments_and_gives_its_result(thread):
    assert thread.run(divmod, 17, 5) == (3, 2)


def test_all_work_is_done_in_one_thread_that_is_not_the_callers(thread):
    workers = [thread.run(threading.current_thread) for _ in range(3)]
    thread.ahead(workers.append(threading.current_thread()) for _ in range(3)).result(SOON)
    assert len(workers) == 6
    assert len(set(workers)) == 1
    assert workers[0] is not threading.current_thread()


def test_the_callers_exception_reaches_the_caller_and_the_thread_goes_on(thread):
    error = ValueError("seven digits")
    with pytest.raises(ValueError, match="seven digits") as raised:
        thread.run(fails, error)
    assert raised.value is error
    assert thread.run(int, "7") == 7


def test_background_steps_are_worked_off_in_order_until_they_are_exhausted(thread):
    log = []
    assert thread.ahead(steps(log, range(5))).result(SOON) is None
    assert log == [0, 1, 2, 3, 4]


def test_no_steps_are_done_at_once(thread):
    assert thread.ahead(iter(())).result(SOON) is None


def test_an_exception_in_a_step_reaches_the_future_and_the_thread_goes_on(thread):
    log, error = [], OSError("disk full")
    future = thread.ahead(steps_that_fail(log, error))
    assert future.exception(SOON) is error
    assert log == ["began"]
    assert thread.run(len, "abc") == 3
    assert thread.ahead(iter([None])).result(SOON) is None


def test_what_a_visitor_waits_for_goes_before_background_steps(thread, monkeypatch):
    """Two jobs wait already, and one is between its steps; the visitor's call still comes first."""
    waiting = threading.Event()

    class Announced(torch_thread.Future):
        def result(self, timeout=None):
            waiting.set()  # by now the call is in the queue
            return super().result(timeout)

    log = []
    held = Held(thread)
    others = [thread.ahead(steps(log, names)) for names in (["a0", "a1"], ["b0", "b1"])]
    monkeypatch.setattr(torch_thread, "Future", Announced)
    visitor = threading.Thread(target=thread.run, args=(log.append, "visitor"))
    visitor.start()
    assert waiting.wait(SOON)
    held.let_go.set()
    visitor.join(SOON)
    for future in (*others, held.future):
        future.result(SOON)
    assert log[0] == "visitor"
    assert sorted(log[1:]) == ["a0", "a1", "b0", "b1"]


def test_calls_are_served_between_the_steps_of_work_that_never_ends(thread):
    stop = threading.Event()
    future = thread.ahead(endless(stop))
    assert [thread.run(abs, -n) for n in range(20)] == list(range(20))
    assert not future.done()
    stop.set()
    assert future.result(SOON) is None


def test_of_background_jobs_the_last_one_goes_first(thread):
    log = []
    held = Held(thread)
    jobs = [thread.ahead(steps(log, names)) for names in (["a0", "a1"], ["b0", "b1"], ["c0", "c1"])]
    held.let_go.set()
    for job in jobs:
        job.result(SOON)
    assert log == ["c0", "c1", "b0", "b1", "a0", "a1"]


def test_visitors_are_served_from_many_threads(thread):
    answers = {}
    visitors = [threading.Thread(target=lambda n=n: answers.update({n: thread.run(pow, n, 2)})) for n in range(20)]
    for each in visitors:
        each.start()
    for each in visitors:
        each.join(SOON)
    assert answers == {n: n * n for n in range(20)}


def test_closing_ends_the_thread_though_background_work_remains():
    thread = TorchThread()
    worker = thread.run(threading.current_thread)
    future = thread.ahead(endless(threading.Event()))
    for _ in range(2):  # the second time at exit, where every thread is closed again
        closing = threading.Thread(target=thread.close, daemon=True)
        closing.start()
        closing.join(SOON)
        assert not closing.is_alive()
    assert not worker.is_alive()
    assert not future.done()


def test_what_is_wanted_most_goes_on_first_and_may_change_while_it_waits(thread):
    held, log, wanted = Held(thread), [], {"a": 1.0, "b": 2.0}

    def work(name):
        for step in range(3):
            log.append(name)
            if (name, step) == ("b", 0):
                wanted["a"] = 3.0  # somebody asks for a again
            yield

    futures = [thread.ahead(work(name), lambda name=name: wanted[name]) for name in "ab"]
    held.let_go.set()
    for future in futures:
        future.result(SOON)
    assert log == ["b", "a", "a", "a", "b", "b"]


def test_parts_of_a_call_are_spread_over_the_cores_and_come_back_in_order(thread):
    together = threading.Barrier(torch_thread.CORES, timeout=SOON)  # passed only by calls that run at the same time

    def part(number):
        together.wait()
        return number * number

    assert thread.run(lambda: list(thread.each(part, (3, 1)))) == [9, 1]


def test_a_part_that_fails_fails_the_call(thread):
    with pytest.raises(ZeroDivisionError):
        thread.run(lambda: list(thread.each(lambda n: 1 / n, (1, 0))))


def test_it_is_idle_only_when_nothing_is_left_to_do(thread):
    assert thread.idle()
    held = Held(thread)
    assert not thread.idle()
    held.let_go.set()
    held.future.result(SOON)
    assert thread.idle()


def test_others_are_answered_between_two_steps(thread):
    order = []

    def steps():
        for number in range(3):
            order.append(number)
            if not number:
                other.append(visitors.submit(thread.run, order.append, "other"))
                while thread.idle():
                    time.sleep(0.001)
            yield number

    other = []
    with ThreadPoolExecutor(1) as visitors:
        assert thread.in_steps(steps()) == [0, 1, 2]
        other[0].result()
    assert order == [0, "other", 1, 2]


def test_a_step_that_fails_fails_for_who_asked_alone(thread):
    def steps():
        yield 1
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        thread.in_steps(steps())
    assert thread.in_steps([None, 0]) == [None, 0]
