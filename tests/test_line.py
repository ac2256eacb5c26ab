"""The line of people who wait for a place."""

import pytest

from explorer.app.line import Line


def test_who_came_first_is_served_first_and_leaving_moves_everybody_up():
    line = Line(places=2)
    with line.ticket() as last:  # will be the last one left
        with line.ticket() as b, line.ticket() as c:
            assert [t.position for t in (last, b, c)] == [0, 0, 1]
        with line.ticket() as d:
            assert d.position == 0
    with line.ticket() as e:
        assert e.position == 0


def test_an_error_and_a_closed_generator_free_the_place():
    line = Line()

    def job():
        with line.ticket() as ticket:
            yield ticket.position

    first, second = job(), job()
    assert (next(first), next(second)) == (0, 1)
    first.close()
    with line.ticket() as third:
        assert third.position == 1  # the second has its turn
    with pytest.raises(RuntimeError), line.ticket():
        raise RuntimeError
    second.close()
    with line.ticket() as fourth:
        assert fourth.position == 0
