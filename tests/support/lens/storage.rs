//! The storage: takes bytes, gives them an address, and after a while hands them out. What posts point to is held to the
//! official schemas of metadata.

use std::time::Instant;

use serde_json::{Value, json};

use super::world::{Stored, World};

impl World {
    /// Takes an upload; the answer of the storage.
    pub fn store(&mut self, mime: &str, bytes: Vec<u8>) -> Value {
        let key = format!("{:064x}", self.number());
        let ready = Instant::now() + self.upload_takes;
        let mime = mime.to_owned();
        self.storage
            .insert(key.clone(), Stored { mime, bytes, ready });
        // Its own address is not to be relied on, so it says a wrong one.
        json!([{"storage_key": key, "uri": format!("lens://{key}"), "gateway_url": "https://nowhere.invalid/"}])
    }

    pub fn stored(&self, key: &str) -> Option<&Stored> {
        self.storage.get(key)
    }

    /// The metadata at an address as the schema of the API has it.
    pub fn metadata_at(&self, uri: &str) -> Result<Value, String> {
        let key = uri
            .strip_prefix("lens://")
            .ok_or("that is no address of the storage")?;
        let stored = self.stored(key).ok_or("there is nothing at the address")?;
        if stored.ready > Instant::now() {
            return Err("it cannot be read yet".to_owned());
        }
        let document: Value =
            serde_json::from_slice(&stored.bytes).map_err(|error| error.to_string())?;
        if let Some(errors) = metadata_errors(&document) {
            return Err(errors);
        }
        self.read_metadata(&document["lens"])
    }

    fn read_metadata(&self, lens: &Value) -> Result<Value, String> {
        let medium = |value: &Value| -> Result<Value, String> {
            let uri = value["item"].as_str().unwrap_or_default();
            let key = uri.strip_prefix("lens://").unwrap_or_default();
            let picture = self.stored(key).ok_or("a picture is not in the storage")?;
            if Some(picture.mime.as_str()) != value["type"].as_str() {
                return Err("a picture is of another type than said".to_owned());
            }
            let kind = picture.mime.trim_start_matches("image/").to_uppercase();
            Ok(
                json!({"__typename": "MediaImage", "item": uri, "item@small": format!("{}/{key}", self.base),
                "altTag": value["altTag"], "type": kind, "width": null, "height": null}),
            )
        };
        let attachments = lens["attachments"].as_array().into_iter().flatten();
        let attachments: Result<Vec<Value>, String> = attachments.map(medium).collect();
        let attachments = attachments?;
        let focus = lens["mainContentFocus"].as_str().unwrap_or_default();
        let mut out = json!({
            "id": lens["id"], "content": lens["content"].as_str().unwrap_or_default(), "tags": lens["tags"],
            "locale": lens["locale"], "contentWarning": lens["contentWarning"], "mainContentFocus": focus,
        });
        let kind = match focus {
            "TEXT_ONLY" => "TextOnlyMetadata",
            "IMAGE" => {
                out["image"] = medium(&lens["image"])?;
                "ImageMetadata"
            }
            "ARTICLE" => "ArticleMetadata",
            other => return Err(format!("{other} is not expected")),
        };
        if kind != "TextOnlyMetadata" {
            out["attachments"] = json!(attachments);
            out["title"] = lens["title"].clone();
        }
        out["__typename"] = json!(kind);
        Ok(out)
    }
}

/// What is wrong with a metadata document by the official schemas; none where all is well, or where they are not there.
pub fn metadata_errors(document: &Value) -> Option<String> {
    let named = document["$schema"].as_str().unwrap_or_default();
    let kind = named
        .strip_prefix("https://json-schemas.lens.dev/posts/")
        .and_then(|rest| rest.strip_suffix("/3.0.0.json"));
    let Some(kind) = kind else {
        return Some(format!("{named} is no schema of Lens"));
    };
    let path = crate::support::shared(&format!("specs/lens-metadata/posts-{kind}-3.0.0.json"))?;
    let schema = std::fs::read_to_string(path).expect("the schema is readable");
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    let config = jsonschema_valid::Config::from_schema(&schema, None).expect("a schema");
    config.validate(document).err().map(|errors| {
        errors
            .map(|error| error.to_string())
            .collect::<Vec<_>>()
            .join("; ")
    })
}
