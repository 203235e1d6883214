#!/usr/bin/env python3
"""Reduces the AWS SDKs' description of Lambda to what requests are routed and checked by.

    compact.py service-2.json > ../resources/io/millrace/runtime/lambdaapi/model/lambda-2015-03-31.json

Keeps operations, the shapes their inputs are made of and the status of each error; leaves out documentation and
outputs. differences.json, next to this script, says where AWS itself does not do what its description says.
"""
import json
import pathlib
import sys

ABOUT = (
    "Shapes of the AWS Lambda API 2015-03-31. Reduced by src/main/model/compact.py from service-2.json of botocore"
    " as of 2026-08-07 (Apache License 2.0, Copyright Amazon.com, Inc. or its affiliates); changed as"
    " src/main/model/differences.json says."
)
CONSTRAINTS = ("min", "max", "pattern", "enum")


def operation(described):
    http = described["http"]
    path, _, query = http["requestUri"].partition("?")
    reduced = {"method": http["method"], "path": path, "status": http["responseCode"]}
    if query:
        reduced["query"] = dict(pair.split("=") for pair in query.split("&"))
    reduced["input"] = described["input"]["shape"]
    reduced["errors"] = sorted(error["shape"] for error in described["errors"])
    return reduced


def member(name, described, required):
    reduced = {"shape": described["shape"]}
    if "location" in described:
        reduced["location"] = described["location"]
    if described.get("locationName", name) != name:
        reduced["locationName"] = described["locationName"]
    if name in required:
        reduced["required"] = True
    return reduced


def shape(described):
    reduced = {"type": described["type"]}
    for constraint in CONSTRAINTS:
        if constraint in described:
            reduced[constraint] = described[constraint]
    if described.get("sensitive"):
        reduced["sensitive"] = True
    if "payload" in described:
        reduced["payload"] = described["payload"]
    if "members" in described:
        required = described.get("required", [])
        reduced["members"] = {
            name: member(name, inner, required) for name, inner in described["members"].items()
        }
    for part in ("member", "key", "value"):
        if part in described:
            reduced[part] = described[part]["shape"]
    return reduced


def references(reduced):
    yield from (inner["shape"] for inner in reduced.get("members", {}).values())
    yield from (reduced[part] for part in ("member", "key", "value") if part in reduced)


def reachable(shapes, roots):
    seen, waiting = {}, list(roots)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen[name] = shape(shapes[name])
            waiting.extend(references(seen[name]))
    return dict(sorted(seen.items()))


def change(shapes, differences):
    for difference in differences:
        changed = shapes[difference["shape"]]
        if "member" in difference:
            changed = changed["members"][difference["member"]]
        changed.update(difference["set"])


def main(source):
    service = json.loads(pathlib.Path(source).read_text(encoding="utf-8"))
    differences = json.loads(pathlib.Path(__file__).with_name("differences.json").read_text(encoding="utf-8"))
    change(service["shapes"], differences)
    operations = {name: operation(described) for name, described in sorted(service["operations"].items())}
    errors = {name for reduced in operations.values() for name in reduced["errors"]}
    reduced = {
        "about": ABOUT,
        "operations": operations,
        "errors": {name: service["shapes"][name]["error"]["httpStatusCode"] for name in sorted(errors)},
        "shapes": reachable(service["shapes"], sorted(reduced["input"] for reduced in operations.values())),
    }
    write(reduced)


def write(reduced):
    """One line for each operation and shape, so that a newer description can be read as a difference."""
    lines = ["{", '  "about": %s,' % json.dumps(reduced["about"])]
    for section in ("operations", "errors", "shapes"):
        lines.append('  "%s": {' % section)
        entries = [
            "    %s: %s" % (json.dumps(name), json.dumps(value, separators=(",", ":")))
            for name, value in reduced[section].items()
        ]
        lines.append(",\n".join(entries))
        lines.append("  }" if section == "shapes" else "  },")
    print("\n".join(lines + ["}"]))


if __name__ == "__main__":
    main(sys.argv[1])
