//! What is asked every second or at every press must not cost more the more there is: the plans that the database makes for
//! it walk no whole table.

use sqlx::{AssertSqlSafe, Row};

use super::House;
use crate::store::{
    NEXT_DUE_AT, deliveries, drafts, inbox, jobs, posts_read, sources, targets, tasks, upkeep,
};

#[tokio::test]
async fn no_question_that_is_asked_all_the_time_walks_a_whole_table() {
    let house = House::new().await;
    let in_states = "SELECT id FROM drafts WHERE workspace_id = $1 AND state IN ($2, $3) ORDER BY number + 0 LIMIT $4";
    let mut asked = vec![
        jobs::NEXT_AT,
        NEXT_DUE_AT,
        jobs::IN_HAND,
        sources::DUE,
        tasks::DUE,
        drafts::DUE,
        drafts::STALE,
        in_states,
        inbox::OPEN,
        inbox::UNSHOWN,
        deliveries::OF_DRAFT,
        posts_read::MEDIA_OPEN,
        targets::WITH_TARGETS,
    ];
    // Dialogues are as many as there are people in rooms.
    let old = upkeep::OLD
        .iter()
        .filter(|(table, ..)| *table != "dialogues");
    asked.extend(old.map(|(_, _, delete)| *delete));
    for question in asked {
        let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {question}")))
            .fetch_all(&house.store.writer)
            .await
            .unwrap();
        for step in plan {
            let step: String = step.get("detail");
            let walks =
                step.starts_with("SCAN") && !step.contains("INDEX") && !step.contains("CONSTANT");
            assert!(!walks, "{question}\n{step}");
        }
    }
}

/// The index over what is waiting is walked from its beginning, where what is due stands; not over what is not.
#[tokio::test]
async fn what_is_due_is_found_by_its_time() {
    let house = House::new().await;
    for (question, by) in [
        (sources::DUE, "next_run_at<"),
        (tasks::DUE, "next_run_at<"),
        (drafts::DUE, "due_at<"),
        (drafts::STALE, "expires_at<"),
        (jobs::IN_HAND, "run_at<"),
    ] {
        let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {question}")))
            .fetch_all(&house.store.writer)
            .await
            .unwrap();
        let steps: Vec<String> = plan.iter().map(|step| step.get("detail")).collect();
        assert!(
            steps.iter().any(|step| step.contains(by)),
            "{question}\n{steps:?}"
        );
    }
}
