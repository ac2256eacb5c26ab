"""What a page owes those who use it otherwise: axe-core's rules, and all of it by keyboard.

axe-playwright-python carries axe-core; the page itself never does.
"""

import re
from pathlib import Path

import axe_playwright_python

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
# What Gradio's own parts break, and we cannot mend from outside: rule, what its HTML says, why.
# Empty since Gradio 6.31 with this theme: an entry is a debt to be looked at with every new Gradio.
GRADIO: list[tuple[str, str, str]] = []

# A focused element, and whether it or what is around it looks otherwise than without focus
FOCUSED = """() => {
  const node = document.activeElement, reached = (window.reached ||= new Set());
  if (node === document.body || reached.has(node)) return null;
  reached.add(node);
  const near = [node, node.parentElement, node.parentElement.parentElement, ...node.children];
  const look = () => JSON.stringify(near.map((one) => {
    const style = getComputedStyle(one);
    return ["outline", "boxShadow", "stroke", "strokeWidth", "borderColor", "display"]
      .map((name) => style[name]);
  }));
  const inside = [...node.querySelectorAll("*")].slice(0, 40);
  near.push(...inside);
  const focused = look();
  node.blur();
  const seen = look() !== focused;
  node.focus({ preventScroll: true });
  return { html: node.outerHTML.slice(0, 160), seen };
}"""
# Controls that can be seen and that Tab has not come to; of radio buttons one of a group is enough
MISSED = """() => [...document.querySelectorAll(
    "button, input, select, textarea, a[href], summary, [tabindex='0']")].filter((node) =>
  node.checkVisibility({ visibilityProperty: true }) && !node.disabled && node.tabIndex >= 0 &&
  !node.closest(".visually-hidden, [aria-hidden=true], [hidden]") && !window.reached.has(node) &&
  !(node.type === "radio" && [...window.reached].some((other) => other.name === node.name))
).map((node) => node.outerHTML.slice(0, 160))"""


def still(page) -> None:
    """Show everything at once and in full: no fading, neither while Gradio waits for an answer."""
    page.add_style_tag(
        content="* { transition: none !important; animation: none !important; }"
        " .pending { opacity: 1 !important; }"
    )
    page.evaluate(AXE)


def violations(page, rules: list[str] | None = None, within=None) -> list[str]:
    """A line for each place that breaks a rule, but for GRADIO's; all rules where none are named.

    within: the element to look at, for all of a page takes seconds; rules of whole pages rest then.
    `still(page)` comes first.
    """
    page.wait_for_function("() => !document.querySelector('.pending')", timeout=60_000)
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    run = "([part, options]) => axe.run(part || document, options)"
    found = page.evaluate(run, [within and within.element_handle(), options])["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]} ({node['failureSummary'][:300]})"
        for rule in found
        for node in rule["nodes"]
        if not any(
            rule["id"] == known and re.search(html, node["html"]) for known, html, _ in GRADIO
        )
    ]


def by_keyboard(page, most: int = 300) -> tuple[list[str], list[str]]:
    """(controls that Tab does not come to, those that do not show it), from the top to the end."""
    page.locator(".masthead button").first.focus()
    page.evaluate("() => { window.reached = new Set([document.activeElement]); }")
    unseen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:  # the end of the page, or round again
            break
        if not focused["seen"]:
            unseen.append(focused["html"])
    else:
        unseen.append("Tab is trapped")
    return page.evaluate(MISSED), unseen
