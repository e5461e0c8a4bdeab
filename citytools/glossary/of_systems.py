"""Terms of systems, products and suppliers."""

from citytools.glossary import pages
from citytools.pages.glossary import Term, explained, row_of
from systems.models import Hosting, Intention, Product, ServiceArea, Status

TERMS = (
    Term(
        "system",
        "System",
        pages.SYSTEMS,
        own=row_of("systems"),
        more="The 809 of 2019 were counted so. A product that a borough runs for two functions is "
        "two systems.",
        see=("product", "function", "status"),
    ),
    Term(
        "product",
        "Product",
        pages.PRODUCTS,
        columns=("systems.product", "products.product", "map.products", "contracts.products"),
        see=("manufacturer", "supplier", "system"),
    ),
    Term(
        "manufacturer",
        "Manufacturer",
        pages.PRODUCTS,
        columns=("systems.manufacturer", "products.manufacturer"),
        see=("product", "supplier"),
    ),
    Term(
        "supplier",
        "Supplier",
        pages.SUPPLIERS,
        columns=(
            "contracts.supplier",
            "suppliers.supplier",
            "pipeline.supplier",
            "contracts.transparency.supplier",
            "concentration.supplier",
        ),
        more="Where shares are of systems, the supplier is who makes the product.",
        see=("manufacturer", "owner", "concentration"),
    ),
    Term(
        "owner",
        "Owner today",
        pages.SUPPLIERS,
        own="The company to which a supplier belongs by its newest recorded ownership; where that "
        "company belongs to another, the last in the chain.",
        more="Names of 2019 find the owner of today, and the history keeps both.",
        see=("supplier", "concentration"),
    ),
    Term(
        "function",
        "Function",
        pages.MAP,
        columns=(
            "systems.function",
            "map.function",
            "contracts.functions",
            "products.functions",
            "pipeline.functions",
            "contracts.transparency.description",
        ),
        more="A contract may cover several.",
        see=("service-area", "frontline"),
    ),
    Term(
        "service-area",
        "Service area",
        pages.SYSTEMS,
        columns=("systems.service_area", "map.service_area", "contracts.service_areas"),
        see=("function", "frontline"),
    ),
    Term(
        "frontline",
        "Frontline and corporate",
        pages.SYSTEMS,
        columns=("systems.kind",),
        values=explained(
            ServiceArea.Kind,
            {
                "frontline": "It serves residents, such as housing or libraries.",
                "corporate": "It serves the council itself, such as finance or payroll.",
            },
        ),
        see=("service-area",),
    ),
    Term(
        "hosting",
        "Hosting",
        pages.SYSTEMS,
        columns=("systems.hosting",),
        values=explained(
            Hosting,
            {
                "on_premises": "On the council’s own machines, in its own rooms.",
                "council_cloud": "In a public cloud, in an account that the council runs.",
                "supplier_hosted": "On machines that the supplier runs for this council.",
                "saas": "One service that the supplier runs for many customers alike.",
                "shared": "On machines that another borough runs for both.",
                "outsourced": "Run by a company that carries out the work itself.",
            },
        ),
        see=("status", "not-known"),
    ),
    Term(
        "status",
        "Status",
        pages.SYSTEMS,
        columns=("systems.status",),
        more="In use means neither retired nor only planned; what is not known counts as in use.",
        values=explained(
            Status,
            {
                "live": "In daily use.",
                "implementing": "Bought and being set up.",
                "retiring": "In use, and on its way out.",
                "retired": "No longer in use.",
                "planned": "Decided on, and not begun.",
            },
        ),
        see=("intention", "system"),
    ),
    Term(
        "intention",
        "Intention",
        pages.PRODUCTS,
        columns=("systems.intention",),
        values=explained(
            Intention,
            {
                "keep": "It stays as it is.",
                "review": "Whether it stays is being looked at.",
                "replace": "Another product is to take its place.",
                "retire": "It goes, and nothing takes its place.",
            },
        ),
        see=("status",),
    ),
    Term(
        "users",
        "Users",
        pages.SYSTEMS,
        columns=("systems.users",),
        more="Who uses two systems is counted in both.",
        see=("not-known",),
    ),
    Term(
        "satisfaction",
        "Satisfaction",
        pages.PRODUCTS,
        columns=("systems.satisfaction",),
        see=("mean",),
    ),
    Term(
        "certainty",
        "How sure we are",
        pages.PRODUCTS,
        columns=("products.certainty",),
        values=explained(
            Product.Certainty,
            {
                "sourced": "A source names the product and who makes it.",
                "known": "Common knowledge of the trade; no source is recorded.",
                "to_verify": "Doubtful: to be checked before anyone relies on it.",
            },
        ),
        see=("confidence",),
    ),
    Term(
        "sme",
        "SME",
        pages.TRANSPARENCY,
        columns=("suppliers.sme", "contracts.transparency.sme"),
        more="The letters stand for small and medium-sized enterprise.",
        see=("vcse", "transparency-code"),
    ),
    Term(
        "vcse",
        "VCSE",
        pages.TRANSPARENCY,
        columns=("suppliers.vcse", "contracts.transparency.vcse"),
        more="The letters stand for voluntary, community and social enterprise.",
        see=("sme", "transparency-code"),
    ),
)
