"""Writes plain values as block YAML, using every way of quoting that people use.

Only what manifests need: dicts, lists, strings, integers, booleans, None. The style of a string depends on its
text alone, so that a case always gives the same file.
"""
import json
import re

_PLAIN = re.compile(r"^[A-Za-z/][A-Za-z0-9./_-]*$")
_PLAIN_KEY = re.compile(r"^[A-Za-z][A-Za-z0-9./_-]*$")
_NOT_STRINGS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
_PRINTABLE = re.compile("^[\x20-\x7e\u00a1-\u2027\u3000-\ud7ff]*$")


def dump_all(documents):
    """Several documents in one text, separated by `---`."""
    return "---\n".join("\n".join(_block(d, 0)) + "\n" for d in documents)


def _block(value, indent):
    pad = " " * indent
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _entry(f"{pad}{_scalar_key(key)}:", item, indent)
    else:
        for item in value:
            yield from _item(item, indent)


def _entry(head, item, indent):
    if isinstance(item, (dict, list)) and item:
        yield head
        # A list may stand at its key's own indent, as kubectl prints it.
        yield from _block(item, indent if isinstance(item, list) else indent + 2)
    elif _is_literal(item):
        yield f"{head} |"
        yield f"{' ' * (indent + 2)}{item[:-1]}"
    else:
        yield f"{head} {_scalar(item)}"


def _item(item, indent):
    pad = " " * indent
    if not isinstance(item, (dict, list)) or not item:
        yield f"{pad}- {_scalar(item)}"
        return
    lines = list(_block(item, indent + 2))
    yield f"{pad}- {lines[0].lstrip(' ')}"
    yield from lines[1:]


def _is_literal(value):
    """One line and its newline: the block scalar that people write without seeing the newline."""
    return isinstance(value, str) and re.fullmatch(r"[a-z0-9]+\n", value) is not None


def _scalar_key(key):
    return key if _PLAIN_KEY.match(key) and key.lower() not in _NOT_STRINGS else _double(key)


def _scalar(value):
    if isinstance(value, str):
        return _string(value)
    return json.dumps(value)  # {}, [], null, true and numbers are the same in YAML


def _string(text):
    if _PLAIN.match(text) and text.lower() not in _NOT_STRINGS:
        return text
    if _PRINTABLE.match(text) and len(text) % 2:
        return "'" + text.replace("'", "''") + "'"
    return _double(text)


def _double(text):
    out = json.dumps(text, ensure_ascii=False)
    return "".join(c if _PRINTABLE.match(c) else f"\\U{ord(c):08x}" for c in out)
