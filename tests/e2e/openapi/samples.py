"""Values that fit a schema, and values that do not."""


class Samples:
    """`known` gives values by the name of a property or parameter: ids that exist, or functions that make them."""

    def __init__(self, document, known):
        self.document = document
        self.known = known

    def of(self, schema, name=""):
        schema = self.document.resolve(schema)
        if name in self.known:
            value = self.known[name]
            return value() if callable(value) else value
        for key in ("const", "example"):
            if key in schema:
                return schema[key]
        for key in ("examples", "enum"):
            if schema.get(key):
                return schema[key][0]
        if "allOf" in schema:
            merged = {}
            for part in schema["allOf"]:
                merged.update(self.of(part, name))
            return merged
        for key in ("oneOf", "anyOf"):
            if key in schema and not any("required" in self.document.resolve(part) and "properties" not in self.document.resolve(part) for part in schema[key]):
                return self.of(schema[key][0], name)
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = next(one for one in kind if one != "null")
        return getattr(self, f"_{kind}")(schema)

    def _object(self, schema):
        required = set(schema.get("required", []))
        for alternative in schema.get("anyOf", schema.get("oneOf", []))[:1]:
            required |= set(self.document.resolve(alternative).get("required", []))
        return {name: self.of(schema.get("properties", {}).get(name, {}), name) for name in sorted(required)}

    def _array(self, schema):
        return [self.of(schema.get("items", {})) for _ in range(max(1, schema.get("minItems", 1)))]

    def _string(self, schema):
        if schema.get("format") == "date-time":
            return "2026-01-02T03:04:05Z"
        return "a" * max(1, schema.get("minLength", 1))

    def _integer(self, schema):
        return schema.get("default", schema.get("minimum", 1))

    def _number(self, schema):
        return schema.get("default", schema.get("minimum", 1.5))

    def _boolean(self, schema):
        return schema.get("default", True)

    def misfits(self, schema):
        """(what is wrong, a body that has it) for an object schema."""
        schema = self.document.resolve(schema)
        good = self.of(schema)
        yield "an array", [good]
        yield "null", None
        yield "an empty object", {}
        if not isinstance(good, dict):
            return
        for name, value in good.items():
            yield f"{name} missing", {other: v for other, v in good.items() if other != name}
            for wrong in self._wrong_for(value):
                yield f"{name} is {wrong!r}"[:60], {**good, name: wrong}
        for name, part in schema.get("properties", {}).items():
            part = self.document.resolve(part)
            if name not in good and "type" in part:
                yield f"{name} is of another type", {**good, name: [] if part["type"] != "array" else 7}
            if part.get("type") == "integer":
                for key, step in (("minimum", -1), ("maximum", 1)):
                    if key in part:
                        yield f"{name} is beyond its {key}", {**good, name: part[key] + step}
            if "maxLength" in part and part["maxLength"] <= 100_000:
                yield f"{name} is too long", {**good, name: "x" * (part["maxLength"] + 1)}

    @staticmethod
    def _wrong_for(value):
        wrong = [None, {"a": 1}, "\u0000", "x" * 10_000]
        wrong.append(7.5 if isinstance(value, str) else "seven")
        wrong.append([] if not isinstance(value, list) else {})
        return wrong
