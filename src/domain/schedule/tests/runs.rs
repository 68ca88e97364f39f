//! When runs fall: over clock changes, zones and years.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::super::{DueRun, due_run};
use super::*;
use crate::domain::task::MissedRun;

#[test]
fn a_time_that_the_clocks_leave_out_or_repeat_runs_once() {
    let runs = |line: &str, zone: &str, from: &str, count: usize| -> Vec<String> {
        let zone = TimeZone::get(zone).unwrap();
        Schedule::Cron(line.to_owned())
            .next_runs(wall(from, &zone), &zone, count)
            .into_iter()
            .map(|at| {
                at.to_zoned(zone.clone())
                    .strftime("%d %H:%M%:z")
                    .to_string()
            })
            .collect()
    };
    // Spring: 02:30 is not there.
    assert_eq!(
        runs("30 2 * * *", "Europe/Berlin", "2027-03-27T12:00", 2),
        ["28 03:30+02:00", "29 02:30+02:00"]
    );
    // Two times that fall on one moment are one run, and one that stands in between keeps its place.
    assert_eq!(
        runs("0,30 2,3 * * *", "Europe/Berlin", "2027-03-28T00:00", 3),
        ["28 03:00+02:00", "28 03:30+02:00", "29 02:00+02:00"]
    );
    // Autumn: 02:30 comes twice.
    assert_eq!(
        runs("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", 2),
        ["25 02:30+02:00", "26 02:30+01:00"]
    );
    assert_eq!(
        runs("30 1,2 * * *", "Europe/Berlin", "2026-10-25T00:00", 3),
        ["25 01:30+02:00", "25 02:30+02:00", "26 01:30+01:00"]
    );
    // A rhythm goes on through both.
    assert_eq!(
        runs("*/30 * * * *", "Europe/Berlin", "2026-10-25T02:00", 4),
        [
            "25 02:30+02:00",
            "25 02:00+01:00",
            "25 02:30+01:00",
            "25 03:00+01:00"
        ]
    );
    // Lord Howe moves by half an hour.
    assert_eq!(
        runs("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00", 2),
        ["04 02:45+11:00", "05 02:15+11:00"]
    );
}

#[test]
fn a_missed_run_happens_once_or_not_at_all() {
    let due = now();
    let late = due + SignedDuration::from_hours(30);
    let prompt = due + SignedDuration::from_secs(3);
    assert_eq!(due_run(due, prompt, MissedRun::Skip), DueRun::Run);
    assert_eq!(due_run(due, late, MissedRun::Skip), DueRun::Skip);
    assert_eq!(due_run(due, late, MissedRun::Once), DueRun::Run);
}

fn zones() -> impl Strategy<Value = TimeZone> {
    proptest::sample::select(vec![
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "UTC",
        "America/Sao_Paulo",
    ])
    .prop_map(|name| TimeZone::get(name).unwrap())
}

fn moments() -> impl Strategy<Value = Timestamp> {
    // 2001 to 2040: rules changed in several of the zones, and some clocks jumped at midnight.
    (978_307_200_i64..2_208_988_800).prop_map(|second| Timestamp::from_second(second).unwrap())
}

proptest! {
    /// Each local day has exactly one run of a daily time, at that time or as much later as the clocks jumped.
    #[test]
    fn a_daily_time_runs_once_a_day(zone in zones(), from in moments(), hour in 0_i8..24, minute in 0_i8..60) {
        let schedule = Schedule::Cron(format!("{minute} {hour} * * *"));
        let runs = schedule.next_runs(from, &zone, 8);
        prop_assert_eq!(runs.len(), 8);
        let mut before = from;
        let mut day = None;
        for at in runs {
            prop_assert!(at > before);
            let local = at.to_zoned(zone.clone());
            if let Some(day) = day {
                prop_assert_eq!(local.date(), jiff::civil::Date::tomorrow(day).unwrap());
            }
            let named = local.date().at(hour, minute, 0, 0);
            let exact = zone.to_ambiguous_timestamp(named).compatible().unwrap();
            prop_assert_eq!(at, exact);
            before = at;
            day = Some(local.date());
        }
    }

    /// Weekdays stay weekdays, whatever the offset does.
    #[test]
    fn weekday_runs_fall_on_weekdays(zone in zones(), from in moments()) {
        for at in Schedule::Cron("0 9 * * 1-5".to_owned()).next_runs(from, &zone, 7) {
            let local = at.to_zoned(zone.clone());
            prop_assert!(local.weekday().to_monday_one_offset() <= 5);
            prop_assert_eq!((local.hour(), local.minute(), local.second()), (9, 0, 0));
        }
    }

    /// Whatever is typed, it is a schedule to come or an error that stays short.
    #[test]
    fn anything_typed_gets_an_answer(text in "[a-z0-9 :.,*/@-]{0,40}") {
        match parse(&text) {
            Ok(schedule) => prop_assert!(schedule.next_after(now(), &berlin()).is_some()),
            Err(error) => prop_assert!(!error.what.is_empty() && error.to_string().chars().count() < 400),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A rhythm never stops for longer than itself, but for what a spring change takes away.
    #[test]
    fn a_rhythm_goes_on(zone in zones(), from in moments()) {
        let mut before = from;
        for at in Schedule::Cron("*/30 * * * *".to_owned()).next_runs(from, &zone, 60) {
            prop_assert!(at > before);
            prop_assert!(at.as_second() - before.as_second() <= 30 * 60);
            before = at;
        }
    }
}
