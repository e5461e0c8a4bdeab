"""The pages of the site that the glossary and the methods point to."""

from citytools.pages.glossary import Page

HOME = Page("home", "the overview")
SYSTEMS = Page("systems:list", "the list of systems")
PRODUCTS = Page("systems:products", "products, and the page of each")
SUPPLIERS = Page("systems:suppliers", "suppliers, and the page of each")
MAP = Page("systems:map", "the service map")
CONTRACTS = Page("contracts:list", "the list of contracts, and the page of each")
TIMELINE = Page("contracts:timeline", "the timeline of contracts")
TOGETHER = Page("contracts:together", "windows to buy together, and the page of each")
PIPELINE = Page("contracts:pipeline", "drafts of pipeline notices")
CONCENTRATION = Page("contracts:concentration", "how concentrated the market is")
FRAMEWORKS = Page("contracts:frameworks", "frameworks, and the page of each")
TRANSPARENCY = Page("contracts:transparency", "what the Transparency Code asks for")
SKILLS = Page("skills:list", "skills by borough, and the page of each skill")
TRAINING = Page("skills:training", "the training plan")
BOROUGHS = Page("boroughs:list", "boroughs, and the profile of each")
COMPARE = Page("boroughs:compare", "boroughs side by side")
RESEARCH = Page("research:list", "research")
SEARCH = Page("search", "the search")
DATA = Page("data", "the data dictionary")
METHOD = Page("method", "how every number is worked out")
