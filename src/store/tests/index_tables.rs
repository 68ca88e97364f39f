use super::{House, W, post};
use crate::domain::network::Network;

#[tokio::test]
async fn one_table_serves_and_watermarks_move() {
    let house = House::new().await;
    let mut tx = house.tx().await;
    tx.add_index_table("a", "local/one").await.unwrap();
    tx.serve_index("a").await.unwrap();
    tx.advance_index("a", 9, 4).await.unwrap();
    tx.add_index_table("b", "local/two").await.unwrap();
    assert!(tx.advance_index("none", 1, 1).await.is_err());
    assert!(tx.serve_index("none").await.is_err());
    drop(tx);
    let mut tx = house.tx().await;
    tx.add_index_table("a", "local/one").await.unwrap();
    tx.add_index_table("b", "local/two").await.unwrap();
    tx.serve_index("a").await.unwrap();
    tx.serve_index("b").await.unwrap();
    tx.advance_index("b", 9, 4).await.unwrap();
    tx.commit().await.unwrap();
    let tables = house.store.index_tables().await.unwrap();
    let seen: Vec<_> = tables
        .iter()
        .map(|table| {
            (
                table.name.as_str(),
                table.serving,
                table.text_seq,
                table.vector_seq,
            )
        })
        .collect();
    assert_eq!(seen, [("a", false, 0, 0), ("b", true, 9, 4)]);
    let mut tx = house.tx().await;
    tx.add_index_table("b", "local/three").await.unwrap();
    tx.drop_index_table("a").await.unwrap();
    tx.commit().await.unwrap();
    let tables = house.store.index_tables().await.unwrap();
    assert_eq!(tables.len(), 1);
    assert_eq!(
        (
            tables[0].model.as_str(),
            tables[0].serving,
            tables[0].text_seq
        ),
        ("local/three", false, 0)
    );
}

#[tokio::test]
async fn removals_stay_until_every_table_has_seen_them() {
    let house = House::new().await;
    let mut tx = house.tx().await;
    tx.add_index_table("a", "m").await.unwrap();
    tx.add_index_table("b", "m").await.unwrap();
    tx.store_posts(W, &[post("1", "one")]).await.unwrap();
    tx.remove_posts(W, Network::Sandbox, &["1".to_owned()])
        .await
        .unwrap();
    tx.advance_index("a", 2, 2).await.unwrap();
    tx.advance_index("b", 2, 1).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(house.store.removals_since(0, 9).await.unwrap().len(), 1);
    let mut tx = house.tx().await;
    tx.drop_index_table("b").await.unwrap();
    tx.commit().await.unwrap();
    assert!(house.store.removals_since(0, 9).await.unwrap().is_empty());
}
