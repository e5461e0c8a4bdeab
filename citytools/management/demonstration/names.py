"""Names that nobody will take for real: villages that do not exist, and words for daydreams.

Every invented supplier and product ends in "(invented)". A name that equals, contains, or is
contained in a real one is passed over, so that new real facts never make an invented name lie.
"""

from collections.abc import Iterable, Iterator

from citytools.management.demonstration.reference_data import clashes

MARK = " (invented)"

SUPPLIERS = (
    "Examplewick Software", "Fableton Systems", "Pretendham Group", "Imaginaston Digital",
    "Wouldbury Technologies", "Maybeford Solutions", "Sampleworth Computing", "Figmentham Software",
    "Supposeley Systems", "Daydreamby Data", "Notionthorpe Digital", "Guessingham Software",
    "Perhapston Computing", "Fancyfold Works", "Hearsayby Systems", "Moonshinewick Cloud",
    "Otherwisey Software", "Elsewhereham Solutions", "Nowherton Digital", "Almostbury Data",
    "Yonderleigh Software", "Somedayford Systems", "Ifonlyham Technologies", "Whimsworth Works",
    "Talebury Software", "Storyhurst Digital", "Yarnwick Computing", "Rumourby Solutions",
    "Conjectham Systems", "Hypothorpe Analytics", "Mirageley Software", "Riddlesworth Digital",
    "Puzzlebury Systems", "Lullabyford Care", "Parablewick Software", "Balladham Media",
    "Rhymingford Records", "Fictionby Software", "Makebeleigh Digital", "Inventonbury Systems",
    "Seemingham Software", "Quasiford Networks", "Dummyleigh Computing", "Sketchbury Design",
    "Draftwell Software", "Patterham Systems", "Mockingwell Digital", "Phantomby Cloud",
    "Legendry Software", "Mythamstead Systems",
)  # fmt: skip

RESELLERS = ("Placeholdham Supplies", "Thingummybury Resellers", "Whatsitford Trading")

BRANDS = (
    "Quillfeather", "Inkwhistle", "Moonbucket", "Teacosy", "Owlbarrow", "Puddleglass",
    "Lanternbee", "Marmalark", "Crumbledown", "Wobblewood", "Gingerloft", "Kettlewhisper",
    "Plumwhistle", "Snugglefold", "Tumblewick", "Bumblecraft", "Pepperpotter", "Ribbonwright",
    "Turniptide", "Rhubarbary", "Custardly", "Clockberry", "Dapplemint", "Featherledger",
    "Gooseberrylane", "Hazelquill", "Jamcastle", "Larkspindle", "Mulberrybell", "Nettlepin",
    "Otterlamp", "Parsnipette", "Quincebury", "Rainpuddle", "Saddlebean", "Treaclewing",
    "Umberpond", "Velvetmole", "Walnutlamp", "Yarrowbell", "Badgerlight", "Cobblecake",
    "Doorknobbly", "Elderbubble", "Flapjackdaw", "Greengagery",
)  # fmt: skip


def invented(bare_names: Iterable[str], taken: Iterable[str]) -> Iterator[str]:
    """The names with their mark, without those that clash with a name already taken."""
    taken = tuple(taken)
    for bare in bare_names:
        if not clashes(bare + MARK, taken):
            yield bare + MARK


def village(supplier: str) -> str:
    """The first word of an invented supplier, which its products may bear."""
    return supplier.split(" ")[0]
