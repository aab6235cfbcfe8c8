"""Numbers of the fields of an OSM PBF file that several modules know.

References
----------
OpenStreetMap wiki, *PBF Format*.
"""

# Of a group: kinds of objects.
PLAIN_NODE, DENSE_NODES, WAY, RELATION = 1, 2, 3, 4
# Kinds of members of a relation: nodes are 0.
MEMBER_WAY, LAST_KIND = 1, 2
