"""The pages that tests are given. To load one takes two seconds of a core, so as little as can be.

A test has a new page, in a context that other tests used before it and in which nothing is stored.
The tests of a file may share one, see `lasting`.
"""

from collections.abc import Iterator

import pytest


def counted(page, lasting: bool):
    """A page whose requests are counted for `idle`; whether it stays open from test to test."""
    page.lasting, page.flying = lasting, set()
    flying = page.flying
    # Gradio's heartbeat is never answered: it says that the page is still open
    page.on("request", lambda r: "/heartbeat/" in r.url or flying.add(r.url))
    for end in ("requestfinished", "requestfailed"):
        page.on(end, lambda r: flying.discard(r.url))
    return page


@pytest.fixture(scope="session")
def profiles(browser) -> Iterator[list]:
    """Contexts that lie ready, with nothing stored: each keeps the app's scripts compiled."""
    ready: list = []
    yield ready
    for context in ready:
        context.close()


def opened_in(profiles: list, browser, lasting: bool):
    """A new page, in a context that lies ready or a new one."""
    context = profiles.pop() if profiles else browser.new_context()
    return counted(context.new_page(), lasting)


def put_back(page, profiles: list) -> None:
    """Close a page and keep its context for another, without what the page stored."""
    if page.is_closed() or len(page.context.pages) > 1:
        return page.context.close()
    if page.url.startswith("http"):
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    context = page.context
    page.close()
    profiles.append(context)


def passed(request) -> bool:
    return hasattr(request.node, "rep_call") and request.node.rep_call.passed


@pytest.fixture(name="page")
def new_page(request, browser, profiles) -> Iterator:
    """In place of pytest-playwright's: a new page for each test, which knows of no other."""
    page = opened_in(profiles, browser, lasting=False)
    yield page
    if passed(request):
        put_back(page, profiles)
    else:
        page.context.close()


@pytest.fixture(scope="module")
def spare(profiles) -> Iterator[list]:
    """The page that lies ready between the tests of a file, or none."""
    pages: list = []
    yield pages
    for page in pages:
        put_back(page, profiles)


@pytest.fixture
def lasting(request, browser, profiles, spare):
    """A page that the tests of a file share, for to load one takes two seconds of a core.

    A file chooses it as its `page`. Each of its tests then sets what it reads, or goes before those
    that change it; one that fails takes the page with it.
    """
    page = spare.pop() if spare else opened_in(profiles, browser, lasting=True)
    yield page
    if passed(request):
        spare.append(page)
    else:
        page.context.close()


def load(page, url: str) -> None:
    """Open the app, unless the page is a lasting one that shows it."""
    if not (getattr(page, "lasting", False) and page.url.startswith(url)):
        page.goto(url)
