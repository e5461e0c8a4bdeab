"""The service map: who runs what, function by borough."""

from systems.service_map.layout import MAP_COLUMNS, MapFilter, ServiceMap, service_map_for

__all__ = ["MAP_COLUMNS", "MapFilter", "ServiceMap", "service_map_for"]
