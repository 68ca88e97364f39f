//! Whether Lens works: what `lumen check` and `/account check` say.

use serde::Deserialize;
use serde_json::json;

use super::error::LensError;
use super::session::Session;
use super::{Lens, operations};

#[derive(Deserialize)]
struct Health {
    health: bool,
    maintenance: bool,
}

#[derive(Deserialize)]
struct Me {
    me: Seat,
}

/// How the account sits in the app.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Seat {
    is_signless: bool,
    is_sponsored: bool,
    limit: Option<Quota>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Quota {
    allowance_left: i64,
    allowance: i64,
    window: String,
}

impl Lens {
    /// That it answers, and that posts can be read.
    pub(super) async fn reads(&self) -> Result<String, LensError> {
        let health: Health = self
            .client
            .ask(operations::HEALTH, &json!({}), None)
            .await?;
        if health.maintenance {
            return Err(LensError::Broken("it is under maintenance".to_owned()));
        }
        if !health.health {
            return Err(LensError::Broken(
                "it says itself that it is not well".to_owned(),
            ));
        }
        let request = json!({"filter": {"feeds": [{"globalFeed": true}]}, "pageSize": "TEN"});
        let _: super::wire::Posts = self
            .client
            .ask(operations::POSTS, &json!({ "request": request }), None)
            .await?;
        Ok("posts can be read".to_owned())
    }

    /// That it can be published there: the key's rights, a login, and how the account sits in the app.
    pub(super) async fn publishes(&self, session: &Session) -> Result<String, LensError> {
        let standing = session.rights().await?;
        let Me { me } = session.ask(operations::ME, &json!({})).await?;
        if !me.is_signless {
            return Err(LensError::refused(format!(
                "@{} has signless mode off, so that every post would want a signature. Its owner turns it on once in a Lens app, for the app that LENS_APP names",
                standing.handle
            )));
        }
        if !me.is_sponsored {
            return Err(LensError::refused(
                "the app that LENS_APP names does not pay for posts. Name one that sponsors its users, or have its owner turn that on",
            ));
        }
        let left = me.limit.map_or_else(String::new, |limit| {
            format!(
                ", {} of {} posts left this {}",
                limit.allowance_left,
                limit.allowance,
                limit.window.to_lowercase()
            )
        });
        Ok(format!("publishing as @{}{left}", standing.handle))
    }
}
