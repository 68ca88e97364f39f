//! The ways the network can be told to fail. They lie in its file, so that another process, or a test that drives
//! the real program, can set them; the oldest one for an operation strikes first, as often as it was told to.

use std::time::Duration;

use sqlx::SqlitePool;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::domain::error::UserError;
use crate::domain::network::Network;
use crate::platforms::PlatformError;

/// What the network is asked to do when it fails.
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Fetch,
    Publish,
    LookUp,
    Picture,
}

impl Operation {
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

/// How it fails.
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No connection.
    Unreachable,
    /// Too many calls; with a wait when one was given.
    SlowDown,
    /// A certain no.
    Refused,
    /// Takes the post; the answer never arrives. With a delay, that long after taking.
    LostAnswer,
    /// The connection breaks off and nothing was taken.
    Drop,
    /// Says nothing useful; the post is there later, after some look-ups or seconds.
    Late,
    /// No answer at all (an hour, unless a delay says less); nothing is taken.
    Hang,
    /// An answer that makes no sense. A post is taken all the same.
    Garbled,
    /// An internal error; nothing is taken, but the caller cannot know.
    ServerError,
    /// Works, after its delay.
    Slow,
    /// A look-up that cannot say.
    Unsettled,
}

impl Kind {
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }

    /// Whether `operation` can fail this way.
    #[must_use]
    pub const fn fits(self, operation: Operation) -> bool {
        match self {
            Self::LostAnswer | Self::Drop | Self::Late => matches!(operation, Operation::Publish),
            Self::Unsettled => matches!(operation, Operation::LookUp),
            _ => true,
        }
    }
}

/// One way to fail, for one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    pub operation: Operation,
    pub kind: Kind,
    /// How often; none is until healed.
    pub times: Option<u32>,
    /// How long before the answer (or the lack of one).
    pub delay: Duration,
    /// For `slow_down`: how long it asks to wait. For `late`: when the post is there.
    pub wait: Option<Duration>,
    /// For `late`: how many look-ups cannot say yet.
    pub look_ups: u32,
}

/// How long a network hangs that was told to hang: longer than anybody waits.
const HANG: Duration = Duration::from_hours(1);

impl Fault {
    /// Once, at once.
    #[must_use]
    pub const fn once(operation: Operation, kind: Kind) -> Self {
        Self {
            operation,
            kind,
            times: Some(1),
            delay: Duration::ZERO,
            wait: None,
            look_ups: 2,
        }
    }

    /// Waits as long as the fault says.
    pub(super) async fn pause(&self) {
        let delay = match self.kind {
            Kind::Hang if self.delay.is_zero() => HANG,
            _ => self.delay,
        };
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }

    /// Strikes a call that only asks: nothing can have been taken.
    pub(super) async fn strike_a_question(&self) -> Result<(), PlatformError> {
        self.pause().await;
        let network = Network::Sandbox;
        let unreachable = |why: &str| PlatformError::Unreachable {
            network,
            why: why.to_owned(),
        };
        match self.kind {
            Kind::Slow => Ok(()),
            Kind::Unreachable => Err(unreachable("the connection was refused")),
            Kind::LostAnswer | Kind::Drop | Kind::Late => {
                Err(unreachable("the connection broke off"))
            }
            Kind::Hang => Err(unreachable("it did not answer")),
            Kind::ServerError | Kind::Unsettled => {
                Err(unreachable("it answered with an internal error (500)"))
            }
            Kind::SlowDown => Err(PlatformError::SlowDown {
                network,
                wait: self.wait,
            }),
            Kind::Refused => Err(PlatformError::Refused {
                network,
                why: "it was told to".to_owned(),
            }),
            Kind::Garbled => Err(PlatformError::Garbled {
                network,
                why: "the answer is cut off in the middle".to_owned(),
            }),
        }
    }
}

/// Reads an operation and a kind as people type them.
pub fn parse(operation: &str, kind: &str) -> Result<(Operation, Kind), UserError> {
    let plain = |text: &str| text.trim().to_lowercase().replace('-', "_");
    let wanted = plain(operation);
    let operation: Operation = wanted.parse().map_err(|_| {
        let known = Operation::VARIANTS.iter();
        let known: Vec<&str> = known.map(|known| known.name()).collect();
        unknown("operation", &wanted, &known)
    })?;
    let wanted = plain(kind);
    let kind = wanted.parse().ok();
    let kind = kind
        .filter(|kind: &Kind| kind.fits(operation))
        .ok_or_else(|| {
            let fitting = Kind::VARIANTS.iter().filter(|kind| kind.fits(operation));
            let fitting: Vec<&str> = fitting.map(|kind| kind.name()).collect();
            unknown(
                &format!("way for {} to fail", operation.name()),
                &wanted,
                &fitting,
            )
        })?;
    Ok((operation, kind))
}

fn unknown(what: &str, word: &str, known: &[&str]) -> UserError {
    UserError::new(
        format!(
            "I know no {what} called \u{201c}{}\u{201d}.",
            crate::domain::error::shortened(word, 40)
        ),
        format!("There are {}.", known.join(", ")),
    )
}

/// Sets, counts down and clears the faults of one network.
#[derive(Debug, Clone)]
pub struct Faults {
    pool: SqlitePool,
}

#[derive(sqlx::FromRow)]
struct FaultRow {
    operation: String,
    kind: String,
    remaining: Option<i64>,
    delay_ms: i64,
    wait_ms: Option<i64>,
    look_ups: i64,
}

const SELECT: &str =
    "SELECT operation, kind, remaining, delay_ms, wait_ms, look_ups FROM faults ORDER BY id";

const COUNT_DOWN: &str = "
    UPDATE faults SET remaining = remaining - 1
    WHERE id = (SELECT id FROM faults WHERE operation = $1 AND (remaining IS NULL OR remaining > 0) ORDER BY id LIMIT 1)
    RETURNING operation, kind, remaining, delay_ms, wait_ms, look_ups";

const INSERT: &str = "
    INSERT INTO faults (operation, kind, remaining, delay_ms, wait_ms, look_ups) VALUES ($1, $2, $3, $4, $5, $6)";

impl Faults {
    pub(super) const fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    pub async fn set(&self, fault: Fault) -> sqlx::Result<()> {
        let millis = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        sqlx::query(INSERT)
            .bind(fault.operation.name())
            .bind(fault.kind.name())
            .bind(fault.times.map(i64::from))
            .bind(millis(fault.delay))
            .bind(fault.wait.map(millis))
            .bind(i64::from(fault.look_ups))
            .execute(&self.pool)
            .await
            .map(drop)
    }

    /// Everything works again. Says how many faults were still set.
    pub async fn heal(&self) -> sqlx::Result<u64> {
        let left = self.list().await?.len();
        sqlx::query("DELETE FROM faults")
            .execute(&self.pool)
            .await?;
        Ok(left as u64)
    }

    /// Those that will still strike, in order.
    pub async fn list(&self) -> sqlx::Result<Vec<Fault>> {
        let rows: Vec<FaultRow> = sqlx::query_as(SELECT).fetch_all(&self.pool).await?;
        Ok(rows
            .iter()
            .filter_map(read)
            .filter(|fault| fault.times != Some(0))
            .collect())
    }

    /// The fault that strikes now, counted down.
    pub(super) async fn next(&self, operation: Operation) -> sqlx::Result<Option<Fault>> {
        let set: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM faults)")
            .fetch_one(&self.pool)
            .await?;
        // Only a network that was told to fail pays for a write here.
        if !set {
            return Ok(None);
        }
        let row: Option<FaultRow> = sqlx::query_as(COUNT_DOWN)
            .bind(operation.name())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.as_ref().and_then(read))
    }
}

fn read(row: &FaultRow) -> Option<Fault> {
    let millis = |time: i64| Duration::from_millis(u64::try_from(time).unwrap_or(0));
    let (operation, kind) = parse(&row.operation, &row.kind).ok()?;
    Some(Fault {
        operation,
        kind,
        times: row
            .remaining
            .map(|times| u32::try_from(times).unwrap_or(u32::MAX)),
        delay: millis(row.delay_ms),
        wait: row.wait_ms.map(millis),
        look_ups: u32::try_from(row.look_ups).unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_wrong_pairs_are_explained() {
        for &operation in Operation::VARIANTS {
            for &kind in Kind::VARIANTS {
                assert_eq!(
                    parse(operation.name(), kind.name()).ok(),
                    kind.fits(operation).then_some((operation, kind))
                );
            }
        }
        assert_eq!(
            parse("Look-Up", "server-error").unwrap(),
            (Operation::LookUp, Kind::ServerError)
        );
        let error = parse("fetch", "late").unwrap_err().to_string();
        assert!(
            error.contains("late") && error.contains("slow_down"),
            "{error}"
        );
    }
}
