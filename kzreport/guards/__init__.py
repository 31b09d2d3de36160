"""Guards: checks that a state of the figures, or a change of it, is plausible.

- :mod:`~kzreport.guards.table`: the one list, with what is an error, a question, a warning
- :mod:`~kzreport.guards.finding`: what a guard saw; ``errors_of``, ``questions_of``, ``warnings_of``
- :mod:`~kzreport.guards.state`: ``check_state(today, as_of, changed)`` of all figures of the project as known on a day
- :mod:`~kzreport.guards.change`: ``check_change(d, old, new, today, about)`` of one table before and after
- :mod:`~kzreport.guards.relations`: relations between series, from ``data/relations.yml``
- :mod:`~kzreport.guards.excuses`: exceptions, from ``data/issues.yml``
"""
