//! The services' own descriptions of what may be asked of them.

use std::sync::LazyLock;

use jsonschema_valid::Config;
use serde_json::{Value, json};

use super::services::Who;

static OPENAI: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("specs/openai.json")).expect("it is JSON"));

static OLLAMA: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("specs/ollama.json")).expect("it is JSON"));

/// Whether a question is one that the service describes; xAI publishes no description, so its fields stand here.
pub fn check(who: Who, path: &str, body: &Value) -> Result<(), String> {
    let (spec, name) = match (who, path) {
        (_, path) if path.contains("models/") => return Ok(()),
        (Who::OpenAi, "/v1/chat/completions") => (&*OPENAI, "CreateChatCompletionRequest"),
        (Who::OpenAi, "/v1/embeddings") => (&*OPENAI, "CreateEmbeddingRequest"),
        (Who::OpenAi, "/v1/moderations") => (&*OPENAI, "CreateModerationRequest"),
        (Who::Ollama, "/api/chat") => (&*OLLAMA, "ChatRequest"),
        (Who::Ollama, "/api/embed") => (&*OLLAMA, "EmbedRequest"),
        (Who::Ollama, "/api/show") => (&*OLLAMA, "ShowRequest"),
        (Who::Xai, "/v1/images/generations") => return painting(body),
        _ => return Err(format!("{who:?} has no {path}")),
    };
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "definitions": spec["definitions"],
        "allOf": [{"$ref": format!("#/definitions/{name}")}],
    });
    let config = Config::from_schema(&schema, Some(jsonschema_valid::schemas::Draft::Draft7))
        .map_err(|error| format!("the schema of {name}: {error}"))?;
    let wrong: Vec<String> = match config.validate(body) {
        Ok(()) => Vec::new(),
        Err(errors) => errors.map(|error| error.to_string()).collect(),
    };
    if !wrong.is_empty() {
        return Err(format!("{name}: {}\n{body}", wrong.join("; ")));
    }
    known_fields(spec, name, body)
}

/// Descriptions allow any field beside theirs; a field that they do not name is a mistake all the same.
fn known_fields(spec: &Value, name: &str, body: &Value) -> Result<(), String> {
    let mut known = Vec::new();
    collect(spec, &spec["definitions"][name], &mut known);
    let unknown: Vec<&String> = body
        .as_object()
        .into_iter()
        .flatten()
        .map(|(field, _)| field)
        .filter(|field| !known.contains(field))
        .collect();
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(format!("{name} has no {unknown:?}"))
    }
}

fn collect(spec: &Value, schema: &Value, known: &mut Vec<String>) {
    if let Some(fields) = schema["properties"].as_object() {
        known.extend(fields.keys().cloned());
    }
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next())
    {
        collect(spec, &spec["definitions"][name], known);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        collect(spec, part, known);
    }
}

fn painting(body: &Value) -> Result<(), String> {
    let fields = [
        "prompt",
        "model",
        "n",
        "response_format",
        "aspect_ratio",
        "resolution",
        "quality",
        "user",
    ];
    let ratios = [
        "1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "1:2", "2:1", "auto",
    ];
    let known = body
        .as_object()
        .is_some_and(|body| body.keys().all(|field| fields.contains(&field.as_str())));
    let right = known
        && body["prompt"].is_string()
        && body["model"].is_string()
        && body["n"].as_i64().is_none_or(|n| (1..=10).contains(&n))
        && body["aspect_ratio"]
            .as_str()
            .is_none_or(|ratio| ratios.contains(&ratio));
    if right {
        Ok(())
    } else {
        Err(format!("no such picture: {body}"))
    }
}
