//! Holds calls against Discord's official description.

use std::sync::OnceLock;

use serde_json::{Map, Value};

/// The description, where it lies beside the project.
fn spec() -> Option<&'static Value> {
    static SPEC: OnceLock<Option<Value>> = OnceLock::new();
    SPEC.get_or_init(|| {
        let path = crate::support::shared("specs/discord-openapi.json")?;
        let text = std::fs::read_to_string(path).expect("the description is readable");
        Some(serde_json::from_str(&text).expect("the description is JSON"))
    })
    .as_ref()
}

/// What is wrong with a call: `path` as the description spells it, such as `/channels/{channel_id}/messages`.
pub fn wrong(method: &str, path: &str, body: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let Some(spec) = spec() else { return wrong };
    let operation = &spec["paths"][path][method.to_lowercase()];
    let at = format!("{method} {path}");
    if operation.is_null() {
        wrong.push(format!("{at}: there is no such call"));
        return wrong;
    }
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    if schema.is_null() {
        if !body.is_null() {
            wrong.push(format!("{at}: it takes no body"));
        }
        return wrong;
    }
    check(spec, &at, schema, body, &mut wrong);
    wrong
}

fn check(spec: &Value, at: &str, schema: &Value, value: &Value, wrong: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.trim_start_matches("#/components/schemas/");
        return check(spec, at, &spec["components"]["schemas"][name], value, wrong);
    }
    for inside in list(&schema["allOf"]) {
        check(spec, at, inside, value, wrong);
    }
    for choice in [&schema["oneOf"], &schema["anyOf"]] {
        if !choice.is_null() {
            nearest(spec, at, list(choice), value, wrong);
        }
    }
    if !of_type(&schema["type"], value) {
        wrong.push(format!("{at}: {value} is not {}", schema["type"]));
        return;
    }
    let allowed = list(&schema["enum"]);
    if !allowed.is_empty() && !allowed.contains(value) {
        wrong.push(format!("{at}: {value} is not one of {allowed:?}"));
    }
    match value {
        Value::Object(fields) => object(spec, at, schema, fields, wrong),
        Value::Array(items) => {
            within(at, schema, "Items", items.len(), wrong);
            for (nth, item) in items.iter().enumerate() {
                check(spec, &format!("{at}.{nth}"), &schema["items"], item, wrong);
            }
        }
        Value::String(text) => within(at, schema, "Length", text.encode_utf16().count(), wrong),
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            let least = schema["minimum"]
                .as_f64()
                .is_none_or(|least| number >= least);
            let most = schema["maximum"].as_f64().is_none_or(|most| number <= most);
            if !(least && most) {
                wrong.push(format!("{at}: {number} is out of bounds"));
            }
        }
        _ => {}
    }
}

/// The value is of one of the kinds; of the nearest one the reasons are told.
fn nearest(spec: &Value, at: &str, kinds: &[Value], value: &Value, wrong: &mut Vec<String>) {
    let mut best: Option<Vec<String>> = None;
    for kind in kinds {
        let mut reasons = Vec::new();
        check(spec, at, kind, value, &mut reasons);
        if reasons.is_empty() {
            return;
        }
        if best.as_ref().is_none_or(|best| reasons.len() < best.len()) {
            best = Some(reasons);
        }
    }
    wrong.extend(best.unwrap_or_default());
}

fn object(
    spec: &Value,
    at: &str,
    schema: &Value,
    fields: &Map<String, Value>,
    wrong: &mut Vec<String>,
) {
    for name in list(&schema["required"]).iter().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            wrong.push(format!("{at}: {name} is missing"));
        }
    }
    let Some(known) = schema["properties"].as_object() else {
        return;
    };
    for (name, value) in fields {
        match known.get(name) {
            Some(schema) => check(spec, &format!("{at}.{name}"), schema, value, wrong),
            None => wrong.push(format!("{at}.{name}: there is no such field")),
        }
    }
}

fn of_type(kinds: &Value, value: &Value) -> bool {
    let one = |kind: &Value| match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        _ => true,
    };
    match kinds {
        Value::Null => true,
        Value::Array(kinds) => kinds.iter().any(one),
        kind => one(kind),
    }
}

fn within(at: &str, schema: &Value, what: &str, has: usize, wrong: &mut Vec<String>) {
    let bound = |name: String| schema[name.as_str()].as_u64();
    let has = has as u64;
    if bound(format!("min{what}")).is_some_and(|least| has < least)
        || bound(format!("max{what}")).is_some_and(|most| has > most)
    {
        wrong.push(format!("{at}: {has} is too short or too long"));
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
