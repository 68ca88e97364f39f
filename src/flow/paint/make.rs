//! Makes one picture: painted, made to fit the network, and looked over.

use std::time::{Duration, Instant};

use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;

use super::keep::changed;
use super::{PaintJob, Painter};
use crate::domain::content::QuoteCard;
use crate::domain::draft::{Draft, Revision};
use crate::domain::error::shortened;
use crate::domain::finding::{Finding, FindingKind};
use crate::domain::ids::DraftNumber;
use crate::domain::job::{Job, JobOutcome, Lease};
use crate::domain::network::Network;
use crate::domain::progress::{Progress, Step};
use crate::flow::bounded::{Broken, bounded, lease_lost};
use crate::flow::compose::write::judged;
use crate::media::{Caps, Fitted, Refusal, Rules, fit};
use crate::models::in_order::Fallen;
use crate::models::paint::{ImageModel as _, PaintRequest, Painted};
use crate::models::prompt::{PicturePrompt, VERDICT};
use crate::models::quote::Quote;
use crate::models::see::SightRequest;
use crate::models::{ModelError, quote};
use crate::store::StoreError;

/// How long a picture may take in all. A command has its final answer within 90 seconds.
const LIMIT: Duration = Duration::from_secs(80);

/// What waited for fewer seconds than this was not held up by others.
const IN_LINE: u64 = 5;

/// A picture that turns out badly is made again only when the first one left this much of that time.
const AGAIN_WITHIN: Duration = Duration::from_secs(25);

/// How long a service may take for one picture.
const PAINT: Duration = Duration::from_secs(45);

/// How long looking over a picture may take.
const LOOK: Duration = Duration::from_secs(15);

/// How a picture looks when the brand has said nothing about it.
const STYLE: &str =
    "a calm photograph in natural light, one clear subject, muted colours, room around it";

/// The longest alt text, in characters.
const ALT_CHARS: usize = 300;

/// A picture that fits, with all that is known of it.
pub(super) struct Made {
    pub fitted: Fitted,
    pub alt: String,
    /// A model worded it.
    alt_by_model: bool,
    pub findings: Vec<Finding>,
    /// Set where it was drawn from the text.
    pub card: Option<QuoteCard>,
    /// It does not suit, or something in it went wrong: worth another try.
    bad: bool,
}

/// Why there is no picture.
enum NotMade {
    /// For the person who asked; true when trying again may help.
    Told(String, bool),
    Broken(anyhow::Error),
}

impl From<StoreError> for NotMade {
    fn from(error: StoreError) -> Self {
        Self::Broken(error.into())
    }
}

impl Painter {
    /// Handles one [`JobKind::Paint`].
    pub async fn run(
        &self,
        job: &Job,
        lease: &Lease,
        progress: &dyn Progress,
        stop: &CancellationToken,
    ) -> JobOutcome {
        let work: PaintJob = match serde_json::from_value(job.payload.clone()) {
            Ok(work) => work,
            Err(error) => {
                return JobOutcome::GiveUp {
                    why: format!("unreadable paint job: {error}"),
                };
            }
        };
        let version = Some((work.draft, work.seen));
        // A card that is drawn anew is nobody's command.
        let waited = if work.redraw {
            Duration::ZERO
        } else {
            job.waited
        };
        let limit = LIMIT.saturating_sub(waited);
        if limit.is_zero() {
            return ended(self.say(&work, job, lease, too_long(job), true).await);
        }
        let cancel = stop.child_token();
        let making = Box::pin(self.made(&work, job, progress, &cancel));
        let settled = match bounded(&self.store, job.id, version, limit, &cancel, making).await {
            Ok(Ok((draft, revision, made))) => {
                self.keep(&work, &draft, revision, made, job, lease).await
            }
            Ok(Err(NotMade::Told(..))) if stop.is_cancelled() => {
                return JobOutcome::Retry {
                    why: "Lumen is stopping".to_owned(),
                    wait: Some(Duration::ZERO),
                };
            }
            Ok(Err(NotMade::Told(why, _))) if work.redraw => {
                self.keep_blocked(&work, job, lease, Some(&why)).await
            }
            Ok(Err(NotMade::Told(why, again))) => self.say(&work, job, lease, why, again).await,
            Ok(Err(NotMade::Broken(error))) => {
                return JobOutcome::Retry {
                    why: format!("{error:#}"),
                    wait: None,
                };
            }
            // The person who stopped it was told.
            Err(Broken::Stopped) => return JobOutcome::Settled,
            // The version that has come meanwhile sees to its own picture.
            Err(Broken::Overtaken) if work.redraw => {
                self.keep_blocked(&work, job, lease, None).await
            }
            Err(Broken::Overtaken) => self.say(&work, job, lease, changed(), false).await,
            Err(Broken::TooLong) => {
                let why = too_long(job);
                if work.redraw {
                    self.keep_blocked(&work, job, lease, Some(&why)).await
                } else {
                    self.say(&work, job, lease, why, true).await
                }
            }
        };
        ended(settled)
    }

    async fn made(
        &self,
        work: &PaintJob,
        job: &Job,
        progress: &dyn Progress,
        stop: &CancellationToken,
    ) -> Result<(Draft, Revision, Made), NotMade> {
        let draft = self.store.draft(work.draft).await?;
        let draft = draft.filter(|draft| work.seen.may_change(draft));
        let Some(draft) = draft else {
            return Err(NotMade::Told(changed(), false));
        };
        let Some(revision) = self.store.revision(draft.id, draft.revision).await? else {
            return Err(NotMade::Broken(anyhow::anyhow!(
                "{} has no revision {}",
                draft.number,
                draft.revision
            )));
        };
        self.is_possible(work, draft.number)?;
        progress.report(Step::Doing("making a picture".to_owned()));
        let begun = Instant::now();
        let first = self.one(work, &draft, &revision, job, 0, stop).await?;
        let mut best = first;
        if best.bad && begun.elapsed() < AGAIN_WITHIN {
            progress.report(Step::Doing(
                "making it again, it turned out badly".to_owned(),
            ));
            // The first one is there, so a second that fails is no reason to have none.
            if let Ok(second) = self.one(work, &draft, &revision, job, 1, stop).await
                && !second.bad
            {
                best = second;
            }
        }
        if best.alt_by_model {
            let found = self.in_alt(work, &draft, &revision, &best.alt).await?;
            best.findings.extend(found);
        }
        let bytes = (best.fitted.bytes.as_slice(), best.fitted.picture.mime);
        let judged = judged(self.moderator.as_deref(), &best.alt, Some(bytes)).await;
        // It is about the picture, and goes with it.
        best.findings.extend(judged.map(|finding| Finding {
            kind: FindingKind::Picture,
            ..finding
        }));
        Ok((draft, revision, best))
    }

    /// Whether there is a painter for what was wished.
    fn is_possible(&self, work: &PaintJob, number: DraftNumber) -> Result<(), NotMade> {
        let first = self.image.first().map(|model| model.name().0);
        let Some(wish) = work.guidance.as_deref() else {
            return Ok(());
        };
        if first.as_deref() != Some(quote::NAME) || quote::can_meet(wish) {
            return Ok(());
        }
        let wish = shortened(wish, 80);
        Err(NotMade::Told(
            format!(
                "\u{201c}{wish}\u{201d} cannot be drawn here: the built-in quote card shows only the post\u{2019}s own words. \
                 /image {number} makes one, /image {number} dark blue in that colour; an image model (XAI_API_KEY) follows any wish."
            ),
            false,
        ))
    }

    /// One picture, made to fit and looked over.
    async fn one(
        &self,
        work: &PaintJob,
        draft: &Draft,
        revision: &Revision,
        job: &Job,
        turn: u32,
        stop: &CancellationToken,
    ) -> Result<Made, NotMade> {
        let persona = self.store.persona(work.workspace).await?;
        let before = self.store.draft_pictures(draft.id).await?.len();
        let turn = before + usize::try_from(turn).unwrap_or(0);
        let prompt = self
            .prompts
            .picture(&PicturePrompt {
                text: &revision.content.text,
                identity: &persona.voice.identity,
                style: if persona.voice.pictures.is_empty() {
                    STYLE
                } else {
                    &persona.voice.pictures
                },
                guidance: work.guidance.as_deref(),
                another: turn,
            })
            .map_err(not_made)?;
        let request = PaintRequest {
            prompt,
            text: revision.content.text.clone(),
            signature: revision.content.account.clone(),
            aspect: revision.content.network.facts().picture,
            colours: persona.voice.colours.clone(),
            wish: work.guidance.clone(),
            palette: drawn_before(revision).filter(|_| work.redraw),
            purpose: "image",
            key: format!("{}:{turn}", job.unique_key),
            patience: PAINT,
        };
        let Fallen { answer, instead_of } =
            self.paint(work, &request, stop).await.map_err(not_made)?;
        let unmet = work
            .guidance
            .as_deref()
            .filter(|wish| answer.provider == quote::NAME && !quote::can_meet(wish));
        let unmet = unmet.map(|wish| {
            remark(format!(
                "a card cannot show \u{201c}{}\u{201d}",
                shortened(wish, 80)
            ))
        });
        let mut made = self
            .fitted(answer, &request, revision.content.network, stop)
            .await?;
        made.findings.extend(
            instead_of
                .first()
                .map(|why| remark(format!("the picture is a card: {why}"))),
        );
        made.findings.extend(unmet);
        Ok(made)
    }

    /// A card is drawn anew by what drew it; any other picture comes from the first painter that can.
    async fn paint(
        &self,
        work: &PaintJob,
        request: &PaintRequest,
        stop: &CancellationToken,
    ) -> Result<Fallen<Painted>, ModelError> {
        if work.redraw {
            let answer = Quote.paint(request, stop).await?;
            return Ok(Fallen {
                answer,
                instead_of: Vec::new(),
            });
        }
        let missing =
            || ModelError::Missing("LUMEN_IMAGE is off, so no picture can be made.".to_owned());
        self.image
            .ask(missing, |model| {
                let (request, stop) = (request.clone(), stop.clone());
                async move { model.paint(&request, &stop).await }.boxed()
            })
            .await
    }

    /// Makes a painted picture fit, and looks it over where it was not drawn here.
    async fn fitted(
        &self,
        painted: Painted,
        request: &PaintRequest,
        network: Network,
        stop: &CancellationToken,
    ) -> Result<Made, NotMade> {
        let rules = Rules::of(network);
        let bytes = painted.bytes;
        let fitting = tokio::task::spawn_blocking(move || fit(bytes, &Caps::default(), &rules));
        let fitted = match fitting.await {
            Ok(Ok(fitted)) => fitted,
            Ok(Err(refusal)) => return Err(spoiled(&painted.provider, &refusal)),
            Err(_) => return Err(NotMade::Told("The picture broke the decoder.".into(), true)),
        };
        let alt = painted
            .alt
            .clone()
            .unwrap_or_else(|| format!("A picture to go with: {}", shortened(&request.text, 200)));
        let left_out = painted
            .card
            .as_ref()
            .and_then(|card| left_out(&card.left_out));
        let drawn_here = painted.provider == quote::NAME;
        let mut made = Made {
            fitted,
            alt,
            alt_by_model: painted.alt.is_some() && !drawn_here,
            findings: left_out.into_iter().collect(),
            card: painted
                .card
                .map(|card| QuoteCard::of(&request.text, card.palette)),
            bad: false,
        };
        if !drawn_here {
            self.look_over(&mut made, request, stop).await;
        }
        made.alt = shortened(&made.alt, ALT_CHARS);
        Ok(made)
    }

    /// What a model's eyes say of it. Without eyes it stays as it is, and the card says so.
    async fn look_over(&self, made: &mut Made, request: &PaintRequest, stop: &CancellationToken) {
        if self.eyes.vision.is_empty() {
            made.findings.push(remark(
                "nobody looked the picture over; please do".to_owned(),
            ));
            return;
        }
        let asked = async {
            let question = self.prompts.look_over(&request.text)?;
            let picture = self.eyes.small(made.fitted.bytes.clone()).await?;
            let asked = SightRequest {
                picture,
                mime: "image/jpeg",
                question,
                shape: &VERDICT,
                purpose: "look over",
                patience: LOOK,
            };
            self.eyes.look(&asked, stop).await
        };
        match asked.await {
            Ok(sight) => {
                let wrong = [
                    (sight.flag("garbled"), "something in it is garbled"),
                    (sight.flag("writing"), "there is writing in it"),
                    (!sight.flag("fits"), "it does not suit the text"),
                ];
                let wrong: Vec<&str> = wrong
                    .into_iter()
                    .filter_map(|(is, what)| is.then_some(what))
                    .collect();
                if !wrong.is_empty() {
                    let why = shortened(sight.text("why"), 100);
                    let why = if why.is_empty() {
                        why
                    } else {
                        format!(" ({why})")
                    };
                    made.bad = true;
                    made.findings
                        .push(remark(format!("the picture: {}{why}", wrong.join(", "))));
                }
                if !sight.text("alt").trim().is_empty() {
                    sight.text("alt").trim().clone_into(&mut made.alt);
                    made.alt_by_model = true;
                }
            }
            Err(error) => made
                .findings
                .push(remark(format!("nobody looked the picture over: {error}"))),
        }
    }
}

fn ended(settled: anyhow::Result<()>) -> JobOutcome {
    match settled {
        Ok(()) => JobOutcome::Settled,
        Err(error) if lease_lost(&error) => JobOutcome::Settled,
        Err(error) => JobOutcome::Retry {
            why: error.to_string(),
            wait: None,
        },
    }
}

/// Its time is over: the service's fault, or that of others before it.
fn too_long(job: &Job) -> String {
    let limit = LIMIT.as_secs();
    match job.waited.as_secs() {
        0..IN_LINE => format!("No picture came in {limit} seconds."),
        waited if waited >= limit => {
            format!("This waited {waited} seconds for others before it, so no picture was made.")
        }
        waited => format!(
            "This waited {waited} seconds for others before it, and no picture came in the {} that were left.",
            limit - waited
        ),
    }
}

fn spoiled(provider: &str, refusal: &Refusal) -> NotMade {
    NotMade::Told(
        format!("{provider} sent a picture that cannot be used. {refusal}"),
        true,
    )
}

/// The palette of the quote card that the revision has.
fn drawn_before(revision: &Revision) -> Option<u8> {
    let picture = revision.content.media.first()?;
    picture.quote_card.as_ref()?.palette
}

/// What a card lacks of the text, for the person who decides.
fn left_out(signs: &[String]) -> Option<Finding> {
    const NAMED: usize = 8;
    if signs.is_empty() {
        return None;
    }
    let count = match signs.len() {
        1 => "a sign".to_owned(),
        count => format!("{count} signs"),
    };
    let more = if signs.len() > NAMED { " \u{2026}" } else { "" };
    let named = signs.iter().take(NAMED).map(String::as_str);
    let named = named.collect::<Vec<_>>().join(" ");
    Some(remark(format!(
        "the picture leaves out {count} that no font here has: {named}{more}"
    )))
}

/// It is about the picture, and goes with it.
fn remark(detail: String) -> Finding {
    Finding {
        kind: FindingKind::Picture,
        blocks: false,
        detail,
    }
}

fn not_made(error: ModelError) -> NotMade {
    let (error, _) = error.parted();
    match error {
        ModelError::Missing(how) => NotMade::Told(how, true),
        ModelError::Unavailable { provider, why } => {
            NotMade::Told(format!("{provider} made no picture: {why}."), true)
        }
        ModelError::Unusable { provider, why } => NotMade::Told(
            format!("{provider} cannot be used for pictures: {why}."),
            true,
        ),
        ModelError::Refused { provider, why } if provider == quote::NAME => {
            NotMade::Told(format!("No card was drawn: {why}."), false)
        }
        ModelError::Refused { provider, why } => NotMade::Told(
            format!("{provider} made no picture: {why}. Other words may help: /image #N WORDS."),
            true,
        ),
        ModelError::OverBudget(why) => NotMade::Told(format!("No picture was made: {why}."), true),
        ModelError::Cancelled => NotMade::Told("Stopped.".to_owned(), true),
        ModelError::Paid { error, .. } => not_made(*error),
    }
}
