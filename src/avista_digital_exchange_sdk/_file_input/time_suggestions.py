"""Advice on timestamps that are not detected: possible arguments to parse them."""

import re

from .time_texts import FORMATS, ISO, parse_with_format


def suggest_unit(text: str) -> str | None:
    """Suggest the unit of a number that may be a recent timestamp or a spreadsheet serial."""
    try:
        number = abs(float(text.replace(",", ".")))
    except ValueError:
        return None
    for unit, seconds in (("s", 1), ("ms", 1e3), ("us", 1e6), ("ns", 1e9)):
        if 3.1e8 * seconds <= number < 4.2e9 * seconds:
            return unit
    if 25_000 < number < 75_000:
        return "excel"
    return "matlab" if 700_000 < number < 800_000 else None


_COMPACT = {
    14: "%Y%m%d%H%M%S",
    12: "%Y%m%d%H%M",
    10: "%Y%m%d%H",
    8: "%Y%m%d",
}


# The same with years of two digits, unless they are plausible seconds since 1970.
_SHORT_COMPACT = {12: "%y%m%d%H%M%S", 10: "%y%m%d%H%M", 6: "%y%m%d"}
_LATE_SECONDS = 1_900_000_000


def suggest_compact_format(text: str) -> str | None:
    """Suggest the format of a number that begins with a plausible year."""
    if not text.isdigit():
        return None
    form = _COMPACT.get(len(text)) if 1970 <= int(text[:4]) <= 2100 else None
    if form is None or not parse_with_format(form)(text):
        is_epoch = len(text) == 10 and int(text) < _LATE_SECONDS
        form = None if is_epoch else _SHORT_COMPACT.get(len(text))
    return form if form and parse_with_format(form)(text) else None


_HOUR = re.compile(r"(\D*\d+([-/. ]).+) \d{1,2}")


def suggest_hour_format(text: str) -> str | None:
    """Suggest the format of a date and an hour without minutes, if it is unambiguous."""
    found = _HOUR.fullmatch(text)
    forms = [form for form in FORMATS if found and form.parse(found[1])]
    if found is None or not forms or (len(forms) > 1 and forms[0] is not ISO):
        return None
    form = forms[0].strptime.partition("T")[0].partition(" ")[0].replace("/", found[2]) + " %H"
    return form if parse_with_format(form)(text) else None
