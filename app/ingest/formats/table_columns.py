"""Which column of a table is which field of a talk: guessed from the words of its header, or said by a person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from app.errors import InputError
from app.text.names import name_key

FIELDS: dict[str, tuple[str, ...]] = {
    "title": (
        "title", "talk title", "session title", "talk", "session", "name of talk", "session name", "presentation",
        "presentation title", "proposal title", "paper title", "topic", "subject", "titel", "vortrag", "vortragstitel",
        "thema", "titre", "titre de la session", "intitule", "sujet", "titulo", "charla", "palestra", "titolo",
        "intervento", "tytuł", "tytul", "название", "тема", "タイトル", "题目", "标题", "講演タイトル", "제목",
    ),
    "speakers": (
        "speaker", "speakers", "speaker s", "speaker name", "speaker names", "speaker name s", "presenter",
        "presenters", "presented by", "author", "authors", "by", "who", "name", "names", "full name", "referent",
        "referenten", "referentin", "referent in", "vortragende", "vortragender", "sprecher", "sprecherin",
        "orateur", "orateurs", "intervenant", "intervenants", "conferencier", "auteur", "ponente", "ponentes",
        "orador", "oradores", "palestrante", "palestrantes", "autor", "autores", "relatore", "relatori", "spreker",
        "prelegent", "prelegenci", "докладчик", "докладчики", "спикер", "спикеры", "講演者",
        "登壇者", "讲师", "演讲者", "발표자",
    ),
    "first_name": ("first name", "firstname", "given name", "vorname", "prenom", "nombre", "nome"),
    "last_name": ("last name", "lastname", "surname", "family name", "nachname", "nom", "apellido", "apellidos"),
    "affiliation": (
        "affiliation", "affiliations", "company", "companies", "organisation", "organization", "employer",
        "speaker company", "firma", "unternehmen", "entreprise", "societe", "empresa", "compania", "azienda", "firma",
        "компания", "会社", "所属", "公司", "회사",
    ),
    "job_title": ("job title", "job", "position", "role", "speaker title", "funktion", "poste", "fonction", "cargo"),
    "tagline": ("tagline", "tag line", "headline", "speaker tagline"),
    "bio": ("bio", "biography", "speaker bio", "biographie", "biografia", "about the speaker"),
    "abstract": (
        "abstract", "description", "talk description", "session description", "session abstract", "summary", "details",
        "outline", "beschreibung", "zusammenfassung", "kurzbeschreibung", "inhalt", "resume", "descripcion", "resumen",
        "descricao", "resumo", "descrizione", "opis", "описание", "аннотация", "概要", "説明", "摘要", "简介", "설명",
    ),
    "track": (
        "track", "tracks", "track name", "stream", "theme", "category", "categories", "devroom", "strang", "kategorie",
        "parcours", "categorie", "pista", "categoria", "трек", "секция", "トラック", "트랙",
    ),
    "room": (
        "room", "room name", "location", "venue", "hall", "stage", "raum", "saal", "ort", "salle", "lieu", "sala",
        "lugar", "auditorium", "зал", "会場", "部屋", "会议室", "장소",
    ),
    "date": (
        "date", "day", "session date", "datum", "tag", "jour", "fecha", "dia", "data", "giorno", "дата", "日付", "日期",
    ),
    "starts_at": (
        "start", "starts at", "start time", "start date", "time", "begin", "begins", "from", "date time", "datetime",
        "scheduled at", "start date time", "uhrzeit", "beginn", "anfang", "von", "zeit", "heure", "debut",
        "hora", "inicio", "hora de inicio", "ora", "inizio", "начало", "время", "開始", "時間", "时间",
    ),
    "ends_at": ("end", "ends at", "end time", "end date", "to", "until", "ende", "bis", "fin", "fim", "fine", "конец"),
    "duration": (
        "duration", "length", "minutes", "duration minutes", "duration min", "length minutes", "dauer", "duree",
        "duracion", "duracao", "durata", "длительность", "所要時間", "时长",
    ),
    "kind": (
        "type", "kind", "format", "session type", "session format", "talk type", "submission type", "typ", "art",
        "tipo", "formato", "тип",
    ),
    "level": ("level", "audience level", "difficulty", "experience level", "niveau", "nivel", "livello", "уровень"),
    "language": ("language", "lang", "talk language", "sprache", "langue", "idioma", "lingua", "jezyk", "язык", "言語"),
    "video": ("video", "video url", "video link", "recording", "recording url", "youtube", "youtube link", "videolink"),
    "slides": ("slides", "slides url", "slides link", "slide deck", "deck", "folien", "diapositives", "diapositivas"),
    "code": ("code url", "code link", "repository", "repo", "github", "source code"),
    "url": ("url", "link", "website", "web page", "page", "session url", "talk url"),
    "technologies": ("technologies", "technology", "tools", "software", "technologien"),
    "note": ("note", "notes", "comment", "comments", "bemerkung", "remarque", "nota"),
    "status": ("status", "state", "submission status", "zustand", "statut", "estado"),
    "id": (
        "id", "code", "talk id", "session id", "proposal id", "submission id", "key", "guid", "uuid", "nr", "no",
        "number", "submission code", "session code",
    ),
    "edition": ("edition", "event", "conference", "conference name", "event name", "konferenz", "conference edition"),
    "series": ("series", "conference series"),
    "city": ("city", "stadt", "ville", "ciudad", "cidade"),
    "country": ("country", "land", "pays", "pais", "paese"),
}  # fmt: skip
"""Our fields, and the words that headers use for them, the surest first."""

_MANY = frozenset({"speakers", "first_name", "last_name", "affiliation", "job_title", "tagline", "bio"})
"""Fields that "Speaker 1", "Speaker 2" may give in several columns."""
_KEYS = {
    field: {name_key(word): rank for rank, word in reversed(list(enumerate(words)))} for field, words in FIELDS.items()
}

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")

Columns = Mapping[str, tuple[int, ...]]


def guess(header: Sequence[str], said: Mapping[str, str]) -> Columns:
    """Positions of the columns of each field. What `said` (field by column) names wins over every guess.

    InputError for a field that is none of ours.
    """
    for column, field in said.items():
        if field not in FIELDS and field != "-":
            raise InputError(
                f"“{field}” is no field; write --map '{column}=FIELD' with one of {', '.join(FIELDS)}, or - for none."
            )
    by_key = {name_key(column): field for column, field in said.items()}
    found: dict[str, list[int]] = {}
    guesses: dict[str, list[tuple[int, int]]] = {}
    for at, words in enumerate(header):
        key = name_key(words[:200])
        if key in by_key:
            if by_key[key] != "-":
                found.setdefault(by_key[key], []).append(at)
            continue
        plain = key.rstrip("0123456789 ")
        bare = name_key(_BRACKETS.sub(" ", words[:200]))
        for field, words_of_field in _KEYS.items():
            rank = words_of_field.get(key, words_of_field.get(bare))
            if rank is None and field in _MANY:
                rank = words_of_field.get(plain)
            if rank is not None:
                guesses.setdefault(field, []).append((rank, at))
                break
    for field, places in guesses.items():
        if field in found:
            continue
        best = min(places)
        found[field] = [at for _, at in places] if field in _MANY else [best[1]]
    if "speakers" in found and "name" in {name_key(words) for words in header} and "speakers" not in by_key.values():
        others = [at for at in found["speakers"] if name_key(header[at]) not in ("name", "names")]
        if others and "title" not in found:
            found["title"] = [at for at in found["speakers"] if at not in others][:1]
        # A column called only “Name” is the speaker's where no other column is.
        found["speakers"] = others or found["speakers"]
    return {field: tuple(places) for field, places in found.items()}


def shown(header: Sequence[str], columns: Columns) -> str:
    """The mapping in words, ready to be corrected with --map."""
    used = {at for places in columns.values() for at in places}
    pairs = [f"{header[at].strip()}={field}" for field, places in columns.items() for at in places]
    left = [words.strip() for at, words in enumerate(header) if words.strip() and at not in used]
    text = f"Columns read: {', '.join(pairs)}."
    return text + (f" Not read: {', '.join(left[:20])}." if left else "") + " Correct it with --map COLUMN=FIELD."
