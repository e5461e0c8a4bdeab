"""Two to six boroughs side by side."""
