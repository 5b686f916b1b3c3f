"""The page of the papers: what is wanted, what has been handed in, and one more file."""

from dataclasses import dataclass

from credit_records.casework.errors import CaseworkError
from credit_records.casework.materials import MOST_MATERIALS
from credit_records.casework.procedures import Paper
from credit_records.catalogue import Locale
from starlette.responses import Response

from credit_site.casework.holder_files import hand_in, take_back
from credit_site.casework.holding import Holder
from credit_site.casework.material_files import material_views
from credit_site.casework.progress import CHECK, MATERIALS, progress_of
from credit_site.casework.taking_files import MOST_MEGABYTES, Refusal
from credit_site.errors import Problem, ProblemError
from credit_site.private_pages import led_to


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper that the procedure wants. `made_at` is where the site makes it to be signed; empty where it does not."""

    name: str
    title: str
    hint: str
    required: bool
    there: bool
    made_at: str


async def show_materials(holder: Holder) -> Response:
    return await _page(holder)


async def upload(holder: Holder) -> Response:
    not_taken = await hand_in(holder)
    if not_taken is not None:
        return await _page(holder, not_taken.refusal, chosen=not_taken.purpose)
    return led_to(f"{holder.address}/{MATERIALS}", holder.visit)


async def remove(holder: Holder) -> Response:
    try:
        await take_back(holder)
    except CaseworkError as error:
        detail = holder.say("请回到申请，看看现在到了哪一步。")
        raise ProblemError(Problem(409, "draft", str(error), detail)) from error
    return led_to(f"{holder.address}/{MATERIALS}", holder.visit)


async def _page(holder: Holder, refusal: Refusal | None = None, *, chosen: str = "") -> Response:
    locale = holder.visit.locale
    progress = await progress_of(holder)
    address = f"{holder.address}/{MATERIALS}"
    handed_in = {each.purpose for each in progress.materials}
    titles = {paper.name: paper_title(paper, locale) for paper in holder.rules.papers}
    papers = [
        PaperView(
            name=paper.name,
            title=titles[paper.name],
            hint=(paper.hint_en if locale == "en" else paper.hint) or "",
            required=paper.required,
            there=paper.name in handed_in,
            made_at=f"{holder.address}/letter/{paper.name}" if paper.made_from else "",
        )
        for paper in holder.rules.papers
    ]
    wanted = chosen or next((paper.name for paper in papers if paper.required and not paper.there), "")
    return holder.page(
        "casework/materials_partial.html" if holder.visit.partial else "casework/materials.html",
        {
            "papers": papers,
            "files": material_views(progress.materials, titles, address),
            "refusal": refusal,
            "chosen": wanted,
            "address": address,
            "onward": progress.after(address, f"{holder.address}/{CHECK}"),
            "full": len(progress.materials) >= MOST_MATERIALS,
            "most_files": MOST_MATERIALS,
            "most": MOST_MEGABYTES,
            "place": progress.place(address),
            "places": len(progress.tasks),
        },
        refusal.status if refusal else 200,
    )


def paper_title(paper: Paper, locale: Locale) -> str:
    return paper.title_en if locale == "en" else paper.title
