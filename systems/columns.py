"""The columns of the systems, products and suppliers files. Append only: scripts depend on them."""

from django.db.models import OuterRef

from citytools.lists.columns import SOURCE_COLUMNS, Column, listed
from systems.models import (
    Hosting,
    Intention,
    Product,
    ProductAlias,
    ServiceArea,
    Status,
    SupplierAlias,
)

SYSTEM_COLUMNS = (
    Column("system_id", "integer", "Number of this record, in its page's address.", "pk"),
    Column(
        "gss_code",
        "text",
        "The borough's code at the Office for National Statistics.",
        "borough__gss_code",
    ),
    Column("borough", "text", "The body that uses the system.", "borough__name"),
    Column(
        "service_area",
        "text",
        "A part of the council's work, made up of functions.",
        "function__service_area__name",
    ),
    Column(
        "function", "text", "A job that a system does, within one service area.", "function__name"
    ),
    Column(
        "kind",
        "text",
        "Whether the service area faces residents or the council.",
        "function__service_area__kind",
        allowed=tuple(ServiceArea.Kind.values),
    ),
    Column("product", "text", "A piece of software, whoever sells it.", "product__name"),
    Column(
        "manufacturer",
        "text",
        "Who makes the product; the contract may be with a reseller.",
        "product__manufacturer__name",
    ),
    Column(
        "hosting",
        "text",
        "Where the system runs, and who runs it.",
        "hosting",
        allowed=tuple(Hosting.values),
    ),
    Column(
        "status", "text", "Where the system is in its life.", "status", allowed=tuple(Status.values)
    ),
    Column(
        "live_since",
        "partial date",
        "Since when it is in use; as precise as the source.",
        "live_since",
    ),
    Column("users", "integer", "Named users of the system.", "users", unit="people"),
    Column(
        "satisfaction",
        "integer",
        "The borough's own view of the system, 1 (poor) to 5 (very good).",
        "satisfaction",
        allowed=("1", "2", "3", "4", "5"),
    ),
    Column(
        "intention",
        "text",
        "What the borough means to do with the system.",
        "intention",
        allowed=tuple(Intention.values),
    ),
    *SOURCE_COLUMNS,
)

PRODUCT_COLUMNS = (
    Column("product_id", "integer", "Number of this record.", "pk"),
    Column("product", "text", "A piece of software, whoever sells it.", "name"),
    Column("slug", "text", "Its name in addresses and filters.", "slug"),
    Column("manufacturer", "text", "Who makes it.", "manufacturer__name"),
    Column(
        "functions",
        "list",
        "The jobs it is made for.",
        listed(
            Product.functions.through.objects.filter(product=OuterRef("pk")).order_by(
                "function__position"
            ),
            "function__name",
        ),
    ),
    Column(
        "other_names",
        "list",
        "Former names and other spellings.",
        listed(ProductAlias.objects.filter(product=OuterRef("pk")), "name"),
    ),
    Column(
        "systems",
        "integer",
        "Systems known that use it, over all bodies.",
        "system_count",
        unit="systems",
    ),
    Column(
        "boroughs",
        "integer",
        "How many of the 33 are known to run it.",
        "borough_count",
        unit="boroughs",
    ),
    Column(
        "illustrative",
        "yes or no",
        "Whether it is invented for demonstration: made up to show what the site can do.",
        "illustrative",
    ),
    Column(
        "certainty",
        "text",
        "How sure we are of the product and its maker.",
        "certainty",
        allowed=tuple(Product.Certainty.values),
    ),
    Column("source", "text", "What shows it.", "source"),
)

SUPPLIER_COLUMNS = (
    Column("supplier_id", "integer", "Number of this record.", "pk"),
    Column("supplier", "text", "The company.", "name"),
    Column("slug", "text", "Its name in addresses and filters.", "slug"),
    Column("company_number", "text", "As registered at Companies House.", "company_number"),
    Column("sme", "yes or no", "Whether the supplier is small or medium-sized.", "sme"),
    Column(
        "vcse", "yes or no", "Whether the supplier is a voluntary or social enterprise.", "vcse"
    ),
    Column(
        "other_names",
        "list",
        "Former names and other spellings.",
        listed(SupplierAlias.objects.filter(supplier=OuterRef("pk")), "name"),
    ),
    Column("products", "integer", "Products it makes.", "product_count", unit="products"),
    Column(
        "systems", "integer", "Systems known that use its products.", "system_count", unit="systems"
    ),
    Column("contracts", "integer", "Contracts known with it.", "contract_count", unit="contracts"),
    Column(
        "illustrative",
        "yes or no",
        "Whether it is invented for demonstration: made up to show what the site can do.",
        "illustrative",
    ),
)
