mod upkeep;

use super::*;

fn row(id: i64, author: &str, text: &str) -> Row {
    Row {
        id,
        workspace: 1,
        network: "sandbox".to_owned(),
        author: author.to_owned(),
        tags: Vec::new(),
        created_at: id * 1_000,
        own: false,
        text: text.to_owned(),
        vector: None,
    }
}

fn with_vector(mut row: Row, vector: impl Into<Vec<f32>>) -> Row {
    row.vector = Some(vector.into());
    row
}

async fn table() -> (tempfile::TempDir, Index, Table) {
    table_of(3).await
}

async fn table_of(dimensions: usize) -> (tempfile::TempDir, Index, Table) {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::at(folder.path().to_str().unwrap());
    let table = index.create("posts", Some(dimensions)).await.unwrap();
    (folder, index, table)
}

async fn ids_with(table: &Table, words: &str, filter: &Filter) -> Vec<i64> {
    let mut ids: Vec<i64> = table
        .worded(words, filter, 10)
        .await
        .unwrap()
        .iter()
        .map(|hit| hit.id)
        .collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn rows_are_found_by_words_at_once_and_by_vector_once_they_have_one() {
    let (_folder, _index, table) = table().await;
    table
        .upsert(&[
            row(1, "bean", "three Ethiopian coffees on Friday"),
            row(2, "cup", "tea in the morning"),
        ])
        .await
        .unwrap();
    assert_eq!(ids_with(&table, "coffee", &Filter::default()).await, [1]);
    let near = table
        .nearest(&[1.0, 0.0, 0.0], &Filter::default(), 5)
        .await
        .unwrap();
    assert_eq!(near, []);

    table
        .upsert(&[
            with_vector(
                row(1, "bean", "three Ethiopian coffees on Friday"),
                [0.6, 0.8, 0.0],
            ),
            with_vector(row(2, "cup", "tea in the morning"), [1.0, 0.0, 0.0]),
        ])
        .await
        .unwrap();
    assert_eq!(table.count().await.unwrap(), 2);
    assert_eq!(table.embedded().await.unwrap(), 2);
    let near = table
        .nearest(&[1.0, 0.0, 0.0], &Filter::default(), 5)
        .await
        .unwrap();
    assert_eq!(near.iter().map(|hit| hit.id).collect::<Vec<_>>(), [2, 1]);
    assert!((near[0].similarity.unwrap() - 1.0).abs() < 1e-5);
    assert!((near[1].similarity.unwrap() - 0.6).abs() < 1e-5);
    assert_eq!(near[1].vector.as_deref(), Some(&[0.6, 0.8, 0.0][..]));
    assert_eq!(ids_with(&table, "morning", &Filter::default()).await, [2]);
}

#[tokio::test]
async fn what_was_kept_of_the_last_rows_is_never_answered_with_once_they_changed() {
    let (_folder, _index, table) = table().await;
    let put = async |id, vector: [f32; 3]| {
        let row = with_vector(row(id, "cup", "tea"), vector);
        table.upsert(&[row]).await.unwrap();
    };
    let near = async || -> Vec<(i64, bool)> {
        let all = Filter::default();
        let found = table.nearest(&[2.0, 0.0, 0.0], &all, 2).await.unwrap();
        let hits = found.iter();
        hits.map(|hit| (hit.id, hit.similarity > Some(0.9)))
            .collect()
    };
    for id in 1..=20 {
        put(id, [1.0, 0.001, 0.0]).await;
    }
    put(21, [1.0, 0.1, 0.0]).await;
    put(22, [1.0, 0.2, 0.0]).await;
    assert_eq!(near().await.len(), 2);
    for id in 1..=20 {
        put(id, [0.0, 1.0, 0.0]).await;
    }
    assert_eq!(near().await, [(21, true), (22, true)]);
    table.forget(&[21]).await.unwrap();
    put(3, [3.0, 0.0, 0.0]).await;
    assert_eq!(near().await, [(3, true), (22, true)]);
}

#[tokio::test]
async fn accents_and_scripts_without_spaces_are_no_wall() {
    let (_folder, _index, table) = table().await;
    table
        .upsert(&[
            row(1, "a", "Un café crème à Lyon"),
            row(2, "b", "今日はコーヒーが好きです"),
            row(3, "c", "Кофе по утрам"),
        ])
        .await
        .unwrap();
    assert_eq!(
        ids_with(&table, "cafe creme", &Filter::default()).await,
        [1]
    );
    assert_eq!(ids_with(&table, "コーヒー", &Filter::default()).await, [2]);
    assert_eq!(ids_with(&table, "КОФЕ", &Filter::default()).await, [3]);
}

#[tokio::test]
async fn every_filter_narrows_and_no_value_becomes_a_condition() {
    let (_folder, _index, table) = table().await;
    let mut tagged = row(1, "Bean", "coffee one");
    tagged.tags = vec!["Espresso".to_owned(), "friday".to_owned()];
    let mut own = row(2, "cup", "coffee two");
    own.own = true;
    let mut elsewhere = row(3, "o'hara", "coffee three");
    elsewhere.network = "archive".to_owned();
    let mut other_house = row(4, "bean", "coffee four");
    other_house.workspace = 2;
    table
        .upsert(&[tagged, own, elsewhere, other_house])
        .await
        .unwrap();

    let first = Filter {
        workspace: Some(1),
        ..Filter::default()
    };
    let cases = [
        (first.clone(), vec![1, 2, 3]),
        (
            Filter {
                authors: vec!["@BEAN".to_owned()],
                ..first.clone()
            },
            vec![1],
        ),
        (
            Filter {
                authors: vec!["o'hara".to_owned(), "cup".to_owned()],
                ..first.clone()
            },
            vec![2, 3],
        ),
        (
            Filter {
                authors: vec!["x' OR 1=1 --".to_owned()],
                ..first.clone()
            },
            vec![],
        ),
        (
            Filter {
                tags: vec!["#espresso".to_owned(), "none".to_owned()],
                ..first.clone()
            },
            vec![1],
        ),
        (
            Filter {
                tags: vec!["espress".to_owned()],
                ..first.clone()
            },
            vec![],
        ),
        (
            Filter {
                networks: vec!["archive".to_owned()],
                ..first.clone()
            },
            vec![3],
        ),
        (
            Filter {
                since: Some(2_000),
                until: Some(3_000),
                ..first.clone()
            },
            vec![2],
        ),
        (
            Filter {
                own: Some(true),
                ..first.clone()
            },
            vec![2],
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(
            ids_with(&table, "coffee", &filter).await,
            expected,
            "{filter:?}"
        );
    }
}

#[tokio::test]
async fn a_filter_works_before_the_search_not_after_it() {
    let (_folder, _index, table) = table().await;
    let mut rows: Vec<Row> = (1..=50)
        .map(|id| with_vector(row(id, "many", "coffee"), [1.0, 0.0, 0.0]))
        .collect();
    rows.push(with_vector(
        row(99, "rare", "coffee and cake"),
        [0.0, 1.0, 0.0],
    ));
    table.upsert(&rows).await.unwrap();
    let rare = Filter {
        authors: vec!["rare".to_owned()],
        ..Filter::default()
    };
    let near = table.nearest(&[1.0, 0.0, 0.0], &rare, 3).await.unwrap();
    assert_eq!(near.iter().map(|hit| hit.id).collect::<Vec<_>>(), [99]);
    assert_eq!(ids_with(&table, "coffee", &rare).await, [99]);
}

#[tokio::test]
async fn what_is_forgotten_is_gone_also_after_opening_again() {
    let (_folder, index, table) = table().await;
    table
        .upsert(&[row(1, "a", "coffee"), row(2, "a", "coffee")])
        .await
        .unwrap();
    table.forget(&[1, 77]).await.unwrap();
    let again = index.open("posts").await.unwrap();
    assert_eq!(ids_with(&again, "coffee", &Filter::default()).await, [2]);
    let held = again.held(&[1, 2]).await.unwrap();
    assert_eq!(held.keys().copied().collect::<Vec<_>>(), [2]);
}

#[tokio::test]
async fn a_missing_table_a_torn_one_and_one_of_another_make_are_told_apart() {
    let (folder, index, table) = table().await;
    assert_eq!(
        index.open("nothing").await.unwrap_err(),
        IndexError::Missing("nothing".to_owned())
    );
    table.upsert(&[row(1, "a", "coffee")]).await.unwrap();
    drop(table);
    for file in std::fs::read_dir(folder.path().join("posts.lance/data")).unwrap() {
        std::fs::write(file.unwrap().path(), b"torn").unwrap();
    }
    let fresh = Index::at(folder.path().to_str().unwrap());
    let error = fresh.open("posts").await.unwrap_err();
    assert!(matches!(error, IndexError::Torn { .. }), "{error}");
    fresh.drop("posts").await.unwrap();
    fresh.drop("posts").await.unwrap();
    assert_eq!(fresh.tables().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_vector_of_the_wrong_length_is_refused() {
    let (_folder, _index, table) = table().await;
    let mut wrong = row(1, "a", "coffee");
    wrong.vector = Some(vec![1.0]);
    let error = table.upsert(&[wrong]).await.unwrap_err();
    assert!(error.to_string().contains("post 1"), "{error}");
}

#[tokio::test]
async fn a_table_of_texts_only_does_without_vectors() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::at(folder.path().to_str().unwrap());
    let table = index.create("plain", None).await.unwrap();
    table.upsert(&[row(1, "a", "coffee")]).await.unwrap();
    assert_eq!(table.dimensions(), None);
    assert_eq!(ids_with(&table, "coffee", &Filter::default()).await, [1]);
    assert_eq!(index.open("plain").await.unwrap().dimensions(), None);
}
