"""The item catalogue as a sheet: CSV (RFC 4180), UTF-8, a header, an item a line, values of a cell by spaces.

A sheet is taken as a whole or not at all; each fault names line and column, so that it can be mended there.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace

from idp.policies.fault import MOST_FAULTS, Fault, Faulty
from idp.policies.kinds.items import COLUMNS, MOST_ITEMS, Catalogue, Item, item_of, too_many

_LISTS = ("user_types", "scopes", "mandate_kinds")
_LARGEST = 16 << 20
_BOM = "\ufeff"


def read(data: bytes) -> dict[str, Item]:
    """The catalogue of a sheet; raises ``Faulty``."""
    found: dict[str, Item] = {}
    faults: list[Fault] = []
    for line, cells in _lines(_text(data)):
        item, wrong = item_of(cells["item_code"], _members(cells))
        faults += [replace(one, line=line) for one in wrong]
        if item is not None:
            if item.code in found:
                told = _fault("事项编码重复", "the code stands in an earlier line", line, "item_code")
                faults.append(replace(told, at=item.code))
            found[item.code] = item
        if len(found) > MOST_ITEMS:
            faults.append(replace(too_many(), line=line))
        if len(faults) >= MOST_FAULTS or len(found) > MOST_ITEMS:
            break
    if faults:
        raise Faulty(faults[:MOST_FAULTS])
    return found


def placed(faults: Iterable[Fault], data: bytes) -> list[Fault]:
    """The same faults, each with the line of its item in the sheet."""
    lines = {cells["item_code"]: line for line, cells in _lines(_text(data))}
    return [replace(one, line=lines.get(one.at, 0)) for one in faults]


def write(catalogue: Catalogue) -> str:
    """A catalogue as the sheet that ``read`` reads; with a BOM, for spreadsheets guess wrongly without."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(COLUMNS)
    for code, item in sorted(catalogue.items()):
        lists = {name: " ".join(getattr(item, name)) for name in _LISTS}
        cells = {"item_code": code, "name": item.name, "name_en": item.name_en, "level": item.level} | lists
        writer.writerow([cells[column] for column in COLUMNS])
    return _BOM + made.getvalue()


def _text(data: bytes) -> str:
    if len(data) > _LARGEST:
        raise Faulty([_fault("表格太大", "the sheet is too large")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Faulty(
            [_fault("表格不是UTF-8编码；在电子表格软件中请另存为“CSV UTF-8”", "the sheet is not UTF-8")]
        ) from None
    if "\0" in text:
        raise Faulty([_fault("表格中有NUL字符", "the sheet holds a NUL character")])
    return text


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line that is not empty, with its number and its cells by column."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if sorted(header) != sorted(COLUMNS):
            told = " ".join(COLUMNS)
            raise Faulty([_fault(f"第一行须为列名：{told}", f"the first line names the columns {told}", 1)])
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                told = f"a line has {len(header)} cells"
                raise Faulty([_fault(f"每行须有{len(header)}格", told, reader.line_num)])
            yield reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=True))
    except csv.Error:
        line = reader.line_num
        raise Faulty([_fault("引号或分隔符有误", "quotes or separators are wrong", line)]) from None


def _members(cells: dict[str, str]) -> dict[str, object]:
    level = cells["level"].lower().removeprefix("l")
    return {
        "name": cells["name"],
        "name_en": cells["name_en"],
        "level": int(level) if level in ("1", "2", "3", "4") else None,
        **{name: cells[name].split() for name in _LISTS},
    }


def _fault(chinese: str, english: str, line: int = 0, column: str = "") -> Fault:
    return Fault(line=line, column=column, chinese=chinese, english=english)
