//! Any row of pages against a plain map of what should be there.

use std::collections::HashMap;

use proptest::prelude::*;

use super::{House, W, post};
use crate::domain::network::Network;
use crate::domain::post::StoreCounts;

#[derive(Debug, Clone)]
enum Step {
    Page(Vec<(u8, u8)>),
    Remove(Vec<u8>),
}

fn step() -> impl Strategy<Value = Step> {
    let page = prop::collection::vec((0_u8..12, 0_u8..3), 0..8).prop_map(Step::Page);
    let removal = prop::collection::vec(0_u8..12, 0..3).prop_map(Step::Remove);
    prop_oneof![4 => page, 1 => removal]
}

async fn follow(steps: Vec<Step>) {
    let house = House::new().await;
    let mut model: HashMap<String, String> = HashMap::new();
    for step in steps {
        let before = house.store.last_change().await.unwrap();
        let mut tx = house.tx().await;
        let moved = match step {
            Step::Page(page) => {
                let page: Vec<_> = page
                    .iter()
                    .map(|(id, text)| post(&id.to_string(), &format!("text {text}")))
                    .collect();
                let mut expected = StoreCounts::default();
                for post in &page {
                    match model.insert(post.native_id.clone(), post.text.clone()) {
                        None => expected.new += 1,
                        Some(text) if text == post.text => expected.known += 1,
                        Some(_) => expected.changed += 1,
                    }
                }
                assert_eq!(tx.store_posts(W, &page).await.unwrap(), expected);
                expected.new + expected.changed
            }
            Step::Remove(ids) => {
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                let there = ids.iter().filter(|id| model.remove(*id).is_some()).count();
                let gone = tx.remove_posts(W, Network::Sandbox, &ids).await.unwrap();
                assert_eq!(gone.len(), there);
                there as u64
            }
        };
        tx.commit().await.unwrap();
        let after = house.store.last_change().await.unwrap();
        assert_eq!(u64::try_from(after - before).unwrap(), moved);
        let kept: HashMap<String, String> = house
            .store
            .posts_changed_since(0, 1_000)
            .await
            .unwrap()
            .into_iter()
            .map(|(_, post)| (post.body.native_id, post.body.text))
            .collect();
        assert_eq!(kept, model);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_store_holds_what_the_pages_said(steps in prop::collection::vec(step(), 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(follow(steps));
    }
}
