"""A base of two series over seven years, whose shares are known: what reports of change are tried on.

Of Summit, operations rises from 10 % to 70 %, streaming stays; its editions of 2018 and 2019 differ in text. Camp has
more lightning talks. Both have technologies, companies, repeated talks and speakers who come back.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlmodel import Session

from app.models import Appearance, Speaker, Talk, Technology, TechnologyMention
from app.reports.registry import get_report
from app.reports.request import ReportRequest
from tests.trends.sample import Builder

YEARS = range(2014, 2021)
TALKS = 40


@dataclass
class _People:
    build: Builder
    known: dict[str, Speaker] = field(default_factory=dict)

    def gives(self, talk: Talk, slug: str, organisation: str | None) -> None:
        if slug not in self.known:
            self.known[slug] = Speaker(slug=slug, name=slug.replace("-", " ").title())
            self.build.add(self.known[slug])
        if organisation and organisation not in self.build.organisations:
            self.build.organisation(organisation)
        self.build.add(
            Appearance(
                talk_id=talk.id or 0,
                speaker_id=self.known[slug].id or 0,
                organisation_id=self.build.organisations[organisation].id if organisation else None,
                name_as_listed=slug,
            )
        )


def fill_years(session: Session) -> None:
    """The whole base."""
    build = Builder(session)
    build.theme("operations", "Operations")
    build.theme("kubernetes", "Kubernetes", parent="operations")
    build.theme("streaming", "Streaming")
    build.theme("unused", "Unused")
    kafka, ksql = Technology(slug="kafka", name="Kafka"), Technology(slug="ksql", name="KSQL")
    build.add(kafka, ksql)
    people = _People(build)
    for place, year in enumerate(YEARS):
        _summit(build, people, place, year, kafka, ksql)
    for year in (2018, 2019):
        _camp(build, people, year)
    build.edition("camp-2021", "Camp 2021", "2021-05-02", series="camp")
    build.edition("lone-2020", "Lone 2020", "2020-03-01", series="lone")
    build.talk("lone-2020", machine={"operations": 0.9}, main="operations", title="Alone", kind="workshop")
    session.commit()


def _summit(build: Builder, people: _People, place: int, year: int, kafka: Technology, ksql: Technology) -> None:
    build.edition(f"summit-{year}", f"Summit {year}", f"{year}-09-01", TALKS if year == YEARS[-1] else None)
    about = 4 + 4 * place
    for number in range(TALKS):
        confirmed: tuple[str, ...] = ("operations",) if number < about else ()
        if number < place:
            confirmed += ("kubernetes",)
        talk = build.talk(
            f"summit-{year}",
            confirmed=confirmed + (("streaming",) if number % 4 == 0 else ()),
            rejected=() if confirmed else ("operations",),
            main="operations" if confirmed else None,
            kind="keynote" if number == TALKS - 1 else "breakout",
            title=f"Summit {year}, {number}",
            abstract="About it." if year >= 2019 or number // 4 % 2 == 0 else None,
            language="fr" if number == 5 and year >= 2019 else "en",
            family=f"talk-{number + 1}" if number == 3 and place else None,
        )
        speaker = f"regular-{number}" if number < 20 else f"guest-{year}-{number}"
        organisations = ("confluent", "etsy", None, f"newcomer-{year}")
        people.gives(talk, speaker, organisations[number] if number < len(organisations) else None)
        for technology, count in ((kafka, 20), (ksql, 2 * place)):
            if number < count:
                build.add(TechnologyMention(talk_id=talk.id or 0, technology_id=technology.id or 0))


def _camp(build: Builder, people: _People, year: int) -> None:
    build.edition(f"camp-{year}", f"Camp {year}", f"{year}-05-02", series="camp")
    for number in range(30):
        talk = build.talk(
            f"camp-{year}",
            machine={"streaming": 0.95} if number % 5 else {},
            main="streaming" if number % 5 else None,
            kind="lightning" if number < 20 else "talk",
            title=f"Camp {year}, {number}",
            abstract="About it.",
            language="en",
        )
        people.gives(talk, f"camper-{number}", None)


def what_it_takes(name: str, request: ReportRequest) -> ReportRequest:
    """`request` without what the report `name` would refuse."""
    takes = get_report(name).takes
    return ReportRequest.of([(parameter, value) for parameter, value in request.parameters() if parameter in takes])
