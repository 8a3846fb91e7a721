//! The JSON Schema of `baton.package/v1`, derived from the Rust type, and the rule by which it may grow.

use serde_json::{Map, Value, json};
use utoipa::{PartialSchema as _, ToSchema as _};

use crate::{PACKAGE_SCHEMA, Package};

/// JSON Schema 2020-12. Unknown fields are allowed everywhere: a reader of `v1` ignores what it does not know.
pub fn package_schema() -> Value {
    let mut parts = Vec::new();
    Package::schemas(&mut parts);
    parts.sort_by(|a, b| a.0.cmp(&b.0));
    let definitions: Map<String, Value> = parts.into_iter().map(|(name, schema)| (name, plain(&json!(schema)))).collect();
    let mut root = plain(&json!(Package::schema()));
    if let Value::Object(fields) = &mut root {
        fields.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
        fields.insert("$id".into(), json!("urn:baton:package:v1"));
        fields.insert("title".into(), json!(PACKAGE_SCHEMA));
        fields.insert("$defs".into(), Value::Object(definitions));
        fields["properties"]["schema"]["const"] = json!(PACKAGE_SCHEMA);
    }
    root
}

/// References lead into this document, and nothing is closed against growth.
fn plain(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => fields
            .iter()
            .filter(|(key, value)| !(*key == "additionalProperties" && **value == json!(false)))
            .map(|(key, value)| match value {
                Value::String(target) if key == "$ref" => {
                    (key.clone(), json!(target.replace("#/components/schemas/", "#/$defs/")))
                }
                other => (key.clone(), plain(other)),
            })
            .collect(),
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

/// What keeps a reader of `old` from reading what `new` describes, or a package of `old` from being valid under `new`:
/// each with its JSON pointer. Allowed are new optional fields, new definitions, new values of an enumeration, and other
/// words in descriptions.
pub fn breaks(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(old, new, "", &mut found);
    found
}

fn compare(old: &Value, new: &Value, at: &str, found: &mut Vec<String>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, before) in old.iter().filter(|(key, _)| *key != "description") {
                let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                match (key.as_str(), new.get(key)) {
                    (_, None) => found.push(format!("{at}: removed")),
                    ("required", Some(after)) => same_members(before, after, &at, found),
                    ("enum" | "oneOf" | "anyOf", Some(after)) => grown(before, after, &at, found),
                    (_, Some(after)) => compare(before, after, &at, found),
                }
            }
            // A keyword that was not there narrows what is valid; a field, an annotation or a definition does not.
            let holds_names = at.ends_with("/properties") || at.ends_with("/$defs");
            let harmless = ["description", "title", "format", "example", "properties", "$defs"];
            for key in new.keys().filter(|key| !old.contains_key(*key) && !holds_names && !harmless.contains(&key.as_str()))
            {
                found.push(format!("{at}/{key}: added"));
            }
        }
        (old, new) if old == new => {}
        (old, new) => found.push(format!("{at}: {old} became {new}")),
    }
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

fn same_members(old: &Value, new: &Value, at: &str, found: &mut Vec<String>) {
    for (from, to, what) in [(old, new, "no longer required"), (new, old, "newly required")] {
        for name in items(from).iter().filter(|name| !items(to).contains(name)) {
            found.push(format!("{at}: {name} is {what}"));
        }
    }
}

/// Every alternative is still there, in any order; one that grew by optional fields is the same.
fn grown(old: &Value, new: &Value, at: &str, found: &mut Vec<String>) {
    for (i, before) in items(old).iter().enumerate() {
        if !items(new).iter().any(|after| breaks(before, after).is_empty()) {
            found.push(format!("{at}/{i}: removed or changed"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_into_the_document() {
        let schema = package_schema();
        let mut open = vec![&schema];
        let mut references = 0;
        while let Some(value) = open.pop() {
            if let Some(target) = value.get("$ref").and_then(Value::as_str) {
                references += 1;
                assert!(schema.pointer(target.trim_start_matches('#')).is_some(), "{target} leads nowhere");
            }
            match value {
                Value::Array(items) => open.extend(items),
                Value::Object(fields) => open.extend(fields.values()),
                _ => {}
            }
        }
        assert!(references > 20, "{references}");
    }

    #[test]
    fn it_may_grow() {
        let old = package_schema();
        let mut new = old.clone();
        new["properties"]["weather"] = json!({"type": "string"});
        new["$defs"]["Weather"] = json!({"type": "string"});
        new["properties"]["headline"]["description"] = json!("Other words.");
        new["$defs"]["AttemptResult"]["enum"] = json!(["new", "unknown", "failed", "did_not_help", "helped"]);
        new["$defs"]["StepSource"]["oneOf"][0]["properties"]["since"] = json!({"type": "integer"});
        assert_eq!(breaks(&old, &new), Vec::<String>::new());
        assert_eq!(breaks(&old, &old), Vec::<String>::new());
    }

    #[test]
    fn it_may_not_shrink_or_narrow() {
        let old = package_schema();
        type Change = fn(&mut Value);
        let changes: [(&str, Change); 7] = [
            ("/properties/wants: removed", |s| drop(s["properties"].as_object_mut().map(|p| p.remove("wants")))),
            ("newly required", |s| s["required"].as_array_mut().into_iter().for_each(|r| r.push(json!("wants")))),
            ("no longer required", |s| s["required"].as_array_mut().into_iter().for_each(|r| drop(r.remove(0)))),
            ("/properties/spoken_brief/type", |s| s["properties"]["spoken_brief"]["type"] = json!("integer")),
            ("maxLength: added", |s| s["properties"]["spoken_brief"]["maxLength"] = json!(9)),
            ("/$defs/AttemptResult/enum", |s| s["$defs"]["AttemptResult"]["enum"] = json!(["helped"])),
            ("/$defs/Claim: removed", |s| drop(s["$defs"].as_object_mut().map(|d| d.remove("Claim")))),
        ];
        for (expected, change) in changes {
            let mut new = old.clone();
            change(&mut new);
            let found = breaks(&old, &new);
            assert!(found.iter().any(|f| f.contains(expected)), "expected `{expected}`, found {found:?}");
        }
    }
}
