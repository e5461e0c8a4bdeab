"""How skills are summed up, and how the training plan is made."""

from citytools.glossary import pages
from citytools.glossary.sources import CROUSE, DIGITAL_AND_DATA, OURS, RULE
from citytools.pages import formulas as maths
from citytools.pages.method import Group, Method
from skills.models import Level
from skills.strength import EACH, FEWEST, ONE_IN
from skills.training.benefit import HIGHEST, POINTS, TEACHES_FROM
from skills.training.cohorts import MANY, MOST
from skills.training.plan import CAP
from skills.trend import QUARTERS

_FROM, _TO = Level(TEACHES_FROM).label.lower(), Level(HIGHEST).label.lower()

SKILLS = Group(
    "skills",
    "Skills and training",
    (
        Method(
            "strength",
            "Strong, scarce and contested skills",
            "In which skills is London strong, and which are hard to find?",
            formula=(
                f"Strong: the boroughs at {_FROM} or {_TO}, of those whose level is known.",
                f"Scarce: at most one in {ONE_IN} of them is strong.",
                (
                    f"Contested: somebody wants help, and at least {EACH} do for each that would "
                    "teach."
                ),
                f"Neither is said where fewer than {FEWEST} levels are known.",
            ),
            limits=(
                "Levels are each borough’s own view of itself.",
                "A borough without a return is not known, not weak.",
            ),
            sources=(DIGITAL_AND_DATA, OURS),
            used=(pages.SKILLS,),
            code=("skills.strength:by_skill", "skills.strength:Strength.scarce"),
            terms=("level", "strong"),
        ),
        Method(
            "gaps-that-matter",
            "Gaps that matter",
            "Which skills does a borough lack for what it runs?",
            formula=(
                (
                    "For each skill: the highest level that any of its systems in use calls for, "
                    "less its own level. Above nought, the gap matters."
                ),
                "The furthest short first, then those for which most systems call.",
            ),
            limits=(
                "What calls for which skill is a working judgement, not a sourced fact.",
                "Where the level is not known it is a question, not a gap.",
            ),
            sources=(OURS,),
            used=(pages.SKILLS,),
            code=("skills.profile:Profile.mattering", "skills.needs:needed", "skills.needs:calls"),
            terms=("gap-that-matters", "working-judgement"),
        ),
        Method(
            "skill-changes",
            "Skills over the returns",
            "How have levels changed?",
            formula=(
                "Two returns after one another are compared: raised, lowered, or as it was.",
                (
                    f"Over {QUARTERS} quarters: the boroughs at each level at the end of each, the "
                    "last one today. A level counts from the latest day that its date can mean "
                    "until the next return."
                ),
            ),
            limits=(
                "A bar that grows may mean that more boroughs have answered.",
                "A correction keeps its date and is no change.",
            ),
            sources=(RULE,),
            used=(pages.SKILLS,),
            code=("skills.courses:changes", "skills.courses:tally", "skills.trend:by_quarter"),
            terms=("level", "return"),
        ),
        Method(
            "training-plan",
            "The training plan",
            "Who could teach whom, so that London gains most?",
            formula=(
                (
                    f"A borough may teach a skill from {_FROM} on, if it says that it can; who "
                    "wants help learns from one at least a level higher."
                ),
                (
                    f"Points of a pair: {POINTS.level} for each level between them; "
                    f"{POINTS.partnership} in the same partnership; {POINTS.swap} if each could "
                    f"teach the other something; {POINTS.product} for each product that both run "
                    f"for the same function, up to {POINTS.products}."
                ),
                (
                    f"A learner has one teacher in a skill, a teacher at most {CAP} learners (or "
                    "as asked). Of all such plans the one with most points is taken, found exactly."
                ),
                "Between plans worth the same, a number made of the two names decides.",
            ),
            limits=(
                "The points are our judgement; they rank pairs, never boroughs.",
                "Time, travel and whether people get on are not in it.",
            ),
            sources=(CROUSE, OURS),
            used=(pages.TRAINING,),
            code=("skills.training.plan:plan", "skills.training.benefit:Bonds.of"),
            symbols=(
                ("d", "levels between teacher and learner"),
                ("b", "points for what the two have in common"),
            ),
            maths=(
                maths.formula(
                    *(
                        maths.name("most "),
                        maths.total(maths.name("pairs"), "("),
                        str(POINTS.level),
                    ),
                    *("d", "+", "b", ")"),
                ),
            ),
            terms=("training-plan", "swap", "partnership"),
        ),
        Method(
            "cohorts",
            "Swaps, cohorts and wishes nobody can teach",
            "What can be done where pairs are not enough?",
            formula=(
                "Swap: a pair in which each teaches the other at least one skill in the plan.",
                (
                    "Cohort: for a skill in which somebody waits for a place, or in which "
                    f"{MANY} or more learners come to each teacher. The teacher is the one whose "
                    f"learners there have most points together; it takes up to {MOST}, the same "
                    "partnership first, then by steps on the tile map."
                ),
                "Nobody can teach it: no borough that offers is above the one that wants help.",
            ),
            limits=("Steps on the tile map are not miles.",),
            sources=(OURS,),
            used=(pages.TRAINING,),
            code=(
                "skills.training.plan:Plan.swaps",
                "skills.training.cohorts:cohorts",
                "skills.training.cohorts:gaps",
            ),
            terms=("swap", "cohort"),
        ),
        Method(
            "teaching",
            "Who can teach what, on the overview",
            "Which skills are both offered and wanted?",
            formula=(
                (
                    "Skills that one of the boroughs would teach and another wants help with, "
                    "those wanted by most first."
                ),
            ),
            limits=("Whether the one is above the other is asked by the training plan, not here.",),
            sources=(RULE,),
            used=(pages.HOME,),
            code=("citytools.overview:teaching",),
            terms=("can-teach", "wants-help"),
        ),
    ),
)
