use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

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

#[tokio::test]
async fn upkeep_keeps_every_row_findable() {
    let (_folder, _index, table) = table().await;
    for part in 0..6_i64 {
        let rows: Vec<Row> = (0..200)
            .map(|at| {
                let id = part * 200 + at;
                with_vector(row(id, "a", &format!("coffee number{id}")), [1.0, 0.0, 0.0])
            })
            .collect();
        table.upsert(&rows).await.unwrap();
    }
    assert!(table.tidy().await.unwrap());
    assert!(!table.tidy().await.unwrap());
    table
        .upsert(&[row(5_000, "a", "coffee number5000")])
        .await
        .unwrap();
    for id in [0, 777, 1_199, 5_000] {
        let words = format!("number{id}");
        assert_eq!(ids_with(&table, &words, &Filter::default()).await, [id]);
    }
    assert_eq!(table.count().await.unwrap(), 1_201);
}

const WIDE: usize = 64;

/// A direction of its own for each number, always the same.
fn point(number: i64) -> Vec<f32> {
    let mut random = StdRng::seed_from_u64(number.unsigned_abs());
    (0..WIDE).map(|_| random.random_range(-1.0..1.0)).collect()
}

async fn put(table: &Table, ids: std::ops::Range<i64>) {
    let rows: Vec<Row> = ids
        .map(|id| {
            with_vector(
                row(id, &format!("a{}", id % 500), &format!("n{id}")),
                point(id),
            )
        })
        .collect();
    table.upsert(&rows).await.unwrap();
}

/// The nearest five are those that looking at every row finds.
async fn finds_the_nearest(
    table: &Table,
    rows: i64,
    filter: &Filter,
    passes: impl Fn(i64) -> bool,
) {
    let there: Vec<(i64, Vec<f32>)> = (0..rows)
        .filter(|id| passes(*id))
        .map(|id| (id, point(id)))
        .collect();
    for question in [point(3), point(rows / 2), point(1_000_000)] {
        let mut all: Vec<(f32, i64)> = there
            .iter()
            .map(|(id, vector)| (cosine(&question, vector), *id))
            .collect();
        all.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let all: Vec<i64> = all.into_iter().map(|(_, id)| id).collect();
        let near = table.nearest(&question, filter, 50).await.unwrap();
        let found: Vec<i64> = near.iter().take(5).map(|hit| hit.id).collect();
        assert_eq!(found, all[..5.min(all.len())], "of {rows} rows");
        assert_eq!(near.len(), 50.min(all.len()));
    }
}

#[tokio::test]
async fn a_table_that_grows_finds_the_nearest_and_keeps_few_files() {
    let (folder, _index, table) = table_of(WIDE).await;
    let open = Filter::default();
    let of_one = Filter {
        authors: vec!["a7".to_owned()],
        ..Filter::default()
    };
    let mut rows = 0;
    for upto in [4_000, 8_000, 17_000] {
        for from in (rows..upto).step_by(500) {
            put(&table, from..upto.min(from + 500)).await;
        }
        rows = upto;
        assert!(table.tidy().await.unwrap());
        // A few that no index knows.
        put(&table, rows..rows + 100).await;
        rows += 100;
        finds_the_nearest(&table, rows, &open, |_| true).await;
        finds_the_nearest(&table, rows, &of_one, |id| id % 500 == 7).await;
    }
    let vectors: Vec<String> = table.index_names().await;
    let parted: Vec<&String> = vectors
        .iter()
        .filter(|name| name.contains("_of_"))
        .collect();
    assert_eq!(parted, ["parted_of_17000"]);
    let data = std::fs::read_dir(folder.path().join("posts.lance/data")).unwrap();
    assert!(data.count() <= 10);
}

#[tokio::test]
async fn what_the_index_still_knows_as_it_was_is_found_as_it_is() {
    let (_folder, _index, table) = table_of(WIDE).await;
    for from in (0..4_000).step_by(500) {
        put(&table, from..from + 500).await;
    }
    assert!(table.tidy().await.unwrap());
    let question = point(3);
    let open = Filter::default();
    let ids = |found: &[Found]| found.iter().map(|row| row.id).collect::<Vec<_>>();
    let before = ids(&table.nearest(&question, &open, 200).await.unwrap());

    // The nearest are gone, the next ones lie on the other side now, and one from there is here.
    table.forget(&before[..90]).await.unwrap();
    let far: Vec<f32> = question.iter().map(|x| -x).collect();
    let moved = before[90..110].iter();
    let mut moved: Vec<Row> = moved
        .map(|id| with_vector(row(*id, "a", &format!("n{id}")), far.clone()))
        .collect();
    moved.push(with_vector(row(9_000, "a", "n9000"), question.clone()));
    table.upsert(&moved).await.unwrap();

    let after = table.nearest(&question, &open, 50).await.unwrap();
    let expected: Vec<i64> = std::iter::once(9_000)
        .chain(before[110..129].to_vec())
        .collect();
    assert_eq!((after.len(), &ids(&after)[..20]), (50, &expected[..]));
    let there = table.nearest(&far, &open, 50).await.unwrap();
    let mut nearest: Vec<i64> = there.iter().take(20).map(|row| row.id).collect();
    nearest.sort_unstable();
    let mut other_side = before[90..110].to_vec();
    other_side.sort_unstable();
    assert_eq!(nearest, other_side);

    // And all the same when nothing is read through a ring.
    table.reading.give_ring_up();
    let plainly = table.nearest(&question, &open, 50).await.unwrap();
    assert_eq!(ids(&plainly)[..20], expected);
}

/// Few bits of many numbers: not the order of all, but who the nearest are.
#[tokio::test]
async fn vectors_of_many_numbers_are_found_by_few_bits_of_each() {
    let many = |id: i64| -> Vec<f32> { (0..6).flat_map(|part| point(id * 6 + part)).collect() };
    let (_folder, _index, table) = table_of(6 * WIDE).await;
    let rows = 3_500;
    for from in (0..rows).step_by(500) {
        let some: Vec<Row> = (from..from + 500)
            .map(|id| with_vector(row(id, "a", &format!("n{id}")), many(id)))
            .collect();
        table.upsert(&some).await.unwrap();
    }
    assert!(table.tidy().await.unwrap());
    let there: Vec<Vec<f32>> = (0..rows).map(many).collect();
    let mut found = 0;
    for question in (0..20).map(|at| many(1_000_000 + at)) {
        let mut all: Vec<f32> = there.iter().map(|there| cosine(&question, there)).collect();
        all.sort_by(|a, b| b.total_cmp(a));
        let near = table
            .nearest(&question, &Filter::default(), 50)
            .await
            .unwrap();
        let near_enough = |row: &&Found| row.similarity.unwrap() >= all[9] - 1e-5;
        found += near.iter().take(10).filter(near_enough).count();
    }
    assert!(found >= 196, "{found} of 200");
}

#[tokio::test]
async fn an_index_of_an_earlier_make_is_searched_and_then_replaced() {
    use lancedb::index::Index as Kind;
    let (_folder, _index, table) = table_of(WIDE).await;
    let earlier = lancedb::index::vector::IvfSqIndexBuilder::default()
        .distance_type(lancedb::DistanceType::Cosine)
        .num_partitions(10);
    put(&table, 0..2_500).await;
    table
        .inner
        .create_index(&["vector"], Kind::IvfSq(earlier))
        .name("vectors_of_2500".to_owned())
        .execute()
        .await
        .unwrap();
    finds_the_nearest(&table, 2_500, &Filter::default(), |_| true).await;
    put(&table, 2_500..4_000).await;
    assert!(table.tidy().await.unwrap());
    let names = table.index_names().await;
    assert!(names.contains(&"parted_of_4000".to_owned()), "{names:?}");
    assert!(!names.contains(&"vectors_of_2500".to_owned()), "{names:?}");
    finds_the_nearest(&table, 4_000, &Filter::default(), |_| true).await;
}

#[tokio::test]
async fn a_row_that_both_halves_find_comes_once_with_both_measures() {
    let (_folder, _index, table) = table().await;
    let vector = |row: Row| with_vector(row, [0.6, 0.8, 0.0]);
    table
        .upsert(&[
            vector(row(1, "a", "coffee and cake")),
            vector(row(2, "a", "tea")),
            row(3, "a", "coffee, not embedded yet"),
        ])
        .await
        .unwrap();
    let asked = Asked {
        vector: Some(&[1.0, 0.0, 0.0]),
        words: Some("coffee"),
        filter: &Filter::default(),
        limit: 10,
    };
    let mut found = table.search(asked).await.unwrap();
    found.sort_by_key(|row| row.id);
    let measures: Vec<(i64, bool, bool)> = found
        .iter()
        .map(|row| (row.id, row.similarity.is_some(), row.words.is_some()))
        .collect();
    assert_eq!(
        measures,
        [(1, true, true), (2, true, false), (3, false, true)]
    );
    assert!((found[0].similarity.unwrap() - 0.6).abs() < 1e-5);
}

#[tokio::test]
async fn many_small_files_become_few_before_there_are_many_rows() {
    let (_folder, _index, table) = table_of(WIDE).await;
    for from in 0..12 {
        put(&table, from * 10..from * 10 + 10).await;
    }
    assert!(table.tidy().await.unwrap());
    assert!(!table.tidy().await.unwrap());
    finds_the_nearest(&table, 120, &Filter::default(), |_| true).await;
    assert_eq!(ids_with(&table, "n77", &Filter::default()).await, [77]);
}

#[tokio::test]
async fn upkeep_that_nobody_waits_for_ends_before_the_next_change() {
    let (_folder, _index, table) = table_of(WIDE).await;
    put(&table, 0..2_000).await;
    // While somebody reads, the upkeep cannot come to its end.
    let reader = table.readers.clone().read_owned().await;
    let upkeep = tokio::spawn({
        let table = table.clone();
        async move { table.tidy().await }
    });
    while table.knows_few_words().await {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    upkeep.abort();
    assert!(upkeep.await.unwrap_err().is_cancelled());
    assert!(
        table.writer.try_lock().is_err(),
        "it has gone with its task"
    );
    drop(reader);
    put(&table, 2_000..2_010).await;
    table.forget(&[5]).await.unwrap();
    assert!(!table.tidy().await.unwrap());
    assert_eq!(table.count().await.unwrap(), 2_009);
    assert_eq!(ids_with(&table, "n2003", &Filter::default()).await, [2_003]);
}

#[tokio::test]
async fn what_upkeep_opened_is_nobody_elses() {
    let (_folder, _index, table) = table_of(WIDE).await;
    let text = |id: i64| {
        let words = (0..20).map(|nth| format!("w{}", (id * 31 + nth * nth * 7) % 5_000));
        words.collect::<Vec<_>>().join(" ")
    };
    // Texts come first, vectors batch by batch, as in a large import.
    for vectors in [false, true] {
        for from in (0..9_000).step_by(500) {
            let rows: Vec<Row> = (from..from + 500)
                .map(|id| Row {
                    vector: vectors.then(|| point(id)),
                    ..row(id, "a", &text(id))
                })
                .collect();
            table.upsert(&rows).await.unwrap();
            if vectors && (from == 8_000 || from == 8_500) {
                table.tidy().await.unwrap();
            }
        }
    }
    for id in [3, 4_711, 8_999] {
        let (words, open) = (text(id), Filter::default());
        let asked = table.worded(&words, &open, 50);
        let asked = tokio::time::timeout(std::time::Duration::from_mins(1), asked).await;
        let found = asked.expect("it waits for what ended with the upkeep");
        assert!(found.unwrap().iter().any(|hit| hit.id == id));
    }
}
