"""How far a draft has come: which steps are answered, which papers are handed in, and what comes next."""

from dataclasses import dataclass

from credit_records.casework.answers import check_answers
from credit_records.casework.materials import Material, materials_of
from credit_records.casework.procedures import Step

from credit_site.casework.holding import Holder
from credit_site.casework.question_view import title_of

MATERIALS = "materials"  # the page of the papers, in addresses
CHECK = "check"
RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class Task:
    """A page of the form; `done` where nothing in it is missing or wrong, `untouched` where nothing had to be done."""

    title: str
    address: str
    done: bool
    untouched: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """`tasks` in their order; `ready` where all are done."""

    tasks: list[Task]
    materials: list[Material]

    @property
    def ready(self) -> bool:
        return all(task.done for task in self.tasks)

    def place(self, address: str) -> int:
        """Which of the tasks this is, counted from 1."""
        return next(place for place, task in enumerate(self.tasks, 1) if task.address == address)

    def after(self, address: str, otherwise: str) -> str:
        """Where to go from a task that is done: to the next that is not, else to `otherwise`."""
        at = self.place(address)
        rest = [*self.tasks[at:], *self.tasks[: at - 1]]
        return next((task.address for task in rest if not task.done), otherwise)


async def progress_of(holder: Holder) -> Progress:
    rules, locale = holder.rules, holder.visit.locale
    materials = await holder.site.database.read(materials_of, holder.application.id)
    tasks = [
        Task(title_of(step, locale), f"{holder.address}/{step.name}", not faults_of(holder, step))
        for step in rules.steps
    ]
    if rules.papers:
        handed_in = {material.purpose for material in materials}
        done = all(paper.name in handed_in for paper in rules.papers if paper.required)
        tasks.append(Task(holder.say("材料"), f"{holder.address}/{MATERIALS}", done, done and not handed_in))
    return Progress(tasks, materials)


def faults_of(holder: Holder, step: Step) -> dict[str, str]:
    """What is missing or wrong in the step as it is kept: question → sentence."""
    return check_answers(step, holder.application.answers)[1]
