//! Tables that grow, and what upkeep makes of them.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::*;

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
async fn what_comes_in_bit_by_bit_leaves_what_is_large_alone() {
    let (_folder, _index, table) = table_of(WIDE).await;
    let open = Filter::default();
    let pieces = async || {
        let indexes = table.indexes().await.unwrap();
        let words = indexes.iter().find(|index| index.name == "words");
        words.unwrap().num_segments.unwrap()
    };
    put(&table, 0..25_000).await;
    assert!(table.tidy().await.unwrap());
    assert_eq!((table.files().await.unwrap(), pieces().await), (1, 1));
    let mut rows = 25_000;
    for round in 0..4 {
        for _ in 0..4 {
            put(&table, rows..rows + 250).await;
            table.tidy_words().await.unwrap();
            rows += 250;
        }
        assert!(table.tidy().await.unwrap());
        // The large one and a small one, until more than one row of twenty lies apart.
        let apart = [2, 1, 2, 1][round];
        let found = (table.files().await.unwrap(), pieces().await);
        assert_eq!(
            found,
            (apart, u32::try_from(apart).unwrap()),
            "round {round}"
        );
        for id in [5, rows - 900, rows - 1] {
            assert_eq!(ids_with(&table, &format!("n{id}"), &open).await, [id]);
        }
        finds_the_nearest(&table, rows, &open, |_| true).await;
    }
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
    table.reading.give_ring_up().await;
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

#[tokio::test]
async fn a_table_that_is_filled_keeps_few_files_and_knows_all_in_the_end() {
    let (folder, _index, table) = table_of(WIDE).await;
    for from in (0..4_000).step_by(250) {
        put(&table, from..from + 250).await;
        if from % 1_000 == 750 {
            table.gather().await.unwrap();
        }
    }
    let files = || {
        let data = std::fs::read_dir(folder.path().join("posts.lance/data"));
        data.unwrap().count()
    };
    // What came last before it was gathered lies beside what was gathered before: the ids of the one were known.
    assert!(files() <= 2, "{} files", files());
    // One that came twice is there once, and as it came last.
    table
        .upsert(&[with_vector(row(700, "a1", "moved"), point(3))])
        .await
        .unwrap();
    assert_eq!(table.count().await.unwrap(), 4_000);

    assert!(table.tidy().await.unwrap());
    assert!(!table.tidy().await.unwrap());
    let names = table.index_names().await;
    assert!(names.contains(&"author_idx".to_owned()), "{names:?}");
    let open = Filter::default();
    assert_eq!(ids_with(&table, "moved", &open).await, [700]);
    assert_eq!(ids_with(&table, "n700", &open).await, [] as [i64; 0]);
    assert_eq!(ids_with(&table, "n3999", &open).await, [3_999]);
    let near = table.nearest(&point(3), &open, 2).await.unwrap();
    let mut near: Vec<i64> = near.into_iter().map(|row| row.id).collect();
    near.sort_unstable();
    assert_eq!(near, [3, 700]);
    assert!(files() <= 2, "{} files", files());
}

#[tokio::test]
async fn what_was_kept_of_an_index_goes_when_it_is_written_anew() {
    let (_folder, _index, table) = table_of(WIDE).await;
    put(&table, 0..200).await;
    table.tidy_words().await.unwrap();
    // Nobody waits for an answer, so nothing is read for the next one, unless somebody will.
    assert!(!table.reading.was_asked().await);
    table.get_ready().await.unwrap();
    assert!(table.reading.was_asked().await);

    let open = Filter::default();
    let found = async |id: i64| ids_with(&table, &format!("n{id}"), &open).await;
    assert_eq!(found(7).await, [7]);
    let memory = table.state().await.unwrap().session();
    put(&table, 200..400).await;
    table.tidy_words().await.unwrap();
    assert_eq!(found(307).await, [307]);
    let same = table.state().await.unwrap().session();
    assert!(Arc::ptr_eq(&memory, &same));

    put(&table, 400..3_600).await;
    assert!(table.tidy().await.unwrap());
    assert_eq!(found(3_507).await, [3_507]);
    let fresh = table.state().await.unwrap().session();
    assert!(!Arc::ptr_eq(&memory, &fresh));
}

/// Somebody may still hold them: what they take on the disk goes at once all the same.
#[tokio::test]
async fn old_files_are_empty_when_they_are_deleted() {
    let (folder, _index, table) = table_of(WIDE).await;
    for from in 0..12 {
        put(&table, from * 10..from * 10 + 10).await;
    }
    let files = std::fs::read_dir(folder.path().join("posts.lance/data")).unwrap();
    let held: Vec<std::fs::File> = files
        .map(|file| std::fs::File::open(file.unwrap().path()).unwrap())
        .collect();
    let taken = || -> u64 {
        let each = held.iter().map(|file| file.metadata().unwrap().len());
        each.sum()
    };
    assert!(taken() > 0);
    assert!(table.tidy().await.unwrap());
    assert_eq!(taken(), 0);
    assert_eq!(ids_with(&table, "n77", &Filter::default()).await, [77]);
}
