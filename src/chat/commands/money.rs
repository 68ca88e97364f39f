//! `/budget`: what the models cost today, read from the ledger.

use std::collections::BTreeMap;

use crate::chat::commands::{Ctx, Done};
use crate::chat::view::{Block, View};
use crate::chat::words;
use crate::domain::ledger::{MicroUsd, ModelCall, ModelRole};

pub async fn budget(ctx: &Ctx, rest: &str) -> Done {
    let since = ctx.now.midnight();
    let calls = ctx.store().model_calls_since(ctx.w(), since).await?;
    let spent = ctx.store().spent_since(ctx.w(), since).await?;
    let head = View::text(words::house::money(spent, ctx.house.budget));
    let unpriced = &ctx.house.unpriced;
    if rest.trim().eq_ignore_ascii_case("all") {
        return ctx.say(by_model(head, &calls, unpriced)).await;
    }
    let texts = ctx.store().texts_by_models_since(ctx.w(), since).await?;
    ctx.say(by_role(head, &calls, texts, unpriced)).await
}

fn cost_of(micros: i64, priced: bool) -> String {
    if micros == 0 && !priced {
        "price unknown".to_owned()
    } else {
        MicroUsd(micros).to_string()
    }
}

/// A line for what each kind of model did.
fn by_role(head: View, calls: &[ModelCall], texts: usize, unpriced: &[String]) -> View {
    let lines = [
        (ModelRole::Text, "Writing"),
        (ModelRole::Vision, "Looking at pictures"),
        (ModelRole::Image, "Making pictures"),
        (ModelRole::Embedder, "Search"),
    ]
    .into_iter()
    .filter_map(|(role, name)| {
        let of_role: Vec<&ModelCall> = calls.iter().filter(|call| call.role == role).collect();
        let micros = of_role.iter().map(|call| call.cost.0).sum();
        let priced = of_role.iter().all(|call| !unpriced.contains(&call.model));
        let asked = words::many(of_role.len(), "call", "calls");
        let did = if role == ModelRole::Text {
            format!("{} in {asked}", words::many(texts, "text", "texts"))
        } else {
            asked
        };
        (!of_role.is_empty()).then(|| format!("{name}: {did}, {}.", cost_of(micros, priced)))
    });
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return head;
    }
    head.with(Block::List(lines)).with(Block::Note(
        "/budget all names each model and what it was asked for.".to_owned(),
    ))
}

/// A row for each model and purpose.
fn by_model(view: View, calls: &[ModelCall], unpriced: &[String]) -> View {
    if calls.is_empty() {
        return view;
    }
    let mut by_model: BTreeMap<(&str, &str, &str), (usize, i64)> = BTreeMap::new();
    for call in calls {
        let key = (call.role.name(), call.purpose.as_str(), call.model.as_str());
        let entry = by_model.entry(key).or_default();
        entry.0 += 1;
        entry.1 += call.cost.0;
    }
    let rows = by_model
        .into_iter()
        .map(|((role, purpose, model), (count, micros))| {
            let cost = cost_of(micros, !unpriced.iter().any(|one| one == model));
            vec![
                role.to_owned(),
                purpose.to_owned(),
                model.to_owned(),
                words::thousands(count as u64),
                cost,
            ]
        });
    let head = ["role", "for", "model", "calls", "cost"]
        .map(str::to_owned)
        .to_vec();
    view.with(Block::Table {
        head,
        rows: rows.collect(),
    })
}
