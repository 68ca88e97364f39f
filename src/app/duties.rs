//! What due things turn into: the same requests that the commands make.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::domain::draft::Draft;
use crate::domain::ids::WorkspaceId;
use crate::domain::source::Source;
use crate::domain::task::{Task, TaskKind};
use crate::flow::compose::{self, ComposeRequest};
use crate::flow::{collect, publish, review};
use crate::schedule::due::Duties;
use crate::store::{R, Tx};

/// The duties of the whole house.
pub struct HouseDuties;

#[async_trait]
impl Duties for HouseDuties {
    async fn fetch(&self, tx: &mut Tx, _: WorkspaceId, source: &Source) -> R<()> {
        collect::request(tx, source.id, None, None)
            .await
            .map(|_| ())
    }

    async fn run_task(&self, tx: &mut Tx, w: WorkspaceId, task: &Task, at: Timestamp) -> R<()> {
        match task.kind {
            TaskKind::Post => {
                let request = ComposeRequest::Post {
                    topic: task.topic.clone(),
                };
                let by = format!("task {}", task.name);
                let key = format!("task:{}:{}", task.id, at.as_millisecond());
                compose::request(tx, w, &request, &by, Some(task.id), None, None, &key)
                    .await
                    .map(|_| ())
            }
            // No command makes these yet; one from a later version is left alone.
            TaskKind::Reply | TaskKind::Analyze => {
                tx.log(
                    w,
                    "lumen",
                    &format!(
                        "left task {} alone: {} tasks are not built yet",
                        task.name,
                        task.kind.name()
                    ),
                )
                .await
            }
        }
    }

    async fn publish(&self, tx: &mut Tx, w: WorkspaceId, draft: &Draft) -> R<()> {
        if draft.is_overdue(tx.now()) {
            return review::miss(tx, w, draft).await;
        }
        publish::request(tx, w, draft.id, None).await
    }

    async fn expire(&self, tx: &mut Tx, w: WorkspaceId, draft: Draft) -> R<()> {
        match review::expire(tx, w, draft).await {
            Err(review::ReviewError::Store(error)) => Err(error),
            // Decided in the meantime: nothing is left to expire.
            Ok(_) | Err(_) => Ok(()),
        }
    }
}
