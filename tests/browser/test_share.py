"""Links: a copied address reproduces the page to the pixel, locks, hides, and breaks nothing."""

import pytest
from playwright.sync_api import expect

from explorer.app import main
from tests.browser.conftest import Watch, two_frames

pytestmark = pytest.mark.browser

# What is seen: size and a hash of all pixels of each canvas that is shown, and a glossary's words.
SEEN = """() => [...document.querySelectorAll('canvas, dt')].map((c) => {
  if (!c.offsetParent) return '';
  if (c.tagName !== 'CANVAS') return c.innerText;
  const { data } = c.getContext('2d').getImageData(0, 0, c.width, c.height);
  let hash = 7; // in a loop, for a function called for every one of 4 million values takes long
  for (const pixel of new Uint32Array(data.buffer)) hash = (Math.imul(hash, 31) + pixel) | 0;
  return `${c.width}x${c.height}:${hash}`;
}).filter(Boolean).join()"""
SEEK = """([player, position]) => document.dispatchEvent(
  new CustomEvent('explorer:seek', { detail: { player, position } }))"""


def opened(browser, address: str):
    """The address in a browser of its own, once the page is made."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US").new_page()
    page.set_default_timeout(60_000)
    page.watch, page.asked = Watch(page), []
    page.on("request", lambda r: page.asked.append(r.post_data) if "/join" in r.url else None)
    page.goto(address)
    page.wait_for_selector(".masthead h1")
    return page


def tab(page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).locator("visible=true").first.click()


def address(page) -> str:
    """The address, once it has followed the controls."""
    page.evaluate("() => explorer.state.write()")
    return page.url


def draw_a_stroke(page) -> None:
    page.click(".tile:has([value=draw])")
    box = page.locator(".paper canvas").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 80, box["y"] + 90, steps=8)
    page.mouse.up()


def forward(page) -> None:
    draw_a_stroke(page)
    page.click(".clock label:has([value=cosine])")
    tab(page, "One jump or a thousand steps")
    page.locator(".chain-chapter [data-part=walked] canvas").click(position={"x": 31, "y": 30})
    page.evaluate(SEEK, ["forward", 140])


def schedules(page) -> None:
    tab(page, "Schedules")
    page.locator("[name=log]").check()
    page.locator(".parameters summary").click()
    page.locator("[data-maker=cosine] [type=number]").fill("0.2")
    page.locator("[data-visible=karras]").uncheck()


def samplers(page) -> None:
    tab(page, "Samplers")
    tab(page, "Three ways")
    page.wait_for_selector(".player .screen canvas >> visible=true")
    page.get_by_text("Who races, schedule and guidance").click()
    page.get_by_label("Seed").locator("visible=true").fill("3")
    page.keyboard.press("Enter")


def truth(page) -> None:
    tab(page, "Ground truth")
    page.get_by_role("radio", name="what you draw").locator("visible=true").check()
    page.locator(".truth-pad .clear").locator("visible=true").click()
    box = page.locator(".truth-pad canvas").locator("visible=true").bounding_box()
    for x, y in ((0.3, 0.3), (0.7, 0.6)):
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.wait_for_selector(".truth .controls input[type=range] >> visible=true")
    page.get_by_text("probability flow").locator("visible=true").first.click()


def pixels(page) -> None:
    tab(page, "Attention")
    tab(page, "Pixels")
    page.get_by_role("radio", name="5").locator("visible=true").first.check()
    page.wait_for_selector(".attention .look .frame canvas >> visible=true")


def unet(page) -> None:
    tab(page, "U-Net")
    tab(page, "Three names of one prediction")
    canvas = page.locator(".names-pictures canvas").locator("visible=true").first
    canvas.click(position={"x": 20, "y": 25})


def guidance(page) -> None:
    tab(page, "Guidance")
    tab(page, "Taken apart")
    page.wait_for_selector(".player .screen canvas >> visible=true")
    page.evaluate(SEEK, ["parts", 4])


def latent(page) -> None:
    tab(page, "Latent")
    page.wait_for_selector(".latent-encode .back canvas >> visible=true")
    page.locator(".latent-shelf input[value=owl]").check(force=True)


def train(page) -> None:
    tab(page, "Train")
    page.wait_for_selector(".plane-train .exact canvas >> visible=true")
    page.locator(".plane-train .transport input[type=range]").fill("2")
    page.locator("[name=plane-budget][value='1']").check(force=True)


def course(page) -> None:
    tab(page, "Course")
    tab(page, "Glossary")
    page.fill(".glossary [data-part=search]", "variance")


# A change in a tab, what its address then holds, and what is on the screen when it is done.
CHANGES = {
    "Forward": (forward, ["forward=chain", "forward.drawing=", "forward.pixel=", "forward.t=140"]),
    "Schedules": (schedules, ["schedules.cosine.s=0.2", "schedules.karras.shown=0"]),
    "Samplers": (samplers, ["samplers=three", "samplers.seed=3", "samplers.more=1"]),
    "Ground truth": (truth, ["truth.world=drawn", "truth.world.points=", "truth.arrows=flow"]),
    "Guidance": (guidance, ["guidance=apart", "step.parts=4"]),
    "Attention": (pixels, ["attention=pixels", "attention.digit=5"]),
    "Latent": (latent, ["latent.picture=owl"]),
    "U-Net": (unet, ["unet=names", "unet.pixel="]),
    "Train": (train, ["train.level=2", "train.budget=1"]),
    "Course": (course, ["course=glossary", "course.term=variance"]),
}


def settled(page) -> str:
    """What is seen, once nothing has changed for a while and no answer is on the way."""
    return page.evaluate(
        f"""async () => {{
          const seen = {SEEN}, busy = () => document.querySelector('.pending, .generating');
          let now = seen(), same = 0;
          for (let turn = 0; turn < 400 && same < 8; turn++) {{
            await new Promise((go) => setTimeout(go, 100));
            const next = seen();
            same = next === now && next && !busy() ? same + 1 : 0;
            now = next;
          }}
          return now;
        }}"""
    )


def test_a_copied_link_reproduces_every_tab_to_the_pixel(browser, app):
    assert list(CHANGES) == [module.TITLE for module in main.TABS]
    first = opened(browser, app)
    first.wait_for_selector(".equation-chapter canvas")
    seen = {}
    for name, (change, _) in CHANGES.items():
        change(first)
        seen[name] = settled(first)
    link = address(first)
    assert [part for _, parts in CHANGES.values() for part in parts if part not in link] == []

    second = opened(browser, link)
    expect(second.get_by_role("tab", selected=True).first).to_have_text("Course", timeout=60_000)
    for name in CHANGES:
        tab(second, name)
        second.wait_for_function(f"(wanted) => ({SEEN})() === wanted", arg=seen[name], polling=100)
    assert address(second) == link
    default = '"data":["7",0,20,'  # the race that the plain page asks for
    assert [asked for asked in second.asked if default in asked] == []
    assert second.watch.errors == []
    for page in (first, second):
        page.context.close()


def test_the_plain_page_has_a_plain_address(page, app):
    page.goto(app)
    page.wait_for_selector(".equation-chapter canvas")
    two_frames(page)
    assert address(page) == app + "/"


def test_a_teachers_link_locks_and_hides(browser, app):
    page = opened(
        browser,
        f"{app}/?lock=forward.t,samplers.seed,samplers.entrants&hide=questions,train,samplers.path"
        "#v=1&forward.t=400&samplers.seed=5",
    )
    page.wait_for_selector(".clock .transport.locked")
    assert page.get_by_role("tab", name="Train").count() == 0
    assert page.locator(".ask").count() == 0
    t = page.locator(".clock input[type=range]")
    assert t.is_disabled()
    page.locator(".forward .chapters [role=tab]").first.focus()
    page.keyboard.press("ArrowRight")
    page.evaluate(SEEK, ["forward", 10])
    two_frames(page)
    assert t.input_value() == "400"

    page.click(".share-open")  # it does not ask a class to unlock
    assert not page.locator(".builder .groups").is_visible()
    page.keyboard.press("Escape")

    tab(page, "Samplers")
    seed = page.get_by_label("Seed").locator("visible=true")
    assert seed.input_value() == "5"
    assert seed.is_disabled()
    # the lock is the label's, not at the right, where a slider has an arrow
    locks = (
        page.locator(".locked:visible")
        .filter(has=seed)
        .evaluate(
            """block => [block, block.querySelector('[data-testid=block-info]')]
          .map((node) => getComputedStyle(node, '::after').content)"""
        )
    )
    assert locks == ["none", '""']
    assert page.get_by_role("button", name="New noise").locator("visible=true").is_disabled()
    assert page.get_by_role("tab", name="The path").count() == 0
    page.get_by_text("Who races, schedule and guidance").click()
    box = page.locator(".entrants-view input").locator("visible=true").first
    was = box.is_checked()
    box.evaluate("(box) => { box.disabled = false; box.click(); }")  # as a script would
    assert box.is_checked() == was
    page.context.close()


def test_a_chapter_that_a_link_names_by_hand_opens_and_a_hidden_one_is_said(browser, app):
    page = opened(browser, f"{app}/#at=schedules.stops")
    chosen = page.locator(".chapters [role=tab][aria-selected=true]:visible")
    assert chosen.inner_text() == "Where a sampler steps"
    page.context.close()
    page = opened(browser, f"{app}/?hide=course#at=course")
    page.get_by_text("The link opens “course”, which it hides as well.").wait_for()
    page.wait_for_selector(".equation-chapter canvas")
    page.context.close()


def test_the_builder_makes_the_link_that_it_shows(browser, app):
    page = opened(browser, f"{app}/#v=1&forward.t=333")
    page.wait_for_selector(".equation-chapter canvas")
    page.click(".share-open")
    page.click(".builder > summary")
    page.locator(".builder .groups summary", has_text="Samplers").click()
    page.get_by_label("Lock: Evaluations").locator("visible=true").check()
    page.get_by_label("Hide: Quality").locator("visible=true").check()
    made = page.input_value(".share-link input")
    assert made == f"{app}/?lock=samplers.budget&hide=samplers.quality#v=1&forward.t=333"
    page.keyboard.press("Escape")
    assert not page.locator(".share-dialog").is_visible()
    page.context.close()


def test_a_hostile_link_leaves_a_working_page(browser, app):
    script = "%3Cimg src=x onerror=window.hit=1%3E"
    page = opened(
        browser,
        f"{app}/?lang=de&lock={script}&hide=forward,schedules,samplers,truth,guidance,attention,"
        f"latent,unet,train,course#v=9&at={script}&samplers.budget=900&samplers.seed=NaN"
        f"&samplers.entrants={script}&forward.drawing=AAAA&forward.t=1e400&unet.digit=[]"
        f"&attention.prompt={script * 20}&{script}={script}&forward.picture={'x' * 7_000}",
    )
    page.wait_for_selector(".link-said li")
    assert page.locator(".link-said li").count() == 5  # four, and how many more
    page.wait_for_selector(".equation-chapter canvas")
    assert page.evaluate("() => window.hit") is None
    assert page.evaluate("() => [...explorer.link.values.keys()]") == []
    assert page.watch.errors == []
    page.context.close()
