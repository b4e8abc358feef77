"""Taking the forgotten out of what stands of broadcasts: another name, made up, stands in the place of each, since
outcomes are kept by place."""

from collections.abc import Collection, Iterator, Mapping

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action

from pond.broadcasts.store_responses import ResponseRow
from pond.broadcasts.store_targets import TargetRow
from pond.kernel.tables import Transaction, TransactionRefused, refused


def rows_naming(names: Collection[str]) -> Iterator[TargetRow]:
    """The rows of targets in which one of these stands; a scan, so never where somebody waits."""
    for row in TargetRow.scan():
        if any(name in f"{row.lines} {row.after} {row.next}" for name in names):
            yield row


def rename(row: TargetRow, names: Mapping[str, str]) -> bool:
    """Put other names into a row of targets if it is still as it was seen, also where its page begins and ends."""
    rows = (row.lines or "").split("\n")
    lines = "\n".join("\t".join(names.get(word, word) for word in one.split("\t")) for one in rows)
    actions: list[Action] = [TargetRow.lines.set(lines)] if row.lines else []
    for attribute, cursor in ((TargetRow.after, row.after), (TargetRow.next, row.next)):
        for name, made_up in names.items():
            if cursor and name in cursor:
                actions.append(attribute.set(cursor.replace(name, made_up)))
    try:
        row.update(actions, condition=TargetRow.lines == row.lines if row.lines else TargetRow.lines.does_not_exist())
    except UpdateError as error:
        if not refused(error):
            raise
        return False
    return True


def responses_of(names: Collection[str]) -> Iterator[ResponseRow]:
    """What these did after broadcasts; a scan."""
    return (row for row in ResponseRow.scan() if row.response_id.rpartition("/")[2] in names)


def rename_response(row: ResponseRow, name: str) -> bool:
    """Let what somebody did count on under another name."""
    head, _, _ = row.response_id.rpartition("/")
    transaction = Transaction()
    transaction.put("new", ResponseRow(row.broadcast_id, f"{head}/{name}", place=row.place, outcome=row.outcome))
    transaction.delete("old", row, condition=ResponseRow.response_id.exists())
    try:
        transaction.commit()
    except TransactionRefused:
        return False
    return True
