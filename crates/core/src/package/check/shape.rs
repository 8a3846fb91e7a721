//! Whether a JSON value has the shape that a schema describes: the keywords that the published schema of the package uses,
//! and no others. A keyword that is not known here is a fault of the schema, so that none is skipped in silence.

use serde_json::{Map, Value};

use super::{Fault, Found};

/// Annotations: they refuse nothing.
const SILENT: [&str; 8] = ["$schema", "$id", "$defs", "title", "description", "format", "example", "default"];

/// Every place where `value` is not what `schema` (JSON Schema 2020-12) says.
pub fn misshapen(schema: &Value, value: &Value) -> Vec<Fault> {
    let mut found = Found::default();
    Shape { root: schema }.check(schema, value, "", &mut found);
    found.0
}

struct Shape<'a> {
    root: &'a Value,
}

impl Shape<'_> {
    fn check(&self, schema: &Value, value: &Value, at: &str, found: &mut Found) {
        let Some(rules) = schema.as_object() else {
            return found.add(at, "the schema is no object here");
        };
        for (keyword, rule) in rules {
            match (keyword.as_str(), value) {
                ("$ref", _) => match rule.as_str().and_then(|r| self.root.pointer(r.strip_prefix('#')?)) {
                    Some(target) => self.check(target, value, at, found),
                    None => found.add(at, format!("the schema refers to {rule}, which is not there")),
                },
                ("type", _) => has_type(rule, value, at, found),
                ("const", _) if value != rule => found.add(at, format!("{value} is not {rule}")),
                ("enum", _) if !list(rule).contains(value) => found.add(at, format!("{value} is none of {rule}")),
                ("required", Value::Object(fields)) => {
                    for name in list(rule).iter().filter_map(Value::as_str).filter(|n| !fields.contains_key(*n)) {
                        found.add(at, format!("`{name}` is missing"));
                    }
                }
                ("properties", Value::Object(fields)) => self.fields(rule.as_object(), fields, at, found),
                ("additionalProperties", Value::Object(fields)) => {
                    let named = rules.get("properties").and_then(Value::as_object);
                    for (name, field) in fields.iter().filter(|(name, _)| named.is_none_or(|n| !n.contains_key(*name))) {
                        self.check(rule, field, &format!("{at}/{}", escaped(name)), found);
                    }
                }
                ("propertyNames", Value::Object(fields)) => {
                    fields.keys().for_each(|name| self.check(rule, &Value::from(name.as_str()), at, found));
                }
                ("items", Value::Array(items)) => {
                    for (i, item) in items.iter().enumerate() {
                        self.check(rule, item, &format!("{at}/{i}"), found);
                    }
                }
                ("allOf", _) => list(rule).iter().for_each(|part| self.check(part, value, at, found)),
                ("oneOf" | "anyOf", _) => self.any(list(rule), value, at, found),
                ("minimum", Value::Number(n)) if n.as_f64() < rule.as_f64() => found.add(at, format!("{n} is below {rule}")),
                ("maximum", Value::Number(n)) if n.as_f64() > rule.as_f64() => found.add(at, format!("{n} is above {rule}")),
                ("maxItems", Value::Array(items)) if Some(items.len() as u64) > rule.as_u64() => {
                    found.add(at, format!("{} items, at most {rule}", items.len()));
                }
                ("minItems", Value::Array(items)) if Some(items.len() as u64) < rule.as_u64() => {
                    found.add(at, format!("{} items, at least {rule}", items.len()));
                }
                (
                    "const"
                    | "enum"
                    | "required"
                    | "properties"
                    | "additionalProperties"
                    | "propertyNames"
                    | "items"
                    | "minimum"
                    | "maximum"
                    | "maxItems"
                    | "minItems",
                    _,
                ) => {}
                (other, _) if SILENT.contains(&other) => {}
                (other, _) => found.add(at, format!("the schema's keyword `{other}` is not known here")),
            }
        }
    }

    fn fields(&self, rules: Option<&Map<String, Value>>, fields: &Map<String, Value>, at: &str, found: &mut Found) {
        for (name, rule) in rules.into_iter().flatten() {
            if let Some(field) = fields.get(name) {
                self.check(rule, field, &format!("{at}/{}", escaped(name)), found);
            }
        }
    }

    /// The faults of the alternative that comes closest.
    fn any(&self, alternatives: &[Value], value: &Value, at: &str, found: &mut Found) {
        let tried = alternatives.iter().map(|schema| {
            let mut faults = Found::default();
            self.check(schema, value, at, &mut faults);
            faults.0
        });
        // Faults deep inside tell more than "not null" or "another kind".
        let depth = |faults: &Vec<Fault>| faults.iter().filter(|f| f.at == at).count() * 100 + faults.len();
        if let Some(best) = tried.min_by_key(depth) {
            found.0.extend(best);
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn has_type(rule: &Value, value: &Value, at: &str, found: &mut Found) {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0),
        _ => false,
    };
    let names: Vec<&str> = std::iter::once(rule).chain(list(rule)).filter_map(Value::as_str).collect();
    if !names.iter().any(|name| is(name)) {
        found.add(at, format!("expected {}", names.join(" or ")));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn places(schema: Value, value: Value) -> Vec<String> {
        misshapen(&schema, &value).into_iter().map(|f| f.to_string()).collect()
    }

    #[test]
    fn each_keyword_refuses() {
        let schema = json!({
            "type": "object",
            "required": ["a"],
            "properties": {
                "a": {"$ref": "#/$defs/A"},
                "b": {"type": ["string", "null"]},
                "c": {"type": "array", "items": {"type": "integer", "minimum": 0}, "maxItems": 2},
                "d": {"type": "object", "additionalProperties": {"enum": ["x"]}, "propertyNames": {"type": "string"}},
                "e": {"oneOf": [{"type": "null"}, {"$ref": "#/$defs/E"}]},
            },
            "$defs": {
                "A": {"const": "one"},
                "E": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}},
            },
        });
        let good = json!({"a": "one", "b": null, "c": [1, 2.0], "d": {"k": "x"}, "e": {"kind": "k"}, "more": 1});
        assert_eq!(places(schema.clone(), good), Vec::<String>::new());
        let bad = json!({"a": "two", "b": 1, "c": [-1, 0.5, 3], "d": {"k/": "y"}, "e": {"kind": 7}});
        assert_eq!(
            places(schema.clone(), bad),
            [
                "/a: \"two\" is not \"one\"",
                "/b: expected string or null",
                "/c/0: -1 is below 0",
                "/c/1: expected integer",
                "/c: 3 items, at most 2",
                "/d/k~1: \"y\" is none of [\"x\"]",
                "/e/kind: expected string",
            ]
        );
        assert_eq!(places(schema, json!({})), ["/: `a` is missing"]);
    }

    #[test]
    fn an_unknown_keyword_is_not_skipped() {
        assert_eq!(places(json!({"pattern": "x"}), json!("y")), ["/: the schema's keyword `pattern` is not known here"]);
    }
}
