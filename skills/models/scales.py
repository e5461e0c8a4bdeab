"""How far an organisation has a skill, and with how many people."""

from django.db import models


class Level(models.IntegerChoices):
    """None, then the four levels of the Government Digital and Data capability framework."""

    NONE = 0, "None"
    AWARENESS = 1, "Awareness"
    WORKING = 2, "Working"
    PRACTITIONER = 3, "Practitioner"
    EXPERT = 4, "Expert"

    @property
    def meaning(self) -> str:
        """What the level says of an organisation, in our words."""
        return _MEANINGS[self.value]


class Headcount(models.TextChoices):
    """How many people, in bands wide enough to name nobody.

    Written with words: a spreadsheet reads 3-5 as the third of May.
    """

    NOBODY = "0", "0"
    ONE = "1 to 2", "1 to 2"
    THREE = "3 to 5", "3 to 5"
    SIX = "6 to 10", "6 to 10"
    ELEVEN = "11 to 20", "11 to 20"
    MORE = "21 or more", "21 or more"


_MEANINGS = (
    "Nobody in the organisation can do it yet.",
    "Some know what it is for, and when to ask for help with it.",
    "It can be done here with guidance from others, or on simpler work.",
    "It is done here without help on work of the usual size, and others are shown how.",
    "It is led from here: hard cases are solved, standards set, and others taught.",
)
