//! Holds calls against the official description of the Bot API.

use std::sync::OnceLock;

use serde_json::{Map, Value};

/// Where a file that was uploaded stands in the parameters.
pub const FILE: &str = "\u{1f}file";

/// The description, where it lies beside the project.
fn spec() -> Option<&'static Value> {
    static SPEC: OnceLock<Option<Value>> = OnceLock::new();
    SPEC.get_or_init(|| {
        let path = crate::support::shared("specs/telegram-bot-api.json")?;
        let text = std::fs::read_to_string(path).expect("the description is readable");
        Some(serde_json::from_str(&text).expect("the description is JSON"))
    })
    .as_ref()
}

/// The method's name as the description spells it: Telegram does not look at upper and lower case.
pub fn method(name: &str) -> Option<String> {
    let Some(spec) = spec() else {
        let mut letters = name.chars();
        let first = letters.next()?.to_lowercase().to_string();
        return Some(first + letters.as_str());
    };
    spec["methods"]
        .as_object()?
        .keys()
        .find(|known| known.eq_ignore_ascii_case(name))
        .cloned()
}

/// What is wrong with a call.
pub fn wrong(method: &str, params: &Map<String, Value>) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(spec) = spec() {
        let fields = &spec["methods"][method]["fields"];
        object(spec, method, fields, params, &mut wrong);
    }
    wrong
}

fn object(
    spec: &Value,
    at: &str,
    fields: &Value,
    given: &Map<String, Value>,
    wrong: &mut Vec<String>,
) {
    let none = Vec::new();
    let fields = fields.as_array().unwrap_or(&none);
    for field in fields {
        let name = field["name"].as_str().unwrap_or_default();
        if field["required"] == Value::Bool(true) && !given.contains_key(name) {
            wrong.push(format!("{at}: {name} is missing"));
        }
    }
    for (name, value) in given {
        let at = format!("{at}.{name}");
        match fields.iter().find(|field| field["name"] == name.as_str()) {
            None => wrong.push(format!("{at}: there is no such field")),
            Some(field) => {
                let types = field["types"].as_array().unwrap_or(&none);
                one_of(spec, &at, types, value, wrong);
            }
        }
    }
}

/// The value is of one of the types; of the nearest one the reasons are told.
fn one_of(spec: &Value, at: &str, types: &[Value], value: &Value, wrong: &mut Vec<String>) {
    let mut nearest: Option<Vec<String>> = None;
    for kind in types {
        let mut reasons = Vec::new();
        of_type(
            spec,
            at,
            kind.as_str().unwrap_or_default(),
            value,
            &mut reasons,
        );
        if reasons.is_empty() {
            return;
        }
        if nearest
            .as_ref()
            .is_none_or(|known| reasons.len() < known.len())
        {
            nearest = Some(reasons);
        }
    }
    wrong.extend(nearest.unwrap_or_default());
}

fn of_type(spec: &Value, at: &str, kind: &str, value: &Value, wrong: &mut Vec<String>) {
    if let Some(item) = kind.strip_prefix("Array of ") {
        match value.as_array() {
            Some(values) => {
                for (nth, value) in values.iter().enumerate() {
                    let at = format!("{at}[{nth}]");
                    of_type(spec, &at, item, value, wrong);
                }
            }
            None => wrong.push(format!("{at}: {value} is no list")),
        }
        return;
    }
    let fits = match kind {
        "Integer" => value.is_i64(),
        "Float" => value.is_number(),
        "Boolean" | "True" => value.is_boolean(),
        "String" => value.is_string() && !is_file(value),
        "InputFile" => value.is_string(),
        _ => return structure(spec, at, kind, value, wrong),
    };
    if !fits {
        wrong.push(format!("{at}: {value} is no {kind}"));
    }
}

fn structure(spec: &Value, at: &str, kind: &str, value: &Value, wrong: &mut Vec<String>) {
    let known = &spec["types"][kind];
    if known.is_null() {
        wrong.push(format!("{at}: the description has no {kind}"));
    } else if let Some(subtypes) = known["subtypes"].as_array() {
        one_of(spec, at, subtypes, value, wrong);
    } else if let Some(given) = value.as_object() {
        object(spec, at, &known["fields"], given, wrong);
    } else {
        wrong.push(format!("{at}: {value} is no {kind}"));
    }
}

pub fn is_file(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with(FILE))
}
