"""Regions of which no terms are known: whether their schools teach on a day is then not checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.domain import access
from scheduler.models.places import Organisation, Region, Stage
from scheduler.models.school_time import Term
from scheduler.web.door import viewer
from scheduler.web.locale import joined, language, name_of
from scheduler.wording import label


def missing_terms(session: Session, schools: Iterable[Organisation]) -> dict[int, dict[str, Any]]:
    """Region id → {words, new_url} where a stage of these schools has no term; one query.

    ``new_url`` is "" for those who may not enter terms.
    """
    wanted: dict[Region, set[str]] = {}
    for school in schools:
        wanted.setdefault(school.region, set()).update(filter(None, school.stages.split(",")))
    of_regions = Term.region_id.in_({region.id for region in wanted})
    query = select(Term.region_id, Term.stage).where(of_regions, Term.retired_at.is_(None)).distinct()
    known: dict[int, set[Stage]] = {}
    for region_id, stage in session.execute(query):
        known.setdefault(region_id, set()).add(stage)
    return {
        region.id: _told(region, [stage for stage in Stage if stage in stages - known.get(region.id, set())])
        for region, stages in wanted.items()
        if stages - known.get(region.id, set()) or region.id not in known
    }


def _told(region: Region, stages: list[Stage]) -> dict[str, Any]:
    names, where = joined(label(language(), stage) for stage in stages), name_of(region)
    where = _("%(rule)s（%(name)s）", rule=where, name=names) if names else where
    return {
        "words": _("%(where)s还没有登记学期，排课时不核对是否在学期内。", where=where),
        "new_url": url_for("directory.new_form", key="terms", region_id=region.id)
        if access.can_edit_regions(viewer(), region.partnership_id)
        else "",
    }
