//! What is done about a command: one short file for each family. Each reads, then makes one [`Tx`] with its changes and
//! jobs, which also settles what was typed with its [`Answer`]. So a crash before the commit leaves nothing behind and
//! the command runs again from the start, and after it only the stored answer is shown again.

mod accounts;
mod again;
mod bare;
mod compose;
mod deleted_tasks;
mod drafts;
mod elsewhere;
mod groups;
mod help;
mod house;
mod image;
pub mod invitations;
mod links;
mod members;
mod money;
mod persona;
mod pictures;
mod posts;
mod replies;
mod review;
mod rooms;
mod schedule;
mod search;
mod shown;
mod sources;
mod status;
mod stop;
mod talk;
mod tasks;
pub mod tune;
mod versions;

pub use house::brake;
pub use status::standing;

use std::sync::Arc;

use serde_json::json;

use crate::chat::answer::Answer;
use crate::chat::catalogue::{self, Command};
use crate::chat::commands::again::Manner;
use crate::chat::dialogue::{Event, Kept, Talk, Timed};
use crate::chat::frontend::Frontend;
use crate::chat::house::House;
use crate::chat::incoming::{Incoming, Said};
use crate::chat::parse::{self, Call, Line};
use crate::chat::press::{DraftVerb, Press, Reason};
use crate::chat::view::View;
use crate::chat::words;
use crate::chat::words::time::Now;
use crate::domain::error::UserError;
use crate::domain::ids::{DraftNumber, InboxId, WorkspaceId};
use crate::domain::operator::{Identity, Operator, Role, Room};
use crate::domain::schedule::WhenError;
use crate::flow::in_progress::{self, InProgress};
use crate::flow::review::ReviewError;
use crate::store::{Store, StoreError, Tx};

/// Why a command did not do what it was asked. [`Failed::view`] says it to the person.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    /// It cannot be done as it was asked.
    #[error(transparent)]
    User(#[from] UserError),
    /// The same may work later: the line offers to try again.
    #[error("{0}")]
    Later(UserError),
    #[error(transparent)]
    Review(#[from] ReviewError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nobody but the log is interested in this.
    #[error("{0:#}")]
    Inside(#[from] anyhow::Error),
}

impl From<WhenError> for ChatError {
    fn from(error: WhenError) -> Self {
        Self::User(error.into())
    }
}

impl ChatError {
    /// What the person is told.
    #[must_use]
    pub fn view(&self, inbox: InboxId, house: &House) -> View {
        match self {
            Self::User(error) => words::errors::failed(error, None),
            Self::Later(error) => words::errors::failed(error, Some(inbox)),
            Self::Review(ReviewError::Store(error)) | Self::Store(error) => {
                words::errors::failed(&error.user(house.store.folder()), Some(inbox))
            }
            Self::Review(error) => words::errors::review(error, &house.now()),
            Self::Inside(_) => words::errors::failed(&words::errors::inside(), Some(inbox)),
        }
    }

    /// Whether the log should have it: the rest is between Lumen and the person.
    #[must_use]
    pub fn is_for_the_log(&self, store: &Store) -> bool {
        match self {
            Self::Store(error) | Self::Review(ReviewError::Store(error)) => {
                !store.log_if_full(error)
            }
            Self::Inside(_) => true,
            Self::User(_) | Self::Later(_) | Self::Review(_) => false,
        }
    }
}

/// What running a command comes to.
pub type Done = Result<Answer, ChatError>;

/// One thing a person asked for, with all that it is asked in.
#[derive(Clone)]
pub struct Ctx {
    pub house: Arc<House>,
    pub room: Room,
    pub operator: Operator,
    /// The name they have in this chat.
    pub sender: Identity,
    /// Nobody else sees the answer, or whoever could sits beside them.
    pub unseen: bool,
    pub inbox: InboxId,
    /// The row whose words are carried out: this one, or an earlier one that is done again.
    pub written: InboxId,
    pub now: Now,
    /// The message whose button was pressed.
    pub pressed: Option<String>,
    /// The draft whose card the person answers, or in whose thread they speak.
    pub about: Option<DraftNumber>,
    /// The chats that are open.
    pub frontends: Vec<Arc<dyn Frontend>>,
    /// What is done now answers the open question, which ends with it.
    pub ends_talk: bool,
}

impl Ctx {
    fn w(&self) -> WorkspaceId {
        self.house.workspace
    }

    fn store(&self) -> &Store {
        &self.house.store
    }

    /// Begins a change.
    ///
    /// # Errors
    /// When the person was given less of a role since their row was begun: what they may do is asked again here, where
    /// no other change comes in between.
    async fn begin(&self) -> Result<Tx, ChatError> {
        let mut tx = self.house.store.begin().await?;
        let role = tx.role_of(self.operator.id).await?;
        if role.is_some_and(|role| role >= self.operator.role) {
            return Ok(tx);
        }
        Err(ChatError::Later(words::people::role_changed(role)))
    }

    /// The end of every command: its changes and its answer, together or not at all.
    async fn settle(&self, mut tx: Tx, answer: Answer) -> Done {
        if self.ends_talk {
            self.keep(&mut tx, None).await?;
        }
        tx.settle_inbox(self.inbox, &json!(answer)).await?;
        tx.commit().await?;
        Ok(answer)
    }

    /// [`Ctx::settle`] for an answer with a secret in it: it is shown, and a line that says so is kept in its place.
    async fn settle_shown_once(&self, tx: Tx, view: View) -> Done {
        let kept = View::text(words::people::shown_once());
        self.settle(tx, Answer::line(kept)).await?;
        Ok(Answer::line(view))
    }

    /// The end of a command that changed nothing. After a power cut it is asked and answered once more.
    async fn say(&self, view: View) -> Done {
        let tx = self.store().begin_lightly().await?;
        self.settle(tx, Answer::line(view)).await
    }

    /// Puts a question and keeps it open for the next message of this person in this room.
    async fn ask(&self, mut tx: Tx, talk: Talk, view: View) -> Done {
        self.keep(&mut tx, Some(talk)).await?;
        let asking = Self {
            ends_talk: false,
            ..self.clone()
        };
        let view = View { asks: true, ..view };
        asking.settle(tx, Answer::line(view)).await
    }

    async fn keep(&self, tx: &mut Tx, talk: Option<Talk>) -> Result<(), ChatError> {
        let kept = talk.map(|talk| {
            json!(Kept {
                talk,
                since: self.now.at
            })
        });
        tx.set_dialogue(self.room.id, self.operator.id, kept.as_ref())
            .await?;
        Ok(())
    }

    async fn open_talk(&self) -> Result<Option<Kept>, ChatError> {
        let kept = self
            .store()
            .dialogue(self.room.id, self.operator.id)
            .await?;
        // A talk that this version cannot read is over.
        Ok(kept.and_then(|kept| serde_json::from_value(kept).ok()))
    }

    fn allow(&self, what: &str, needed: Role) -> Result<(), ChatError> {
        if self.operator.role >= needed {
            return Ok(());
        }
        let (what, advice) = words::draft::needs_role(what, needed, self.operator.role);
        Err(UserError::new(what, advice).into())
    }

    /// The draft's number at the head of `rest`, and what follows.
    async fn numbered<'a>(
        &self,
        command: Command,
        rest: &'a str,
    ) -> Result<(DraftNumber, &'a str), ChatError> {
        let (word, after) = parse::split_number(rest);
        match self.about {
            // Typed as an answer to a card, the number may be left out.
            Some(number) if parse::draft_number(word).is_none() => {
                return Ok((number, rest.trim()));
            }
            _ => {}
        }
        if word.is_empty() {
            let waiting = self.waiting().await?;
            let verb = (command == Command::Schedule).then_some(catalogue::SCHEDULE_DRAFT);
            let usage = catalogue::usage_explained(command, verb);
            return Err(words::errors::which_draft(&usage, &waiting).into());
        }
        match word.parse() {
            Ok(number) => Ok((number, after)),
            Err(_) => Err(words::errors::no_number(word, &self.waiting().await?).into()),
        }
    }

    /// What is being made, in the order in which it was asked for.
    async fn in_progress(&self) -> Result<Vec<InProgress>, ChatError> {
        let mut tx = self.store().begin_lightly().await?;
        Ok(in_progress::all(&mut tx, self.w()).await?)
    }

    /// Whether the first version of this draft is being written.
    async fn is_being_written(&self, number: DraftNumber) -> Result<bool, ChatError> {
        let mut tx = self.store().begin_lightly().await?;
        let work = in_progress::unwritten(&mut tx, self.w(), number).await?;
        Ok(work.is_some())
    }

    async fn waiting(&self) -> Result<Vec<DraftNumber>, ChatError> {
        const NAMED: u32 = 12;
        let drafts = self
            .store()
            .drafts_in(self.w(), &["waiting"], NAMED)
            .await?;
        let mut numbers: Vec<DraftNumber> = drafts.into_iter().map(|draft| draft.number).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }
}

/// Does what `incoming` asks for and settles its row with the answer. Typed words decide on the version of a draft that was
/// shown to who wrote them; where that is not the current one, its card is the answer.
pub async fn handle(ctx: &Ctx, incoming: &Incoming) -> Done {
    match carry_out(ctx, incoming).await {
        Err(error) if shown::is_typed(&incoming.body) => shown::in_place_of(ctx, error).await,
        done => done,
    }
}

async fn carry_out(ctx: &Ctx, incoming: &Incoming) -> Done {
    match &incoming.body {
        Said::Text { text } => match ctx.about {
            Some(number) => replies::in_thread(ctx, text, number).await,
            None => said(ctx, text).await,
        },
        Said::Reply { text, to, card } => replies::words(ctx, text, to, *card).await,
        Said::Picture {
            file,
            caption,
            to,
            card,
        } => {
            let answered = to.as_deref().map(|to| (to, *card));
            pictures::sent(ctx, file, caption.as_deref(), answered).await
        }
        Said::Changed { text } => replies::changed(ctx, text).await,
        Said::Filled { code, text, .. } => match Press::read(code) {
            Ok(press) => filled(ctx, press, text).await,
            Err(why) => ctx.say(words::errors::unreadable(why)).await,
        },
        Said::Press { code, .. } => match Press::read(code) {
            Ok(press) => pressed(ctx, press).await,
            Err(why) => ctx.say(words::errors::unreadable(why)).await,
        },
    }
}

/// Whether `text` is `/stop`.
#[must_use]
pub fn stops(text: &str) -> bool {
    matches!(parse::line(text), Line::Call(call) if call.command == Command::Stop)
}

async fn said(ctx: &Ctx, text: &str) -> Done {
    let cancels = text.trim().eq_ignore_ascii_case("/cancel");
    match parse::line(text) {
        Line::Call(call) => run(ctx, &call).await,
        Line::Unknown(_) if cancels => talk::heard(ctx, Event::Line(text.to_owned())).await,
        Line::Unknown(error) => Err(error.into()),
        Line::Plain(text) => talk::heard(ctx, Event::Line(text)).await,
        Line::Empty => {
            let tx = ctx.begin().await?;
            ctx.settle(tx, Answer::Silent).await
        }
    }
}

/// Runs a typed command; the one place where its role is asked for.
async fn run(ctx: &Ctx, call: &Call) -> Done {
    let spec = call.command.spec();
    let (what, needed) = match call.verb {
        Some(verb) => (format!("/{} {}", spec.name, verb.name), verb.role),
        None => (format!("/{}", spec.name), spec.role),
    };
    ctx.allow(&what, needed)?;
    let (verb, rest) = (call.verb.map_or("", |verb| verb.name), call.rest.as_str());
    match call.command {
        Command::Start => help::start(ctx, rest).await,
        Command::Help => help::help(ctx, rest).await,
        Command::Status => status::status(ctx).await,
        Command::Draft => compose::draft(ctx, rest).await,
        Command::Post => compose::post(ctx, rest).await,
        Command::Reply => compose::reply(ctx, rest).await,
        Command::Queue => drafts::queue(ctx).await,
        Command::Show => drafts::show(ctx, rest).await,
        Command::Why => drafts::why(ctx, rest).await,
        Command::Approve => review::approve(ctx, rest).await,
        Command::Reject => review::reject(ctx, rest).await,
        Command::Edit => review::edit(ctx, rest).await,
        Command::Redo => review::redo_typed(ctx, rest).await,
        Command::Image => image::image(ctx, rest).await,
        Command::Schedule => schedule::run(ctx, verb, rest).await,
        Command::Task => tasks::run(ctx, verb, rest).await,
        Command::Source => sources::run(ctx, verb, rest).await,
        Command::Search => search::search(ctx, rest).await,
        Command::Persona => persona::run(ctx, verb, rest).await,
        Command::Account => accounts::run(ctx, verb, rest).await,
        Command::Log => house::log(ctx, rest).await,
        Command::Budget => money::budget(ctx, rest).await,
        Command::Settings => house::settings(ctx, rest).await,
        Command::Room => rooms::run(ctx, verb, rest).await,
        Command::Member => members::run(ctx, verb, rest).await,
        Command::Claim => members::claim(ctx),
        Command::Stop => house::stop(ctx).await,
        Command::Go => house::go(ctx).await,
        Command::Forget => house::forget(ctx, rest).await,
    }
}

/// The command whose right a button needs.
pub const fn stands_for(press: Press) -> Option<Command> {
    match press {
        Press::Draft { verb, .. } => Some(match verb {
            DraftVerb::Approve
            | DraftVerb::TakeBack
            | DraftVerb::PublishAgain
            | DraftVerb::ItIsThere
            | DraftVerb::SendRest
            | DraftVerb::LeaveIt
            | DraftVerb::Schedule => Command::Approve,
            DraftVerb::Edit | DraftVerb::NoPicture => Command::Edit,
            DraftVerb::Redo | DraftVerb::RedoNow => Command::Redo,
            DraftVerb::Image | DraftVerb::EarlierImage => Command::Image,
            DraftVerb::Reject | DraftVerb::Drop => Command::Reject,
            DraftVerb::Why => Command::Why,
            DraftVerb::Show | DraftVerb::EarlierVersion => Command::Show,
        }),
        Press::Reject { .. } | Press::Stop(_) => Some(Command::Reject),
        Press::Restore { .. } | Press::UseText { .. } => Some(Command::Edit),
        Press::Act { .. } => Some(Command::Approve),
        Press::UndeleteTask(_) => Some(Command::Task),
        // What is run again asks for its own role.
        Press::Again(_)
        | Press::WriteMyself(_)
        | Press::WriteDespite(_)
        | Press::Confirm(_)
        | Press::BetterModel
        | Press::Talk(_) => None,
    }
}

async fn pressed(ctx: &Ctx, press: Press) -> Done {
    if let Some(command) = stands_for(press) {
        ctx.allow(&format!("/{}", command.name()), command.spec().role)?;
    }
    match press {
        Press::Draft { verb, number, seen } => review::pressed(ctx, verb, number, seen).await,
        Press::Reject {
            reason,
            number,
            seen,
        } => review::rejected(ctx, reason, number, seen).await,
        Press::Act { action, post, sure } => posts::pressed(ctx, action, post, sure).await,
        Press::Talk(press) => talk::heard(ctx, Event::Press(press)).await,
        Press::Restore {
            number,
            version,
            seen,
        } => versions::restore(ctx, number, version, seen).await,
        Press::Again(inbox) => again::again(ctx, inbox, Manner::Same).await,
        Press::WriteMyself(inbox) => again::again(ctx, inbox, Manner::Myself).await,
        Press::WriteDespite(inbox) => again::again(ctx, inbox, Manner::Despite).await,
        Press::UseText { inbox, seen } => shown::use_text(ctx, inbox, seen).await,
        Press::Confirm(inbox) => again::confirmed(ctx, inbox).await,
        Press::UndeleteTask(task) => deleted_tasks::undelete(ctx, task).await,
        Press::BetterModel => ctx.say(words::models::better()).await,
        Press::Stop(number) => stop::draft(ctx, number).await,
    }
}

/// Does what a button asks for with the words of its form: what the same words would do in the talk of that button.
async fn filled(ctx: &Ctx, press: Press, text: &str) -> Done {
    if let Some(command) = stands_for(press) {
        ctx.allow(&format!("/{}", command.name()), command.spec().role)?;
    }
    match press {
        Press::Draft {
            verb: DraftVerb::Edit,
            number,
            seen,
        } => review::edit_seen(ctx, number, seen, text).await,
        Press::Draft {
            verb: DraftVerb::Redo,
            number,
            seen,
        } => review::redo_seen(ctx, number, seen, text).await,
        Press::Draft {
            verb: DraftVerb::Schedule,
            number,
            seen,
        } => schedule::timed(ctx, Timed::Draft { number, seen }, text).await,
        Press::Reject {
            reason: Reason::Other,
            number,
            seen,
        } => review::reject_seen(ctx, number, seen, Some(text.to_owned())).await,
        other => pressed(ctx, other).await,
    }
}
