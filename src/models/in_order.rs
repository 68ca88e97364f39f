//! Several providers for one role, in the order in which they are asked: when one fails, the next one is asked.
//!
//! One that failed is left aside for a while, so that not everybody waits for it, and tried again within half a minute.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

use crate::domain::clock::SharedClock;
use crate::models::ModelError;

/// How long a provider that failed is left aside. Somebody may rely on its being tried again within 30 seconds.
const REST: SignedDuration = SignedDuration::from_secs(20);

/// How long a provider may take when another one could do the work instead, and when none could.
const PATIENCE: Duration = Duration::from_secs(25);
const ONLY_ONES_PATIENCE: Duration = Duration::from_mins(1);

/// A provider and how it did last.
struct Member<M: ?Sized> {
    model: Arc<M>,
    /// It failed, so it is left aside until then, and why.
    rests: Mutex<Option<(Timestamp, String)>>,
}

impl<M: ?Sized> Member<M> {
    fn rests(&self, now: Timestamp) -> Option<String> {
        let rests = self.rests.lock();
        let (until, why) = rests.as_ref()?;
        (*until > now).then(|| why.clone())
    }
}

/// The providers of a role, the first choice first.
pub struct InOrder<M: ?Sized> {
    members: Arc<[Member<M>]>,
    clock: SharedClock,
}

impl<M: ?Sized> Clone for InOrder<M> {
    fn clone(&self) -> Self {
        Self {
            members: self.members.clone(),
            clock: self.clock.clone(),
        }
    }
}

/// An answer, and why it does not come from the first choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallen<T> {
    pub answer: T,
    /// Why those before it gave none, each in a line; empty when the first choice answered.
    pub instead_of: Vec<String>,
}

impl<M: ?Sized> InOrder<M> {
    pub fn new(models: Vec<Arc<M>>, clock: SharedClock) -> Self {
        let members = models.into_iter().map(|model| Member {
            model,
            rests: Mutex::default(),
        });
        Self {
            members: members.collect(),
            clock,
        }
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<M>> {
        self.members.iter().map(|member| &member.model)
    }

    #[must_use]
    pub fn first(&self) -> Option<&Arc<M>> {
        self.members.first().map(|member| &member.model)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// How long each provider may take.
    #[must_use]
    pub fn patience(&self) -> Duration {
        if self.members.len() > 1 {
            PATIENCE
        } else {
            ONLY_ONES_PATIENCE
        }
    }

    /// Has `work` done by the first provider that can. The error is that of the first choice; with nobody there, `missing`.
    pub async fn ask<'a, T>(
        &self,
        missing: impl FnOnce() -> ModelError,
        work: impl Fn(Arc<M>) -> BoxFuture<'a, Result<T, ModelError>>,
    ) -> Result<Fallen<T>, ModelError> {
        let now = self.clock.now();
        // When all of them rest, somebody has to try.
        let all_rest = self
            .members
            .iter()
            .all(|member| member.rests(now).is_some());
        let mut instead_of = Vec::new();
        let mut first_error = None;
        for member in self.members.iter() {
            if let Some(why) = member.rests(now).filter(|_| !all_rest) {
                instead_of.push(why);
                continue;
            }
            match work(member.model.clone()).await {
                Ok(answer) => {
                    self.note(member, None);
                    return Ok(Fallen { answer, instead_of });
                }
                Err(error) if error.leaves_others() => {
                    self.note(member, Some(&error));
                    tracing::warn!(model.error = %error, "a model gave no answer");
                    instead_of.push(error.to_string());
                    first_error.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(first_error.unwrap_or_else(missing))
    }

    fn note(&self, member: &Member<M>, error: Option<&ModelError>) {
        let rests = error
            .filter(|error| {
                matches!(
                    error,
                    ModelError::Unavailable { .. } | ModelError::Unusable { .. }
                )
            })
            .map(|error| (self.clock.now() + REST, error.to_string()));
        *member.rests.lock() = rests;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::domain::clock::ManualClock;

    /// Answers with its name, or fails.
    struct One {
        name: &'static str,
        fails: Option<ModelError>,
        asked: AtomicUsize,
    }

    fn one(name: &'static str, fails: Option<ModelError>) -> Arc<One> {
        Arc::new(One {
            name,
            fails,
            asked: AtomicUsize::new(0),
        })
    }

    fn down() -> ModelError {
        ModelError::Unavailable {
            provider: "one".into(),
            why: "it is down".into(),
        }
    }

    async fn ask(order: &InOrder<One>) -> Result<Fallen<&'static str>, ModelError> {
        let missing = || ModelError::Missing("nobody".into());
        order
            .ask(missing, |one| {
                Box::pin(async move {
                    one.asked.fetch_add(1, Ordering::Relaxed);
                    one.fails.clone().map_or(Ok(one.name), Err)
                })
            })
            .await
    }

    #[tokio::test]
    async fn the_next_one_answers_and_the_one_that_failed_is_tried_again_within_half_a_minute() {
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let (first, second) = (one("first", Some(down())), one("second", None));
        let order = InOrder::new(vec![first.clone(), second], clock.clone());
        let fallen = ask(&order).await.unwrap();
        assert_eq!(fallen.answer, "second");
        assert_eq!(fallen.instead_of, ["one did not answer: it is down"]);
        clock.advance(Duration::from_secs(5));
        let resting = ask(&order).await.unwrap();
        assert_eq!(resting.instead_of, ["one did not answer: it is down"]);
        assert_eq!(first.asked.load(Ordering::Relaxed), 1);
        clock.advance(Duration::from_secs(24));
        ask(&order).await.unwrap();
        assert_eq!(first.asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn the_only_one_is_asked_each_time_and_a_no_is_a_no() {
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let only = one("only", Some(down()));
        let order = InOrder::new(vec![only.clone()], clock.clone());
        for asked in 1..=2 {
            assert_eq!(ask(&order).await.unwrap_err(), down());
            assert_eq!(only.asked.load(Ordering::Relaxed), asked);
        }
        let no = ModelError::Refused {
            provider: "one".into(),
            why: "it is not nice".into(),
        };
        let second = one("second", None);
        let order = InOrder::new(vec![one("first", Some(no.clone())), second.clone()], clock);
        assert_eq!(ask(&order).await.unwrap_err(), no);
        assert_eq!(second.asked.load(Ordering::Relaxed), 0);
        let nobody = InOrder::<One>::new(vec![], order.clock.clone());
        assert!(matches!(ask(&nobody).await, Err(ModelError::Missing(_))));
    }
}
