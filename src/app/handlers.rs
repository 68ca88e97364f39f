//! Which flow does which kind of job, with the progress going to the room that waits for it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::chat::control_room::ControlRoom;
use crate::domain::job::{Job, JobKind, JobOutcome, Lease};
use crate::flow::act::Actor;
use crate::flow::collect::{Collector, Timing};
use crate::flow::compose::Composer;
use crate::flow::media::{self, MediaDeps};
use crate::flow::paint::Painter;
use crate::flow::publish::Publisher;
use crate::flow::recall::{self, Recall};
use crate::media::{Caps, MediaFolder};
use crate::net::HttpClient;
use crate::platforms::Source;
use crate::schedule::worker::JobHandler;
use crate::store::{Store, StoreError};

/// What the handlers work with.
pub struct Parts {
    pub store: Store,
    pub control: ControlRoom,
    pub recall: Recall,
    pub sources: Vec<Arc<dyn Source>>,
    pub http: HttpClient,
    pub media: MediaFolder,
    pub composer: Composer,
    pub painter: Painter,
    pub publisher: Publisher,
    pub actor: Actor,
}

/// A handler for every kind: a kind without one does not compile.
pub fn all(parts: &Parts) -> HashMap<JobKind, Arc<dyn JobHandler>> {
    let media = MediaDeps {
        store: parts.store.clone(),
        http: parts.http.clone(),
        folder: parts.media.clone(),
        caps: Caps::default(),
        sources: parts.sources.clone(),
    };
    let collector = Collector {
        store: parts.store.clone(),
        networks: parts.sources.clone(),
        timing: Timing::default(),
    };
    let handler = |kind: JobKind| -> Arc<dyn JobHandler> {
        let control = parts.control.clone();
        match kind {
            JobKind::Fetch => Arc::new(Fetch {
                collector: collector.clone(),
                control,
            }),
            JobKind::Index => Arc::new(Index {
                recall: parts.recall.clone(),
                store: parts.store.clone(),
                control,
            }),
            JobKind::Media => Arc::new(Pictures {
                deps: media.clone(),
                control,
            }),
            JobKind::Compose => Arc::new(Compose {
                composer: parts.composer.clone(),
                control,
            }),
            JobKind::Paint => Arc::new(Paint {
                painter: parts.painter.clone(),
                control,
            }),
            JobKind::Publish => Arc::new(Publish {
                publisher: parts.publisher.clone(),
                control,
            }),
            JobKind::Act => Arc::new(Act {
                actor: parts.actor.clone(),
                control,
            }),
            JobKind::Notice => Arc::new(Notices(control)),
        }
    };
    JobKind::ALL
        .into_iter()
        .map(|kind| (kind, handler(kind)))
        .collect()
}

/// A store that did not answer: the job is tried again.
fn or_retry(outcome: Result<JobOutcome, StoreError>) -> JobOutcome {
    outcome.unwrap_or_else(|error| JobOutcome::Retry {
        why: error.to_string(),
        wait: Some(Duration::from_secs(1)),
    })
}

struct Fetch {
    collector: Collector,
    control: ControlRoom,
}

#[async_trait]
impl JobHandler for Fetch {
    async fn run(&self, job: &Job, lease: &Lease, stop: &CancellationToken) -> JobOutcome {
        let progress = self.control.progress_for(job.cause).await;
        let outcome = self
            .collector
            .run(job, lease, progress.as_ref(), stop)
            .await;
        self.control.job_ended();
        outcome
    }
}

struct Index {
    recall: Recall,
    store: Store,
    control: ControlRoom,
}

#[async_trait]
impl JobHandler for Index {
    async fn run(&self, job: &Job, lease: &Lease, stop: &CancellationToken) -> JobOutcome {
        let progress = self.control.progress_for(job.cause).await;
        let outcome = recall::run(
            &self.recall,
            &self.store,
            job,
            lease,
            progress.as_ref(),
            stop,
        )
        .await;
        self.control.job_ended();
        or_retry(outcome)
    }
}

struct Pictures {
    deps: MediaDeps,
    control: ControlRoom,
}

#[async_trait]
impl JobHandler for Pictures {
    async fn run(&self, job: &Job, lease: &Lease, stop: &CancellationToken) -> JobOutcome {
        let progress = self.control.progress_for(job.cause).await;
        let outcome = media::run(&self.deps, job, lease, progress.as_ref(), stop).await;
        self.control.job_ended();
        or_retry(outcome)
    }
}

struct Compose {
    composer: Composer,
    control: ControlRoom,
}

#[async_trait]
impl JobHandler for Compose {
    async fn run(&self, job: &Job, lease: &Lease, stop: &CancellationToken) -> JobOutcome {
        let progress = self.control.progress_for(job.cause).await;
        let outcome = self.composer.run(job, lease, progress.as_ref(), stop).await;
        self.control.job_ended();
        outcome
    }
}

struct Paint {
    painter: Painter,
    control: ControlRoom,
}

#[async_trait]
impl JobHandler for Paint {
    async fn run(&self, job: &Job, lease: &Lease, stop: &CancellationToken) -> JobOutcome {
        let progress = self.control.progress_for(job.cause).await;
        let outcome = self.painter.run(job, lease, progress.as_ref(), stop).await;
        self.control.job_ended();
        outcome
    }
}

struct Publish {
    publisher: Publisher,
    control: ControlRoom,
}

#[async_trait]
impl JobHandler for Publish {
    async fn run(&self, job: &Job, lease: &Lease, _: &CancellationToken) -> JobOutcome {
        let outcome = self.publisher.run(job, lease).await;
        self.control.job_ended();
        outcome
    }

    /// Somebody relies on the end of a publishing call; the publisher itself bounds its tries.
    fn never_gives_up(&self) -> bool {
        true
    }
}

struct Act {
    actor: Actor,
    control: ControlRoom,
}

#[async_trait]
impl JobHandler for Act {
    async fn run(&self, job: &Job, lease: &Lease, _: &CancellationToken) -> JobOutcome {
        let outcome = self.actor.run(job, lease).await;
        self.control.job_ended();
        outcome
    }
}

struct Notices(ControlRoom);

#[async_trait]
impl JobHandler for Notices {
    async fn run(&self, job: &Job, lease: &Lease, _: &CancellationToken) -> JobOutcome {
        self.0.notice(job, lease).await
    }
}
