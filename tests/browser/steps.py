"""What a reader does on the Ask page."""

from playwright.sync_api import Locator, Page, expect

ASK = "Ask about Runway and generative video"
HOW_LONG = "How long can a Gen-4 clip be?"
BUILD = 240_000  # milliseconds a first start may take on a busy machine
ANSWER = 60_000


def ready(page: Page) -> Locator:
    """The question field, once the page stands."""
    box = page.get_by_placeholder(ASK)
    trouble = page.locator(".st-key-problem")
    expect(box.or_(trouble).first).to_be_visible(timeout=BUILD)
    assert trouble.all_inner_texts() == []
    return box


def enter(page: Page, question: str) -> None:
    """Write a question and send it."""
    box = ready(page)
    box.fill(question)
    box.press("Enter")


def answered(page: Page, turns: int = 1) -> Locator:
    """The last of `turns` turns, once each of them has its answer."""
    expect(page.locator(".turn .foot")).to_have_count(turns, timeout=ANSWER)
    return page.locator(".turn").last


def ask(page: Page, question: str) -> Locator:
    """Ask, and wait for the answer's turn."""
    done = page.locator(".turn .foot").count()
    enter(page, question)
    expect(page.get_by_role("heading", name=question, exact=True).last).to_be_visible()
    return answered(page, done + 1)


def chips(page: Page, number: int) -> Locator:
    """The chips of a citation."""
    return page.locator("button.chip").filter(has_text=str(number))


def panel(page: Page) -> Locator:
    """The article beside the conversation."""
    return page.get_by_role("dialog")


def open_passage(page: Page, number: int = 1) -> Locator:
    """Click a citation and wait for its words; returns the panel."""
    chips(page, number).first.click()
    expect(panel(page).locator("mark").first).to_be_in_viewport()
    return panel(page)


def sidebar(page: Page) -> Locator:
    """The sidebar, opened."""
    expand = page.get_by_test_id("stExpandSidebarButton")
    if expand.is_visible():
        expand.click()
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "false")
    expect(page.get_by_role("button", name="New conversation")).to_be_in_viewport(ratio=1)
    return page.get_by_test_id("stSidebarContent")


# The document and the shadow roots in it: a script sees into the components through these only.
ROOTS = """
  const roots = () => [document, ...[...document.querySelectorAll("*")].map((node) => node.shadowRoot).filter(Boolean)];
"""

# Seconds from a click on a chip to its marked words on screen.
CLICK_TO_MARK = (
    f"async (chip) => {{{ROOTS}"
    + """
  const marked = () => roots().some((root) => {
    const mark = root.querySelector("dialog[open] mark, dialog:popover-open mark")?.getBoundingClientRect();
    return mark && mark.height && mark.top >= 0 && mark.bottom <= innerHeight;
  });
  const start = performance.now();
  chip.click();
  while (!marked() && performance.now() < start + 5000) await new Promise(requestAnimationFrame);
  return (performance.now() - start) / 1000;
}"""
)
