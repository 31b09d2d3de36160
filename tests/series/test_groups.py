"""Groups of countries: their members on a day, and a file that is refused."""

from datetime import date

import pytest

from kzreport.errors import DataError
from kzreport.series.groups import all_groups


def groups_on(day):
    """Group -> its members on a day."""
    return {name: group.members(day) for name, group in all_groups().items()}


BEFORE, AFTER = date(2019, 12, 31), date(2020, 12, 31)


def test_members_follow_the_day():
    """A country that left is a member in the years before; the Union of fixed membership is the same in all."""
    then, now = groups_on(BEFORE), groups_on(AFTER)
    assert set(then["EU"]) - set(now["EU"]) == {"GBR"}
    assert set(now["EU"]) == set(now["EU27"]) == set(then["EU27"]) and len(now["EU27"]) == 27
    assert len(groups_on(date(2012, 12, 31))["EU"]) == 27 and len(groups_on(date(2003, 12, 31))["EU"]) == 15


def test_a_project_without_the_file_has_no_groups(home):
    (home.root / "data" / "groups.yml").unlink()
    assert all_groups() == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A: {member: [FRA]}", "data/groups.yml, A: found the key 'member', expected keys among members, dated"),
        ("A: {members: []}", "A: found no member"),
        ("A: {members: [FRA, FRA]}", "A: found FRA, FRA, expected members, each once"),
        ("A: {members: [FRA], dated: {FRA: {since: 2001-01-01}}}", "each once"),
        ("A: {members: FRA}", "A, members: found 'FRA'"),
        ("A: {members: [FRA], dated: {GBR: {until: 2020}}}", "A, dated.GBR.until: found '2020', expected a date"),
        ("A: {members: [FRA], dated: {GBR: {since: 2021-01-01, until: 2020-01-31}}}", "'until' before 'since'"),
        ("[FRA]", "a map from the name of a group"),
    ],
)
def test_a_group_that_is_wrong_is_named(home, text, words):
    home.write("data/groups.yml", text)
    with pytest.raises(DataError) as error:
        all_groups()
    assert words in str(error.value)
