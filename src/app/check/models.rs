//! The models' lines of `lumen check`: each role and each of its providers, with a real call, a price, and an end.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{LIMIT, Line, no_answer};
use crate::app::house::House;
use crate::domain::limits::Aspect;
use crate::media::trial;
use crate::models::moderate::Moderator;
use crate::models::paint::{ImageModel, PaintRequest};
use crate::models::see::{SightRequest, VisionModel};
use crate::models::shape::{Field, Kind, Shape};
use crate::models::{Embedder, Message, ModelError, Speaker, TextModel, TextRequest, xai};

/// How long a trial may take.
const TRIAL: Duration = Duration::from_secs(50);

/// The answer to the trial picture.
const COLOURS: Shape = Shape {
    name: "colours",
    fields: &[Field {
        name: "colours",
        kind: Kind::Text,
        what: "The colours in the picture, in a word or two.",
    }],
};

/// Tries every provider of every role.
pub(super) async fn lines(house: &House) -> Vec<Line> {
    let roles = &house.roles;
    house.retirements.refresh(house.clock.now()).await;
    let mut lines = Vec::new();
    for model in roles.text.all() {
        lines.push(text(house, model.as_ref()).await);
    }
    for model in roles.vision.all() {
        lines.push(vision(house, model.as_ref()).await);
    }
    for model in roles.image.all() {
        lines.push(image(house, model.as_ref()).await);
    }
    match &roles.embedder {
        Some(model) => lines.push(embedder(house, model.as_ref()).await),
        None => lines.push(Line::said("embedder", "off", "search goes by words alone")),
    }
    for (part, there, without) in [
        ("text", !roles.text.is_empty(), "nothing is written"),
        (
            "vision",
            !roles.vision.is_empty(),
            "pictures are not looked at",
        ),
        ("image", !roles.image.is_empty(), "no pictures are made"),
    ] {
        if !there {
            lines.push(Line::said(part, "off", without));
        }
    }
    if let Some(moderator) = &roles.moderator {
        lines.push(moderation(moderator.as_ref()).await);
    }
    lines
}

/// `openai, gpt-4o: 3 tokens in 812 ms · 2.50 + 10.00 USD per million tokens · retired on 2027-01-14`
fn told(
    house: &House,
    (provider, model): &(String, String),
    tried: Result<String, ModelError>,
) -> Result<String, String> {
    let mut says = vec![match tried {
        Ok(how) => format!("{provider}, {model}: {how}"),
        Err(error) => return Err(format!("{provider}, {model}: {error}")),
    }];
    says.push(house.roles.price_in_words(provider, model));
    says.extend(
        house
            .retirements
            .day(provider, model)
            .map(|day| format!("retired on {day}")),
    );
    Ok(says.join(" · "))
}

async fn within<T>(call: impl Future<Output = Result<T, ModelError>>) -> Result<T, ModelError> {
    tokio::time::timeout(LIMIT, call)
        .await
        .unwrap_or_else(|_| Err(ModelError::Missing(no_answer())))
}

async fn text(house: &House, model: &dyn TextModel) -> Line {
    let request = TextRequest {
        messages: vec![Message {
            speaker: Speaker::User,
            text: "Say good morning.".to_owned(),
        }],
        max_tokens: if model.continues() { 8 } else { 60 },
        temperature: 0.0,
        top_p: 1.0,
        purpose: "check",
        patience: Some(TRIAL),
        ..TextRequest::default()
    };
    let cancel = CancellationToken::new();
    let tried = within(model.write(&request, &|_| {}, &cancel)).await;
    let tried = tried.map(|answer| format!("{} tokens in {} ms", answer.tokens_out, answer.millis));
    Line::of("text", told(house, &model.name(), tried))
}

async fn vision(house: &House, model: &dyn VisionModel) -> Line {
    let tried = async {
        let picture = trial().map_err(|refusal| ModelError::Missing(refusal.to_string()))?;
        let request = SightRequest {
            picture,
            mime: "image/png",
            question: "Which two colours are in this picture?".to_owned(),
            shape: &COLOURS,
            purpose: "check",
            patience: TRIAL,
        };
        let seen = model.look(&request, &CancellationToken::new()).await?;
        let colours = crate::domain::error::shortened(seen.text("colours"), 40);
        Ok(format!("it sees {colours}"))
    };
    Line::of("vision", told(house, &model.name(), within(tried).await))
}

/// Where a picture costs money none is made to try it: the service is asked for the model instead, which tells whether the
/// key is taken and the model is known. A card is drawn.
async fn image(house: &House, model: &dyn ImageModel) -> Line {
    let name = model.name();
    let tried = match &house.roles.painter {
        Some(service) if name.0 == xai::NAME => within(xai::knows(service, &name.1)).await,
        _ => drawn(model).await,
    };
    Line::of("image", told(house, &name, tried))
}

async fn drawn(model: &dyn ImageModel) -> Result<String, ModelError> {
    let request = PaintRequest {
        prompt: "A calm picture.".to_owned(),
        text: "Good morning.".to_owned(),
        signature: "lumen".to_owned(),
        aspect: Aspect::Wide,
        colours: Vec::new(),
        wish: None,
        palette: None,
        purpose: "check",
        key: String::new(),
        patience: TRIAL,
    };
    let painted = within(model.paint(&request, &CancellationToken::new())).await?;
    Ok(format!("drawn here, {} bytes", painted.bytes.len()))
}

async fn embedder(house: &House, model: &dyn Embedder) -> Line {
    let tried = within(model.embed(&["good morning".to_owned()], "check")).await;
    let tried =
        tried.map(|vectors| format!("{} numbers a text", vectors.first().map_or(0, Vec::len)));
    Line::of("embedder", told(house, &model.name(), tried))
}

async fn moderation(model: &dyn Moderator) -> Line {
    let (provider, name) = model.name();
    let tried = within(model.judge("Good morning.", None)).await;
    let says = match tried {
        Ok(_) => Ok(format!("{provider}, {name}: answers · free")),
        // Offered or not, it is no setting that could be wrong.
        Err(ModelError::Missing(why)) => Ok(format!("{provider}: {why}")),
        Err(error) => Err(format!("{provider}, {name}: {error}")),
    };
    Line::of("moderation", says)
}
