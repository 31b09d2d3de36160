"""Groups of countries that trade is summed over. What belongs here: who is a member. What does not: sums, names."""

from __future__ import annotations

EU27 = (
    *("AUT", "BEL", "BGR", "HRV", "CYP", "CZE", "DNK", "EST", "FIN", "FRA", "DEU", "GRC", "HUN", "IRL"),
    *("ITA", "LVA", "LTU", "LUX", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "ESP", "SWE"),
)
CENTRAL_ASIA = ("KGZ", "TJK", "TKM", "UZB")
GROUPS = {"EU27": EU27, "central_asia": CENTRAL_ASIA}
