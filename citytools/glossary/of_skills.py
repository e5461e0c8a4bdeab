"""Terms of skills and of the training plan."""

from citytools.glossary import pages, sources
from citytools.pages.glossary import Term
from skills.models import Level
from skills.training.cohorts import MOST

TERMS = (
    Term(
        "skill",
        "Skill",
        pages.SKILLS,
        columns=("skills.skill", "training.skill"),
        more="It is never a person’s.",
        see=("level", "headcount"),
    ),
    Term(
        "level",
        "Skill level",
        pages.SKILLS,
        columns=("skills.level",),
        more="The four above none are the framework’s, said here of an organisation and in our "
        "words.",
        values=[(f"{level.value}, {level.label.lower()}", level.meaning) for level in Level],
        sources=(sources.DIGITAL_AND_DATA,),
        see=("skill", "strong"),
    ),
    Term(
        "strong",
        "Strong",
        pages.SKILLS,
        own="Said of a borough whose level of a skill is "
        f"{Level.PRACTITIONER.label.lower()} or {Level.EXPERT.label.lower()}.",
        see=("level",),
    ),
    Term(
        "headcount",
        "Headcount band",
        pages.SKILLS,
        columns=("skills.headcount",),
        see=("skill",),
    ),
    Term(
        "can-teach",
        "Can teach",
        pages.SKILLS,
        columns=("skills.can_teach",),
        see=("wants-help", "training-plan"),
    ),
    Term(
        "wants-help",
        "Wants help",
        pages.SKILLS,
        columns=("skills.wants_help",),
        see=("can-teach", "training-plan"),
    ),
    Term(
        "gap-that-matters",
        "Gap that matters",
        pages.SKILLS,
        own="A skill whose level is known and lower than something in use calls for.",
        more="Where the level is not known it is a question, not a gap.",
        see=("working-judgement", "level", "gap"),
    ),
    Term(
        "working-judgement",
        "Working judgement",
        pages.SKILLS,
        own="What LOTI and we hold to be so without a source, such as which function calls for "
        "which skill. It is marked wherever it shows, and open to change.",
        see=("gap-that-matters",),
    ),
    Term(
        "training-plan",
        "Training plan",
        pages.TRAINING,
        own="Who could teach whom which skill, so that London’s boroughs gain most together: a "
        "suggestion, which ranks no borough.",
        see=("swap", "cohort", "can-teach", "wants-help"),
    ),
    Term(
        "swap",
        "Swap",
        pages.TRAINING,
        own="Two boroughs each of which teaches the other at least one skill.",
        see=("training-plan",),
    ),
    Term(
        "cohort",
        "Cohort",
        pages.TRAINING,
        own=f"One borough that teaches up to {MOST} others one skill at a time, where many want "
        "help and few can teach.",
        see=("training-plan",),
    ),
)
