//! Pictures that nobody uses any more leave the media folder: those of a forgotten author at once, others in the daily sweep.

use std::time::Duration;

use jiff::Timestamp;

use super::{MediaDeps, MediaJob};
use crate::domain::ids::InboxId;
use crate::domain::job::{JobKind, NewJob};
use crate::store::{R, Tx};

/// How often the whole folder is looked through.
pub(super) const EVERY: Duration = Duration::from_hours(24);

/// A younger file may be about to be used: it is written before the row that names it.
const YOUNG: Duration = Duration::from_hours(1);

/// Has these pictures (hash and type) deleted unless somebody else uses them.
pub async fn drop_unused(
    tx: &mut Tx,
    pictures: &[(String, String)],
    cause: Option<InboxId>,
) -> R<()> {
    if pictures.is_empty() {
        return Ok(());
    }
    let now = tx.now();
    let payload = MediaJob {
        drop: pictures.to_vec(),
        ..MediaJob::default()
    };
    tx.enqueue(&NewJob {
        unique_key: format!("media:drop:{}", uuid::Uuid::new_v4()),
        payload: serde_json::json!(payload),
        ..NewJob::upkeep(JobKind::Media, cause, now)
    })
    .await?;
    Ok(())
}

/// Has the folder looked through at `at`, and every day from then on.
pub async fn request_sweep(tx: &mut Tx, at: Timestamp) -> R<bool> {
    let payload = MediaJob {
        sweep: true,
        ..MediaJob::default()
    };
    tx.enqueue(&NewJob {
        unique_key: "media:sweep".to_owned(),
        payload: serde_json::json!(payload),
        ..NewJob::upkeep(JobKind::Media, None, at)
    })
    .await
}

pub(super) async fn drop_named(deps: &MediaDeps, pictures: &[(String, String)]) -> R<()> {
    if pictures.is_empty() {
        return Ok(());
    }
    let hashes: Vec<String> = pictures.iter().map(|(hash, _)| hash.clone()).collect();
    let used = deps.store.pictures_used(&hashes).await?;
    for (hash, mime) in pictures.iter().filter(|(hash, _)| !used.contains(hash)) {
        if let Err(error) = deps.folder.remove(hash, mime).await {
            // The daily sweep comes by again.
            tracing::warn!(media.sha256 = %hash, %error, "a picture could not be deleted");
        }
    }
    Ok(())
}

/// Deletes what lies in the folder and is nobody's.
pub(super) async fn sweep(deps: &MediaDeps) -> R<()> {
    let files = match deps.folder.files(YOUNG).await {
        Ok(files) => files,
        Err(error) => {
            tracing::warn!(%error, "the media folder could not be looked through");
            return Ok(());
        }
    };
    let hashes: Vec<String> = files.iter().map(|file| file.sha256.clone()).collect();
    let used = deps.store.pictures_used(&hashes).await?;
    let unused: Vec<_> = files
        .into_iter()
        .filter(|file| !used.contains(&file.sha256))
        .collect();
    if unused.is_empty() {
        return Ok(());
    }
    tracing::info!(pictures = unused.len(), "pictures that nobody uses go");
    if let Err(error) = deps.folder.remove_all(unused).await {
        tracing::warn!(%error, "a picture could not be deleted");
    }
    Ok(())
}
