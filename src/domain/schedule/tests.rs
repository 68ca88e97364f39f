//! The table of phrases. `runs` has the clock changes and the properties over zones and years.

mod runs;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{Schedule, WhenError, speak, split_trailing};

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

/// A Friday, ten in the morning.
fn now() -> Timestamp {
    wall("2026-11-20T10:00", &berlin())
}

fn wall(text: &str, zone: &TimeZone) -> Timestamp {
    let wall: DateTime = text.parse().unwrap();
    wall.to_zoned(zone.clone()).unwrap().timestamp()
}

fn parse(text: &str) -> Result<Schedule, WhenError> {
    Schedule::parse(text, now(), &berlin())
}

fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%F %H:%M").to_string()
}

#[test]
fn one_off_phrases() {
    for (text, expected) in [
        ("tomorrow 9am", "2026-11-21 09:00"),
        ("tomorrow at 9", "2026-11-21 09:00"),
        ("Tomorrow, 9:30", "2026-11-21 09:30"),
        ("tomorrow", "2026-11-21 09:00"),
        ("tomorrow morning", "2026-11-21 09:00"),
        ("tomorrow evening at 7", "2026-11-21 19:00"),
        ("tomorrow at noon", "2026-11-21 12:00"),
        ("9 tomorrow", "2026-11-21 09:00"),
        (
            "tomorrow \u{ff11}\u{ff17}\u{ff1a}\u{ff14}\u{ff15}",
            "2026-11-21 17:45",
        ),
        ("tomorrow 9:00\u{202f}AM", "2026-11-21 09:00"),
        ("the day after tomorrow at 9", "2026-11-22 09:00"),
        ("in 2 hours", "2026-11-20 12:00"),
        ("in 20 minutes", "2026-11-20 10:20"),
        ("in twenty minutes", "2026-11-20 10:20"),
        ("in an hour", "2026-11-20 11:00"),
        ("in half an hour", "2026-11-20 10:30"),
        ("in 1 hour and 30 minutes", "2026-11-20 11:30"),
        ("in 2h", "2026-11-20 12:00"),
        ("in 20 min", "2026-11-20 10:20"),
        ("in 3 days at 8:15", "2026-11-23 08:15"),
        ("in a week", "2026-11-27 10:00"),
        ("2 hours from now", "2026-11-20 12:00"),
        ("friday 17:45", "2026-11-20 17:45"),
        ("friday 9:00", "2026-11-27 09:00"),
        ("fri 5:45 pm", "2026-11-20 17:45"),
        ("on sunday at six", "2026-11-22 06:00"),
        ("sunday evening", "2026-11-22 19:00"),
        ("this sunday at 10", "2026-11-22 10:00"),
        ("next monday 8", "2026-11-23 08:00"),
        ("next friday at 17:45", "2026-11-27 17:45"),
        ("next week", "2026-11-23 09:00"),
        ("next week on thursday at 9", "2026-11-26 09:00"),
        ("today 18:00", "2026-11-20 18:00"),
        ("today at 6pm", "2026-11-20 18:00"),
        ("at 6 today in the evening", "2026-11-20 18:00"),
        ("tonight at 8", "2026-11-20 20:00"),
        ("tonight", "2026-11-20 20:00"),
        ("this afternoon", "2026-11-20 15:00"),
        ("noon", "2026-11-20 12:00"),
        ("midnight", "2026-11-21 00:00"),
        ("tonight at midnight", "2026-11-21 00:00"),
        ("17:45", "2026-11-20 17:45"),
        ("9am", "2026-11-21 09:00"),
        ("at 9 o'clock", "2026-11-21 09:00"),
        ("23 nov 9:00", "2026-11-23 09:00"),
        ("nov 23 9:00", "2026-11-23 09:00"),
        ("23rd of November at 9", "2026-11-23 09:00"),
        ("23 nov 2027 9:00", "2027-11-23 09:00"),
        ("5 jan 9:00", "2027-01-05 09:00"),
        ("29 feb at 9", "2028-02-29 09:00"),
        ("on the 1st at 9", "2026-12-01 09:00"),
        ("24.12. 18:00", "2026-12-24 18:00"),
        ("24.12.2026 at 18:00", "2026-12-24 18:00"),
        ("2026-12-01 9am", "2026-12-01 09:00"),
        ("2026-12-01 09:00", "2026-12-01 09:00"),
        ("2026-12-01", "2026-12-01 09:00"),
        ("2026-12-01T09:00", "2026-12-01 09:00"),
        ("2026-12-01T09:00:00Z", "2026-12-01 10:00"),
        ("2026-12-01T09:00:00+05:30", "2026-12-01 04:30"),
        (
            "2026-12-01T09:00:00-05:00[America/New_York]",
            "2026-12-01 15:00",
        ),
        ("2026-12-01T09:00:00[America/New_York]", "2026-12-01 15:00"),
        // Left out by the clock change: as much later as the clocks jump.
        ("28 mar 2027 2:30", "2027-03-28 03:30"),
    ] {
        match parse(text) {
            Ok(Schedule::Once(at)) => assert_eq!(local(at, &berlin()), expected, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn recurring_phrases() {
    for (text, expected) in [
        ("every day at 9", "0 9 * * *"),
        ("daily 9am", "0 9 * * *"),
        ("every day", "0 9 * * *"),
        ("at 9 every day", "0 9 * * *"),
        ("9am daily", "0 9 * * *"),
        ("every day at 9 and 17", "0 9,17 * * *"),
        ("every day at 9am and 5pm", "0 9,17 * * *"),
        ("every morning", "0 9 * * *"),
        ("every morning at 8", "0 8 * * *"),
        ("every evening at 7", "0 19 * * *"),
        ("every night", "0 20 * * *"),
        ("every day at noon", "0 12 * * *"),
        ("every weekday at 9", "0 9 * * 1-5"),
        ("weekdays 9:30", "30 9 * * 1-5"),
        ("monday to friday at 9", "0 9 * * 1-5"),
        ("mon-fri 9", "0 9 * * 1-5"),
        ("every monday and thursday at 9:30", "30 9 * * 1,4"),
        ("every mon, wed, fri at 9", "0 9 * * 1,3,5"),
        ("mondays and thursdays at 9", "0 9 * * 1,4"),
        ("weekends at 10am", "0 10 * * 0,6"),
        ("every weekend at 10", "0 10 * * 0,6"),
        ("mondays 8am", "0 8 * * 1"),
        ("every monday morning", "0 9 * * 1"),
        ("monday mornings at 8", "0 8 * * 1"),
        ("weekly on friday at 17:45", "45 17 * * 5"),
        ("every week on friday at 17:45", "45 17 * * 5"),
        ("every friday 5:45 pm", "45 17 * * 5"),
        ("every 2 hours", "0 */2 * * *"),
        ("every other hour", "0 */2 * * *"),
        ("every two hours", "0 */2 * * *"),
        ("every 30 minutes", "*/30 * * * *"),
        ("every 30 min", "*/30 * * * *"),
        ("every half hour", "*/30 * * * *"),
        ("every 15 minutes on weekdays", "*/15 * * * 1-5"),
        ("every minute", "* * * * *"),
        ("every hour", "0 * * * *"),
        ("every 60 minutes", "0 * * * *"),
        ("hourly", "0 * * * *"),
        ("every hour at :15", "15 * * * *"),
        ("every month on the 1st at 9", "0 9 1 * *"),
        ("monthly on the 1st and 15th at 9", "0 9 1,15 * *"),
        ("on the 1st of every month at 9", "0 9 1 * *"),
        ("every month on the last day at 18:00", "0 18 L * *"),
        ("every first monday at 9", "0 9 * * 1#1"),
        ("on the last friday of every month at 9", "0 9 * * 5L"),
        (
            "on the second tuesday of the month every month at 9",
            "0 9 * * 2#2",
        ),
        ("every year on 24 dec at 9", "0 9 24 12 *"),
        ("0 9 * * 1-5", "0 9 * * 1-5"),
        ("0 9 * * mon-fri", "0 9 * * MON-FRI"),
        ("15 6 1 1 1", "15 6 1 1 1"),
        ("@daily", "0 0 * * *"),
    ] {
        match parse(text) {
            Ok(Schedule::Cron(line)) => assert_eq!(line, expected, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn what_is_said_back_is_read_as_the_same_schedule() {
    for line in [
        "0 9 * * *",
        "0 9,17 * * *",
        "30 9 * * 1,4",
        "0 9 * * 1-5",
        "0 10 * * 0,6",
        "*/30 * * * *",
        "0 */2 * * *",
        "15 */2 * * *",
        "* * * * *",
        "0 * * * *",
        "15 * * * *",
        "0 9 1 * *",
        "0 9 1,15 * *",
        "0 18 L * *",
        "0 9 * * 1#1",
        "0 9 * * 2#2",
        "0 9 * * 5L",
        "0 9 24 12 *",
        "*/15 * * * 1-5",
        "5 4 * 2 1-3",
        "0 9 1 * 1",
    ] {
        let schedule = Schedule::Cron(line.to_owned());
        let said = speak::phrase(&schedule, now(), &berlin());
        assert_eq!(
            parse(&said).as_ref(),
            Ok(&schedule),
            "{line} is said as {said}"
        );
    }
    for at in [
        "2026-11-20T18:00",
        "2026-11-21T09:00",
        "2026-12-24T09:05",
        "2027-01-05T00:00",
    ] {
        let schedule = Schedule::Once(wall(at, &berlin()));
        let said = speak::phrase(&schedule, now(), &berlin());
        assert_eq!(
            parse(&said).as_ref(),
            Ok(&schedule),
            "{at} is said as {said}"
        );
    }
}

#[test]
fn errors_say_what_and_offer_what_was_meant() {
    for (text, expected) in [
        (
            "tomorow 9",
            "I do not know \u{201c}tomorow 9\u{201d}. Did you mean tomorrow 9:00 (Sat 21 Nov, Berlin)?",
        ),
        (
            "evry weekday at 9",
            "I do not know \u{201c}evry weekday at 9\u{201d}. Did you mean every weekday at 9:00 (next Mon 23 Nov, Berlin)?",
        ),
        (
            "in 20 minuts",
            "I do not know \u{201c}in 20 minuts\u{201d}. Did you mean today 10:20 (Fri 20 Nov, Berlin)?",
        ),
        (
            "every wensday 8am",
            "I do not know \u{201c}every wensday 8am\u{201d}. Did you mean every Wednesday at 8:00 (next Wed 25 Nov, Berlin)?",
        ),
        (
            "today 9am",
            "That was this morning. Did you mean tomorrow 9:00 (Sat 21 Nov, Berlin)?",
        ),
        (
            "this morning at 8",
            "That was this morning. Did you mean tomorrow 8:00 (Sat 21 Nov, Berlin)?",
        ),
        (
            "yesterday 18:00",
            "Yesterday is over. Did you mean today 18:00 (Fri 20 Nov, Berlin)?",
        ),
        (
            "18 nov 9:00",
            "That was on Wed 18 Nov. Did you mean tomorrow 9:00 (Sat 21 Nov, Berlin)?",
        ),
        (
            "2020-01-01T09:00",
            "That was on Wed 1 Jan 2020. Did you mean tomorrow 9:00 (Sat 21 Nov, Berlin)?",
        ),
        (
            "0 0 9 * * 1-5",
            "\u{201c}0 0 9 * * 1-5\u{201d} has 6 fields; a cron line here has five, from the minute on. Did you mean every weekday at 9:00 (next Mon 23 Nov, Berlin)?",
        ),
        (
            "every 90 minutes",
            "Every 90 minutes does not go evenly into a day. Did you mean every hour (next Fri 20 Nov, Berlin)?",
        ),
        (
            "every 5 hours",
            "Every 5 hours does not go evenly into a day. Did you mean every 4 hours (next Fri 20 Nov, Berlin)?",
        ),
        (
            "every other monday at 9",
            "I cannot do every other week. Did you mean every Monday at 9:00 (next Mon 23 Nov, Berlin)?",
        ),
        (
            "every 3 days at 8",
            "I cannot do every 3 days. Did you mean every day at 8:00 (next Sat 21 Nov, Berlin)?",
        ),
        (
            "weekly at 8",
            "Say which day of the week. Did you mean every Monday at 8:00 (next Mon 23 Nov, Berlin)?",
        ),
        (
            "monthly",
            "Say which day of the month. Did you mean every month on the 1st at 9:00 (next Tue 1 Dec, Berlin)?",
        ),
    ] {
        let error = parse(text).expect_err(text);
        assert_eq!(error.to_string(), expected);
        let offer = error.suggestion.expect(text);
        assert_eq!(parse(&offer.phrase).as_ref(), Ok(&offer.schedule), "{text}");
    }
    for (text, start) in [
        ("", "Say when."),
        ("soon", "I do not know \u{201c}soon\u{201d}."),
        ("25:00", "I do not know"),
        ("tomorrow 13pm", "I do not know"),
        ("31 feb 9:00", "I do not know"),
        ("tomorrow friday 9", "I do not know"),
        ("every", "I do not know"),
        ("today", "Say what time today."),
        (
            "61 9 * * *",
            "\u{201c}61 9 * * *\u{201d} is not a cron line",
        ),
        ("0 0 30 2 *", "\u{201c}0 0 30 2 *\u{201d} never comes"),
        ("* * * *", "\u{201c}* * * *\u{201d} has four fields"),
        ("in 40 years", "2066-11-20 is more than 5 years away."),
        (
            "every day at 9:30 and 17:00",
            "One schedule cannot hold 9:30 and 17:00",
        ),
    ] {
        let error = parse(text).expect_err(text);
        assert!(error.what.starts_with(start), "{text}: {error}");
        assert!(!error.advice.is_empty(), "{text}");
    }
    let long = "x".repeat(100_000);
    assert!(parse(&long).expect_err("long").to_string().len() < 300);
}

#[test]
fn a_topic_is_split_from_its_time() {
    for (text, rest, schedule) in [
        (
            "coffee and mornings every weekday at 9",
            "coffee and mornings",
            "0 9 * * 1-5",
        ),
        (
            "our Friday tasting is at six every friday at 9",
            "our Friday tasting is at six",
            "0 9 * * 5",
        ),
        ("latte art, mondays 8am", "latte art", "0 8 * * 1"),
        (
            "coffee of the week 0 9 * * 1\u{2013}5",
            "coffee of the week",
            "0 9 * * 1-5",
        ),
        (
            "coffee of the week 0 18 * * mon\u{2013}fri",
            "coffee of the week",
            "0 18 * * MON-FRI",
        ),
        (
            "coffee 0 18 * * mon \u{2014} fri",
            "coffee",
            "0 18 * * MON-FRI",
        ),
        (
            "coffee of the week every mon \u{2013} fri at 18:00",
            "coffee of the week",
            "0 18 * * 1-5",
        ),
        (
            "bread mondays \u{2212} fridays at 9",
            "bread",
            "0 9 * * 1-5",
        ),
        ("beans 0 9 * * 1-5", "beans", "0 9 * * 1-5"),
        ("beans at 9 every day", "beans", "0 9 * * *"),
        (
            "what we love about mondays every month on the 1st at 9",
            "what we love about mondays",
            "0 9 1 * *",
        ),
    ] {
        let (split, found) = split_trailing(text, now(), &berlin()).unwrap().expect(text);
        assert_eq!(
            (split.as_str(), found),
            (rest, Schedule::Cron(schedule.to_owned())),
            "{text}"
        );
    }
    let (rest, schedule) = split_trailing("morning-post tomorrow 9am", now(), &berlin())
        .unwrap()
        .unwrap();
    assert_eq!(rest, "morning-post");
    assert_eq!(
        schedule,
        Schedule::Once(wall("2026-11-21T09:00", &berlin()))
    );
    for text in [
        "our Friday tasting is at six",
        "plans for tomorrow",
        "nine",
        "",
        "what to drink on friday",
    ] {
        assert_eq!(split_trailing(text, now(), &berlin()), Ok(None), "{text}");
    }
}

#[test]
fn no_part_of_a_time_becomes_the_topic() {
    for text in [
        "bread every other friday at 9",
        "bread every second friday at 9",
        "bread every 2nd friday at 9",
        "bread every two weeks on friday at 9",
        "bread every 2 fridays at 9",
        "bread friday at 9 every two weeks",
        "bread fortnightly on friday at 9",
        "bread every fortnight on friday at 9",
        "bread biweekly on fridays at 9",
        "bread alternate fridays at 9",
        "bread twice a month on friday at 9",
        "bread twice a month on fridays at 9",
        "bread once a week on friday at 9",
        "bread every third week on friday at 9",
        "bread every 45 minutes",
        "bread 0 0 9 * * 5",
        "bread 0 0 9 1 1 5",
        "bread every day at 9:15 and 17:00",
        "bread every day at 9 EST",
        "bread tomorrow 9am PST",
        "bread 18 nov 9:00",
    ] {
        let split = split_trailing(text, now(), &berlin());
        assert!(split.is_err(), "{text}: {split:?}");
    }
}

#[test]
fn a_time_in_another_zone_is_that_time_or_refused() {
    for (text, expected) in [
        ("tomorrow 9am UTC", "2026-11-21 10:00"),
        ("tomorrow 9am gmt", "2026-11-21 10:00"),
        ("2027-06-05 18:00 Europe/Lisbon", "2027-06-05 19:00"),
        ("tomorrow at 9 America/New_York", "2026-11-21 15:00"),
        ("9am UTC tomorrow", "2026-11-21 10:00"),
        ("tomorrow 9:00 UTC+2", "2026-11-21 08:00"),
        ("tomorrow 9:00 +05:30", "2026-11-21 04:30"),
        ("tomorrow at 9 London time", "2026-11-21 10:00"),
    ] {
        match parse(text) {
            Ok(Schedule::Once(at)) => assert_eq!(local(at, &berlin()), expected, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    for text in [
        "tomorrow 9am EST",
        "tomorrow at 9 CEST",
        "tomorrow at 9 eastern time",
        "every day at 9 UTC",
        "every weekday at 9 Europe/Lisbon",
        "every day at 9 London time",
    ] {
        let error = parse(text).expect_err(text);
        assert!(
            error.what.contains("times count in Berlin"),
            "{text}: {error}"
        );
    }
    let over = parse("today 8am UTC").expect_err("over");
    let offer = over.suggestion.expect("an offer");
    assert_eq!(parse(&offer.phrase), Ok(offer.schedule));
}

#[test]
fn a_step_that_begins_anew_is_not_called_a_distance() {
    let said = |line: &str| speak::in_words(&Schedule::Cron(line.to_owned()), now(), &berlin());
    for line in [
        "*/45 * * * *",
        "0 */7 * * *",
        "*/7 * * * 1-5",
        "10 */5 * * *",
    ] {
        assert!(!said(line).starts_with("every"), "{line}: {}", said(line));
    }
    assert_eq!(said("*/15 * * * *"), "every 15 minutes");
    assert_eq!(said("0 */6 * * *"), "every 6 hours");
    let anew = |line: &str| speak::begins_anew(&Schedule::Cron(line.to_owned()));
    assert_eq!(
        anew("*/45 * * * *").as_deref(),
        Some("*/45 begins anew with each hour.")
    );
    assert_eq!(
        anew("0 14 */14 * 3").as_deref(),
        Some("*/14 begins anew with each month.")
    );
    assert_eq!(anew("*/15 */6 * */3 1-5"), None);
}

#[test]
fn noon_and_midnight_are_one_time_each() {
    for (text, expected) in [
        ("tomorrow 12 noon", "2026-11-21 12:00"),
        ("tomorrow at 12:00 noon", "2026-11-21 12:00"),
        ("noon tomorrow", "2026-11-21 12:00"),
        ("tomorrow 12pm", "2026-11-21 12:00"),
        ("tomorrow 12am", "2026-11-21 00:00"),
        ("tomorrow at 12 midnight", "2026-11-21 00:00"),
        ("tonight at 12 midnight", "2026-11-21 00:00"),
        ("tonight at 11", "2026-11-20 23:00"),
    ] {
        match parse(text) {
            Ok(Schedule::Once(at)) => assert_eq!(local(at, &berlin()), expected, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    assert_eq!(
        parse("every day at 12 noon"),
        Ok(Schedule::Cron("0 12 * * *".to_owned()))
    );
    for text in [
        "tomorrow 11 noon",
        "tomorrow at 12 at night",
        "tonight at 2",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_day_and_a_weekday_both_hold_where_one_begins_with_a_star() {
    let runs = |line: &str| -> Vec<String> {
        let schedule = parse(line).unwrap();
        let runs = schedule.next_runs(now(), &berlin(), 4);
        runs.into_iter().map(|at| local(at, &berlin())).collect()
    };
    assert_eq!(
        runs("0 14 */14 * 3"),
        ["2027-09-01", "2027-09-15", "2027-09-29", "2027-12-01"].map(|day| format!("{day} 14:00"))
    );
    assert_eq!(
        runs("0 14 1 * 3"),
        ["2026-11-25", "2026-12-01", "2026-12-02", "2026-12-09"].map(|day| format!("{day} 14:00"))
    );
}

#[test]
fn times_are_said_with_weekday_and_zone_when_not_today() {
    let berlin = berlin();
    let said = |text: &str| speak::moment(wall(text, &berlin), now(), &berlin);
    assert_eq!(said("2026-11-20T17:45"), "Fri 17:45");
    assert_eq!(said("2026-11-23T09:00"), "Mon 23 Nov 9:00, Berlin");
    assert_eq!(said("2027-01-05T09:00"), "Tue 5 Jan 2027 9:00, Berlin");
    let schedule = parse("every weekday at 9").unwrap();
    assert_eq!(
        speak::understood(&schedule, now(), &berlin),
        "every weekday at 9:00\nnext: Mon 23 Nov 9:00, Tue 24 Nov 9:00, Wed 25 Nov 9:00, Thu 26 Nov 9:00, Fri 27 Nov 9:00 (Berlin)"
    );
    assert_eq!(speak::city(&TimeZone::UTC), "UTC");
    assert_eq!(
        speak::city(&TimeZone::get("America/New_York").unwrap()),
        "New York"
    );
}
