"""One OpenAPI page: its operations, sample values, and what an answer must look like."""
import re

import jsonschema

METHODS = ("get", "post", "put", "patch", "delete")


class Document:
    def __init__(self, door, page):
        self.door = door
        self.page = page

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.page
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def operations(self):
        for path, item in self.page["paths"].items():
            for method in METHODS:
                if method in item:
                    yield Operation(self, path, method, item[method], item.get("parameters", []))

    def methods_of(self, path):
        return {method for method in METHODS if method in self.page["paths"][path]}


class Operation:
    def __init__(self, document, path, method, spec, shared_parameters):
        self.document = document
        self.path = path
        self.method = method.upper()
        self.spec = spec
        self.name = f"{document.door}: {self.method} {path}"
        self.parameters = [document.resolve(p) for p in [*shared_parameters, *spec.get("parameters", [])]]
        self.needs_key = bool(spec.get("security", document.page.get("security", [])))
        self.streams = any("text/event-stream" in r.get("content", {}) for r in map(document.resolve, spec["responses"].values()))

    @property
    def style(self):
        """The kind of key the operation takes: x-key-style, or the door's own."""
        return self.spec.get("x-key-style", self.document.door)

    @property
    def body_schema(self):
        body = self.document.resolve(self.spec.get("requestBody", {}))
        content = body.get("content", {}).get("application/json")
        return self.document.resolve(content["schema"]) if content else None

    def response_for(self, status):
        responses = self.spec["responses"]
        found = responses.get(str(status)) or responses.get(f"{status // 100}XX") or responses.get("default")
        return self.document.resolve(found) if found else None

    def problems_of(self, answer):
        """Everything about the answer that the page does not say."""
        response = self.response_for(answer.status)
        if response is None:
            return [f"status {answer.status} is not described"]
        problems = []
        for name, header in response.get("headers", {}).items():
            if self.document.resolve(header).get("required") and name.lower() not in answer.headers:
                problems.append(f"header {name} is missing")
        content = response.get("content", {})
        if not answer.body:
            return problems + ([f"{answer.status} came without a body"] if content and self.method != "HEAD" else [])
        media_type = answer.headers.get("content-type", "").split(";")[0].strip()
        if not content:
            return problems + [f"{answer.status} came with a body ({media_type}) that is not described"]
        described = next((content[name] for name in (media_type, re.sub("/.*", "/*", media_type), "*/*") if name in content), None)
        if described is None:
            return problems + [f"{answer.status} came as {media_type}, described is {', '.join(content)}"]
        if "schema" in described and media_type.endswith("json"):
            schema = {"components": self.document.page.get("components", {}), **described["schema"]}
            for error in jsonschema.Draft202012Validator(schema).iter_errors(answer.json):
                problems.append(f"{answer.status} body at /{'/'.join(map(str, error.path))}: {error.message[:300]}")
        return problems
