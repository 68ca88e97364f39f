//! `/budget`: what the models cost today, read from the ledger.

use std::collections::BTreeMap;

use crate::chat::commands::{Ctx, Done};
use crate::chat::view::{Block, View};
use crate::chat::words;
use crate::domain::ledger::{MicroUsd, ModelCall};

pub async fn budget(ctx: &Ctx) -> Done {
    let since = ctx.now.midnight();
    let calls = ctx.store().model_calls_since(ctx.w(), since).await?;
    let spent = ctx.store().spent_since(ctx.w(), since).await?;
    ctx.say(view(&calls, spent, ctx.house.budget, &ctx.house.unpriced))
        .await
}

fn view(calls: &[ModelCall], spent: MicroUsd, budget: MicroUsd, unpriced: &[String]) -> View {
    let view = View::text(words::house::money(spent, budget));
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
            let cost = if micros == 0 && unpriced.iter().any(|one| one == model) {
                "price unknown".to_owned()
            } else {
                MicroUsd(micros).to_string()
            };
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
