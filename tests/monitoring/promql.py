"""What an expression of PromQL names: its metrics, with their matchers, and the labels that it groups and joins by."""
import re

TOKEN = re.compile(r"""\s+|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<number>\d[\w.]*)|(?P<name>[A-Za-z_:][\w:]*)|(?P<other>=~|!~|!=|.)""")
LISTS = {"by", "without", "on", "ignoring", "group_left", "group_right"}
WORDS = {"and", "or", "unless", "offset", "bool"}
AGGREGATIONS = {"sum", "min", "max", "avg", "count", "topk", "bottomk", "group", "quantile"}


def tokens(expression):
    return [(kind, found.group(kind)) for found in TOKEN.finditer(expression) for kind in ("text", "number", "name", "other") if found.group(kind)]


def until(items, at, end):
    """The items behind `at` up to `end`, and the place behind that."""
    stop = at
    while items[stop][1] != end:
        stop += 1
    return items[at:stop], stop + 1


def read(expression):
    """(selectors, labels): each selector is (metric, [(label, operator, value)])."""
    items, selectors, labels, at = tokens(expression) + [("end", "")], [], set(), 0
    while items[at][0] != "end":
        kind, word = items[at]
        following, at = items[at + 1][1], at + 1
        if word == "[":
            _, at = until(items, at, "]")
        elif kind == "name" and word in LISTS and following == "(":
            names, at = until(items, at + 1, ")")
            labels |= {name for kind, name in names if kind == "name"}
        elif kind == "name" and word not in WORDS | LISTS | AGGREGATIONS and following != "(":
            matchers = []
            if following == "{":
                inside, at = until(items, at + 1, "}")
                matchers = [(inside[i][1], inside[i + 1][1], inside[i + 2][1][1:-1]) for i in range(0, len(inside), 4)]
            selectors.append((word, matchers))
    return selectors, labels


def samples(page):
    """What GET /metrics shows: metric -> label -> the values that it has."""
    out = {}
    for found in re.finditer(r"^(\w+)(?:\{(.*)\})? \S+$", page, re.M):
        labels = out.setdefault(found.group(1), {})
        for label, value in re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', found.group(2) or ""):
            labels.setdefault(label, set()).add(value)
    return out
