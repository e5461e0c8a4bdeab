"""The service map: who runs what, function by borough."""

from systems.service_map.layout import MAP_COLUMNS, MapFilter, ServiceMap, of_filter

__all__ = ["MAP_COLUMNS", "MapFilter", "ServiceMap", "of_filter"]
