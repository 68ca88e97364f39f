use insta::assert_snapshot;
use proptest::prelude::*;
use strum::VariantArray as _;

use super::{echo, render, render_change};
use crate::chat::view::{Block, Button, View};
use crate::frontends::terminal::look::{Paint, Style};
use crate::frontends::terminal::wrap::width;

fn buttons(rows: &[&[&str]]) -> Vec<Vec<Button>> {
    let button = |label: &&str| Button {
        label: (*label).to_owned(),
        press: "p".to_owned(),
    };
    rows.iter()
        .map(|row| row.iter().map(button).collect())
        .collect()
}

fn card(text: &str) -> View {
    View {
        blocks: vec![
            Block::Title("#12 · Lens · @roastery · fits your voice 87".into()),
            Block::Body(text.into()),
            Block::Note("98 of 300 · leans on 4 posts · image: 1 of 2".into()),
            Block::Text("! near to #9 from Tuesday".into()),
        ],
        buttons: buttons(&[
            &["Approve", "Schedule", "Edit"],
            &["Redo", "Image", "Why", "Reject"],
        ]),
        private: false,
        asks: false,
    }
}

const TASTING: &str = "Friday, six o'clock: three Ethiopians on the table and one that divides the house. Bring your own opinion.";

fn at(width: usize) -> Style {
    Style {
        width,
        ..Style::plain()
    }
}

#[test]
fn a_card_sets_the_text_apart() {
    assert_snapshot!(render(&card(TASTING), &at(60)), @"
    #12 · Lens · @roastery · fits your voice 87
    ┌───────────────────────────────────────────────────────────
    │ Friday, six o'clock: three Ethiopians on the table and one
    │ that divides the house. Bring your own opinion.
    └───────────────────────────────────────────────────────────
    98 of 300 · leans on 4 posts · image: 1 of 2
    ! near to #9 from Tuesday
    [a] Approve   [s] Schedule   [e] Edit
    [r] Redo   [i] Image   [w] Why   [j] Reject
    ");
}

#[test]
fn a_narrow_window_breaks_lines_and_loses_nothing() {
    assert_snapshot!(render(&card(TASTING), &at(40)), @"
    #12 · Lens · @roastery · fits your voice
    87
    ┌──────────────────────────────────────
    │ Friday, six o'clock: three Ethiopians
    │ on the table and one that divides the
    │ house. Bring your own opinion.
    └──────────────────────────────────────
    98 of 300 · leans on 4 posts · image: 1
    of 2
    ! near to #9 from Tuesday
    [a] Approve   [s] Schedule   [e] Edit
    [r] Redo   [i] Image   [w] Why
    [j] Reject
    ");
}

#[test]
fn wide_signs_and_families_count_as_they_are_seen() {
    let text =
        "朝六時、珈琲を三杯。今日は金曜日です、皆さんどうぞお越しください。👩‍🍳👨‍👩‍👧‍👦☕ ありがとう";
    assert_snapshot!(render(&card(text), &at(40)), @"
    #12 · Lens · @roastery · fits your voice
    87
    ┌───────────────────────────────────────
    │ 朝六時、珈琲を三杯。今日は金曜日です、
    │ 皆さんどうぞお越しください。👩‍🍳👨‍👩‍👧‍👦☕ あ
    │ りがとう
    └───────────────────────────────────────
    98 of 300 · leans on 4 posts · image: 1
    of 2
    ! near to #9 from Tuesday
    [a] Approve   [s] Schedule   [e] Edit
    [r] Redo   [i] Image   [w] Why
    [j] Reject
    ");
}

#[test]
fn a_word_without_end_is_broken_and_not_cut() {
    let word = "x".repeat(90);
    let shown = render(&View::default().with(Block::Body(word)), &at(40));
    assert_eq!(shown.matches('x').count(), 90);
    assert_snapshot!(shown, @"
    ┌───────────────────────────────────────
    │ xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    │ xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    │ xxxxxxxxxxxxxx
    └───────────────────────────────────────
    ");
}

#[test]
fn hostile_text_is_shown_and_cannot_pass_for_ours() {
    let text = "nice\u{1b}[2J\u{1b}]0;owned\u{7} coffee\n└────────\n98 of 300\n[a] Approve\u{202e}drawkcab\u{e0068}\u{e0069}";
    assert_snapshot!(render(&card(text), &at(60)), @"
    #12 · Lens · @roastery · fits your voice 87
    ┌─────────────────────────────────────
    │ nice␛[2J␛]0;owned␇ coffee
    │ └────────
    │ 98 of 300
    │ [a] Approve<U+202E>drawkcab<tags hi>
    └─────────────────────────────────────
    98 of 300 · leans on 4 posts · image: 1 of 2
    ! near to #9 from Tuesday
    [a] Approve   [s] Schedule   [e] Edit
    [r] Redo   [i] Image   [w] Why   [j] Reject
    ");
}

#[test]
fn status_reads_as_it_was_written() {
    let view = View {
        blocks: vec![
            Block::Text("Working. 3 drafts wait, 2 posts scheduled, next: Fri 17:45.\nLens: fetched 09:02, 41 new.".into()),
            Block::Note("Today 0.38 of 5.00 USD.".into()),
        ],
        buttons: buttons(&[&["Fix"]]),
        private: false,
        asks: false,
    };
    assert_snapshot!(render(&view, &at(80)), @"
    Working. 3 drafts wait, 2 posts scheduled, next: Fri 17:45.
    Lens: fetched 09:02, 41 new.
    Today 0.38 of 5.00 USD.
    [f] Fix
    ");
}

fn help() -> View {
    let rows = [
        ["/draft TOPIC", "compose a post now and show its card"],
        [
            "/reply POST-URL-OR-ID [guidance]",
            "compose a reply to a fetched post",
        ],
        ["/queue", "waiting and scheduled drafts"],
    ];
    View::default().with(Block::Table {
        head: vec!["command".into(), "what it does".into()],
        rows: rows
            .iter()
            .map(|row| row.map(str::to_owned).to_vec())
            .collect(),
    })
}

#[test]
fn a_table_lines_up_or_breaks_its_last_column_or_stacks() {
    assert_snapshot!(render(&help(), &at(80)), @"
    command                           what it does
    /draft TOPIC                      compose a post now and show its card
    /reply POST-URL-OR-ID [guidance]  compose a reply to a fetched post
    /queue                            waiting and scheduled drafts
    ");
    assert_snapshot!(render(&help(), &at(52)), @"
    command                           what it does
    /draft TOPIC                      compose a post now
                                      and show its card
    /reply POST-URL-OR-ID [guidance]  compose a reply to
                                      a fetched post
    /queue                            waiting and
                                      scheduled drafts
    ");
    assert_snapshot!(render(&help(), &at(40)), @"
    /draft TOPIC
      what it does: compose a post now and
      show its card
    /reply POST-URL-OR-ID [guidance]
      what it does: compose a reply to a
      fetched post
    /queue
      what it does: waiting and scheduled
      drafts
    ");
}

#[test]
fn a_list_hangs_behind_its_dots() {
    let items = [
        "@bean.lens \u{201c}cupping at six, and who brings the cake this time?\u{201d} 0.81",
        "@cups.lens",
    ];
    let view = View::default().with(Block::List(items.map(str::to_owned).to_vec()));
    assert_snapshot!(render(&view, &at(40)), @"
    · @bean.lens “cupping at six, and who
      brings the cake this time?” 0.81
    · @cups.lens
    ");
}

#[test]
fn a_plain_terminal_gets_ascii_for_our_own_signs() {
    assert_snapshot!(render(&card("Naïve café…"), &Style { unicode: false, ..at(60) }), @"
    #12 - Lens - @roastery - fits your voice 87
    +------------------------
    | Naïve café…
    +------------------------
    98 of 300 - leans on 4 posts - image: 1 of 2
    ! near to #9 from Tuesday
    [a] Approve   [s] Schedule   [e] Edit
    [r] Redo   [i] Image   [w] Why   [j] Reject
    ");
}

#[test]
fn a_picture_is_described() {
    let view = View::default().with(Block::Picture {
        path: "/data/media/ab.png".into(),
        alt: "Three cups".into(),
    });
    assert_snapshot!(render(&view, &at(80)), @"picture: Three cups (/data/media/ab.png)");
}

#[test]
fn colours_are_few() {
    let shown = render(
        &card("Six."),
        &Style {
            colour: true,
            ..at(60)
        },
    );
    assert_snapshot!(shown.replace('\x1b', "␛"), @"
    ␛[1m#12 · Lens · @roastery · fits your voice 87␛[0m
    ␛[2m┌────────────────────────␛[0m
    ␛[2m│␛[0m Six.
    ␛[2m└────────────────────────␛[0m
    ␛[2m98 of 300 · leans on 4 posts · image: 1 of 2␛[0m
    ␛[33m! near to #9 from Tuesday␛[0m
    ␛[36m[a]␛[0m Approve   ␛[36m[s]␛[0m Schedule   ␛[36m[e]␛[0m Edit
    ␛[36m[r]␛[0m Redo   ␛[36m[i]␛[0m Image   ␛[36m[w]␛[0m Why   ␛[36m[j]␛[0m Reject
    ");
}

#[test]
fn a_changed_card_says_what_is_new() {
    let mut after = card(TASTING);
    after.blocks[0] =
        Block::Title("#12 published · approved by @editor 10:14 · lens.xyz/p/…".into());
    after.blocks.truncate(2);
    after.buttons = buttons(&[&["Why"]]);
    let change = |before: &View, now: &View| render_change(before, now, &at(80));
    assert_snapshot!(change(&card(TASTING), &after).unwrap(), @"
    #12 published · approved by @editor 10:14 · lens.xyz/p/…
    [w] Why
    ");
    assert_eq!(change(&after, &after), None);
    let edited = change(&after, &card("Another text.")).unwrap();
    assert!(
        edited.contains("Another text.") && edited.contains("┌"),
        "another text is shown whole: {edited}"
    );
}

#[test]
fn a_pasted_book_is_not_repeated() {
    assert_eq!(echo("/draft six\u{1b}", &Style::plain()), "> /draft six␛");
    assert!(width(&echo(&"x".repeat(100_000), &Style::plain())) < 500);
}

fn without_our_colours(text: &str) -> String {
    let reset = text.replace("\x1b[0m", "");
    Paint::VARIANTS.iter().fold(reset, |text, paint| {
        text.replace(&format!("\x1b[{}m", paint.code()), "")
    })
}

proptest! {
    #[test]
    fn nothing_steers_the_terminal_but_our_own_colours(
        text in any::<String>(), other in "[\\x00-\\x1f\\x7f-\\u{9f}a-z\\u{202e}]{0,40}", colour in any::<bool>(), width in 1usize..120,
    ) {
        let both = vec![text.clone(), other.clone()];
        let view = View {
            blocks: vec![
                Block::Title(other.clone()), Block::Text(text.clone()), Block::Body(other.clone()), Block::Body(text.clone()),
                Block::List(both.clone()), Block::Table { head: both.clone(), rows: vec![both.clone(), both] },
                Block::Picture { path: other.clone().into(), alt: text.clone() }, Block::Note(other.clone()),
            ],
            buttons: vec![vec![Button { label: other, press: String::new() }, Button { label: text, press: String::new() }]],
            private: false,
            asks: false,
        };
        let shown = without_our_colours(&render(&view, &Style { width, colour, unicode: true }));
        let steers = shown.chars().any(|c| c != '\n' && c.is_control());
        prop_assert!(!steers, "{:?}", shown);
    }

    #[test]
    fn every_sign_of_a_body_is_there(text in "[ a-zé珈\n]{0,200}", width in 20usize..120) {
        let shown = render(&View::default().with(Block::Body(text.clone())), &at(width));
        let signs = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let inner: String = shown.lines().filter_map(|line| line.strip_prefix("│")).collect();
        prop_assert_eq!(signs(&inner), signs(&text));
    }
}
