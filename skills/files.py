"""The files of skills and of the training plan."""

from citytools.exports.export import Export
from skills.filters import SkillLevelFilter
from skills.models import SkillLevel
from skills.training import page
from skills.training.filters import TrainingFilter

SKILLS = Export(
    name="skills",
    title="Levels of skills of organisations",
    row="One borough's level of one skill.",
    route="skills:csv",
    page="skills:list",
    filter=SkillLevelFilter,
    choose=lambda request, _: SkillLevelFilter(request.GET, SkillLevel.objects.all()),
)
TRAINING = Export(
    name="training",
    title="Training plan",
    row="One borough that could teach another one skill.",
    route="skills:training_csv",
    page="skills:training",
    filter=TrainingFilter,
    choose=lambda request, _: TrainingFilter(request.GET, SkillLevel.objects.all()),
    compute_rows=lambda filterset, _: (row.cells for row in page.training_for(filterset).rows),
)
