//! Approvals, and what is written before and after a publishing call.

use jiff::Timestamp;
use sqlx::{FromRow, SqliteConnection};

use crate::domain::content::ContentHash;
use crate::domain::draft::Approval;
use crate::domain::ids::{ApprovalId, DraftId, IntentId, OperatorId};
use crate::domain::job::Lease;
use crate::domain::network::Network;
use crate::store::rows::{Place, millis};
use crate::store::tx::one_row;
use crate::store::{R, Store, StoreError, Tx};

/// How far a publishing call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntentState {
    /// It will be made.
    Open,
    /// It is being made, or was when Lumen stopped: its outcome may be unknown.
    Sent,
    /// The network has the post.
    Done,
    /// The network said no.
    Refused,
    /// The network certainly does not have the post.
    Absent,
}

impl IntentState {
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::Sent,
        Self::Done,
        Self::Refused,
        Self::Absent,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Sent => "sent",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Absent => "absent",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// The will to publish one approved content, written before the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    pub id: IntentId,
    pub draft: DraftId,
    pub approval: ApprovalId,
    /// Travels with the call.
    pub key: String,
    pub content_hash: ContentHash,
    pub network: Network,
    pub account: String,
    pub state: IntentState,
    /// How often it was sent.
    pub attempts: i64,
    pub last_error: Option<String>,
    pub created_at: Timestamp,
}

/// What a network says of a published draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub intent: IntentId,
    pub native_id: String,
    pub url: Option<String>,
    /// `answer`, `lookup`, or a person's name.
    pub settled_by: String,
    pub published_at: Timestamp,
}

#[derive(FromRow)]
struct ApprovalRow {
    id: i64,
    draft_id: i64,
    revision: i64,
    content_hash: String,
    by_name: String,
    at: i64,
    due_at: Option<i64>,
}

impl TryFrom<ApprovalRow> for Approval {
    type Error = StoreError;

    fn try_from(row: ApprovalRow) -> R<Self> {
        let place = Place::new("approvals", row.id);
        Ok(Self {
            id: ApprovalId(row.id),
            draft: DraftId(row.draft_id),
            revision: row.revision,
            content_hash: ContentHash(row.content_hash),
            by: row.by_name,
            at: place.time(row.at)?,
            due: place.maybe_time(row.due_at)?,
        })
    }
}

#[derive(FromRow)]
struct IntentRow {
    id: i64,
    draft_id: i64,
    approval_id: i64,
    key: String,
    content_hash: String,
    network: String,
    account: String,
    state: String,
    attempts: i64,
    last_error: Option<String>,
    created_at: i64,
}

impl TryFrom<IntentRow> for Intent {
    type Error = StoreError;

    fn try_from(row: IntentRow) -> R<Self> {
        let place = Place::new("intents", row.id);
        Ok(Self {
            id: IntentId(row.id),
            draft: DraftId(row.draft_id),
            approval: ApprovalId(row.approval_id),
            key: row.key,
            content_hash: ContentHash(row.content_hash),
            network: place.network(&row.network)?,
            account: row.account,
            state: place.word(&row.state, IntentState::from_name)?,
            attempts: row.attempts,
            last_error: row.last_error,
            created_at: place.time(row.created_at)?,
        })
    }
}

macro_rules! select_intents {
    ($rest:literal) => {
        concat!(
            "SELECT id, draft_id, approval_id, key, content_hash, network, account, state, attempts, last_error, \
             created_at FROM intents ",
            $rest
        )
    };
}

async fn approval(conn: &mut SqliteConnection, id: ApprovalId) -> R<Option<Approval>> {
    sqlx::query_as::<_, ApprovalRow>(
        "SELECT id, draft_id, revision, content_hash, by_name, at, due_at FROM approvals WHERE id = $1",
    )
    .bind(id.0)
    .fetch_optional(conn)
    .await?
    .map(Approval::try_from)
    .transpose()
}

async fn open_intent(conn: &mut SqliteConnection, draft: DraftId) -> R<Option<Intent>> {
    sqlx::query_as::<_, IntentRow>(select_intents!(
        "WHERE draft_id = $1 AND state IN ('open', 'sent')"
    ))
    .bind(draft.0)
    .fetch_optional(conn)
    .await?
    .map(Intent::try_from)
    .transpose()
}

async fn intent(conn: &mut SqliteConnection, id: IntentId) -> R<Intent> {
    sqlx::query_as::<_, IntentRow>(select_intents!("WHERE id = $1"))
        .bind(id.0)
        .fetch_optional(conn)
        .await?
        .ok_or_else(|| Place::new("intents", id).wrong("there is no such row"))?
        .try_into()
}

impl Store {
    pub async fn approval(&self, id: ApprovalId) -> R<Option<Approval>> {
        approval(&mut *self.reader().await?, id).await
    }

    /// When a version of a draft was approved last.
    pub async fn approved_at(&self, draft: DraftId, revision: i64) -> R<Option<Timestamp>> {
        let at: Option<i64> = sqlx::query_scalar(
            "SELECT at FROM approvals WHERE draft_id = $1 AND revision = $2 ORDER BY id DESC LIMIT 1",
        )
        .bind(draft.0)
        .bind(revision)
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        Place::new("approvals", draft).maybe_time(at)
    }

    /// The intent of a draft whose call is still to be made, or whose outcome is not settled.
    pub async fn open_intent(&self, draft: DraftId) -> R<Option<Intent>> {
        open_intent(&mut *self.reader().await?, draft).await
    }

    /// The receipts of a draft, oldest first.
    pub async fn receipts(&self, draft: DraftId) -> R<Vec<Receipt>> {
        let rows: Vec<(i64, String, Option<String>, String, i64)> = sqlx::query_as(
            "SELECT receipts.intent_id, receipts.native_id, receipts.url, receipts.settled_by, receipts.published_at
             FROM receipts JOIN intents ON intents.id = receipts.intent_id
             WHERE intents.draft_id = $1 ORDER BY receipts.intent_id",
        )
        .bind(draft.0)
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.into_iter()
            .map(|(intent, native_id, url, settled_by, published_at)| {
                Ok(Receipt {
                    intent: IntentId(intent),
                    native_id,
                    url,
                    settled_by,
                    published_at: Place::new("receipts", intent).time(published_at)?,
                })
            })
            .collect()
    }
}

impl Tx {
    pub async fn approval(&mut self, id: ApprovalId) -> R<Option<Approval>> {
        approval(self.conn(), id).await
    }

    pub async fn open_intent(&mut self, draft: DraftId) -> R<Option<Intent>> {
        open_intent(self.conn(), draft).await
    }

    /// How many calls were made on this approval that the network did not refuse or put off.
    pub async fn intents_on(&mut self, approval: ApprovalId) -> R<i64> {
        Ok(sqlx::query_scalar(
            "SELECT COUNT(*) FROM intents WHERE approval_id = $1 AND attempts > 0 AND state <> 'refused'",
        )
        .bind(approval.0)
        .fetch_one(self.conn())
        .await?)
    }

    /// Writes who allowed which revision with which content.
    pub async fn add_approval(
        &mut self,
        draft: DraftId,
        revision: i64,
        content_hash: &ContentHash,
        operator: Option<OperatorId>,
        by: &str,
        due: Option<Timestamp>,
    ) -> R<Approval> {
        let now = self.now_millis();
        let id = sqlx::query_scalar(
            "INSERT INTO approvals (draft_id, revision, content_hash, operator_id, by_name, at, due_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        )
        .bind(draft.0)
        .bind(revision)
        .bind(content_hash.0.as_str())
        .bind(operator.map(|operator| operator.0))
        .bind(by)
        .bind(now)
        .bind(millis(due))
        .fetch_one(self.conn())
        .await?;
        let written = approval(self.conn(), ApprovalId(id)).await?;
        written.ok_or_else(|| Place::new("approvals", id).wrong("it was just written"))
    }

    /// Writes the will to publish. A draft has at most one that is not settled: a second is an error of the database.
    pub async fn open_new_intent(
        &mut self,
        draft: DraftId,
        approval: ApprovalId,
        key: &str,
        content_hash: &ContentHash,
        network: Network,
        account: &str,
    ) -> R<Intent> {
        let now = self.now_millis();
        let id = sqlx::query_scalar(
            "INSERT INTO intents (draft_id, approval_id, key, content_hash, network, account, state, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, 'open', $7) RETURNING id",
        )
        .bind(draft.0)
        .bind(approval.0)
        .bind(key)
        .bind(content_hash.0.as_str())
        .bind(network.name())
        .bind(account)
        .bind(now)
        .fetch_one(self.conn())
        .await?;
        intent(self.conn(), IntentId(id)).await
    }

    /// Writes that the call is about to be made: from `open` alone, and only while the claim on its job holds. Counts as an
    /// attempt.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] where another has the job, or has sent it.
    pub async fn send_intent(&mut self, id: IntentId, lease: &Lease) -> R<()> {
        let done = sqlx::query(
            "UPDATE intents SET state = 'sent', last_error = NULL, attempts = attempts + 1
             WHERE id = $1 AND state = 'open'
             AND EXISTS (SELECT 1 FROM jobs WHERE jobs.id = $2 AND jobs.lease_by = $3)",
        )
        .bind(id.0)
        .bind(lease.job.0)
        .bind(lease.holder.as_str())
        .execute(self.conn())
        .await?;
        match done.rows_affected() {
            0 => Err(StoreError::LeaseLost),
            _ => Ok(()),
        }
    }

    /// Writes how far the call has come.
    pub async fn mark_intent(
        &mut self,
        id: IntentId,
        state: IntentState,
        error: Option<&str>,
    ) -> R<()> {
        let done = sqlx::query("UPDATE intents SET state = $1, last_error = $2 WHERE id = $3")
            .bind(state.name())
            .bind(error)
            .bind(id.0)
            .execute(self.conn())
            .await?;
        one_row(&done, "intents", id)
    }

    /// Writes what the network says of the post. The first receipt of an intent stays.
    pub async fn add_receipt(
        &mut self,
        intent: IntentId,
        native_id: &str,
        url: Option<&str>,
        settled_by: &str,
        at: Timestamp,
    ) -> R<()> {
        sqlx::query(
            "INSERT INTO receipts (intent_id, native_id, url, settled_by, published_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (intent_id) DO NOTHING",
        )
        .bind(intent.0)
        .bind(native_id)
        .bind(url)
        .bind(settled_by)
        .bind(at.as_millisecond())
        .execute(self.conn())
        .await?;
        Ok(())
    }
}
