"""Pure arithmetic, one file a subject. Series in, Readings out: no file, no language, no picture, no clock.

The lowest first; each imports only from those before it in this list:

- ``readings``: out of a series, checked against each other, made into new ones; the toolkit
- ``news``: a reading that is too old to be reported as news
- ``growth``: a reading compared with another
- ``decomposition``: parts and stages of a growth
- ``aggregates``: totals, means, rolling sums, peaks
- ``indices``: rates from published indices, levels relative to a base, rebasing, splicing
- ``part_years``: parts of a year, projections, cumulated figures
- ``real_terms``: constant prices, real rates
- ``real_exchange``: a currency's rate corrected for prices, for one partner and for several
- ``inflation``: published rates, their pace, the price level, averages
- ``components``: components of consumer prices and their weights
- ``price_contributions``: contributions of components to inflation
- ``base_effects``: the month added to a twelve-month rate and the month dropped
- ``targeting``: the inflation target and the distance to it
- ``core_inflation``: published core, trimmed mean, median
- ``policy_rate``: the rate in force, nominal and real
- ``breaks``: regimes of monthly inflation
- ``revisions``: vintages of a series, and changes that only look like revisions
- ``forecasts``: the expectations of successive editions against the outcomes
- ``fdi``: investment, net and gross
- ``transit``: volumes of several publishers, implied bases
- ``ranking``: a country among its peers, within one year
- ``trade``: exports, imports, turnover; shares, contributions, implied totals, currencies
- ``country_groups``: groups of countries, their members on a day
- ``partners``: trade by partner, both flows side by side
- ``concentration``: the share of a flow in a few hands, as an index
- ``goals``: a level against an announced one, and the pace that would reach it
- ``aid``: loads, stages that never add up, what it comes to for each person
- ``mirror``: one flow as reported by two countries, unit values
- ``reexports``: flows against their expected level, as a range, with its placebo
"""
