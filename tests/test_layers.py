"""Imports point one way: a module imports only from layers above its own; an unknown module is a violation."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "edgeflow"
LAYERS = [
    {"errors", "resources", "progress", "files"},
    {"wire"},
    {"model"},
    {"targets"},
    {"fit"},
    {"convert", "generate", "transport"},
    {"firmware"},
    {"device"},
    {"deploy"},
    {"bench"},
    {"validate"},
    {"results"},
    {"pipeline"},
    {"cli", "pytest_plugin"},
    {"__main__"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def imported(tree: ast.Module, package: str, inside: tuple[str, ...]):
    """Yield (dotted name, line) of each import; relative ones resolved against the module's folder `inside`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = (node.module or "").split(".") if node.module else []
            if node.level:
                base = [package, *inside[: len(inside) - node.level + 1], *base]
            yield from ((".".join([*base, alias.name]), node.lineno) for alias in node.names)


def violations(package: Path) -> list[str]:
    found = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).parts
        own = parts[0].removesuffix(".py")
        if own in {"__init__", "_data"}:
            continue
        if own not in RANK:
            found.append(f"{path.relative_to(package)} stands in no layer")
            continue
        for name, line in imported(ast.parse(path.read_text(encoding="utf-8")), package.name, parts[:-1]):
            root, _, rest = name.partition(".")
            layer = rest.partition(".")[0]
            if root == package.name and layer in RANK and layer != own and RANK[layer] >= RANK[own]:
                found.append(f"{path.relative_to(package)}:{line} imports {root}.{layer}")
    return found


def test_imports_point_one_way():
    assert violations(PACKAGE) == []
