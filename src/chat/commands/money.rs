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
    ctx.say(view(&calls, spent, ctx.house.budget)).await
}

fn view(calls: &[ModelCall], spent: MicroUsd, budget: MicroUsd) -> View {
    let view = View::text(words::house::money(spent, budget));
    if calls.is_empty() {
        return view;
    }
    let mut by_model: BTreeMap<(&str, &str), (usize, i64)> = BTreeMap::new();
    for call in calls {
        let entry = by_model
            .entry((call.role.name(), call.model.as_str()))
            .or_default();
        entry.0 += 1;
        entry.1 += call.cost.0;
    }
    let rows = by_model
        .into_iter()
        .map(|((role, model), (count, micros))| {
            vec![
                role.to_owned(),
                model.to_owned(),
                words::thousands(count as u64),
                MicroUsd(micros).to_string(),
            ]
        });
    let head = ["for", "model", "calls", "cost"]
        .map(str::to_owned)
        .to_vec();
    view.with(Block::Table {
        head,
        rows: rows.collect(),
    })
}
