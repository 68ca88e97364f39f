//! One-off phrases: `tomorrow 9am`, `in 2 hours`, `next monday 8`, `23 nov 9:00`.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan, Zoned};

use crate::domain::schedule::recurring;
use crate::domain::schedule::words::{self, HalfDay, Part, Unit, Word, halved};

/// What a phrase says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    Once {
        at: Timestamp,
        /// Day and time are both said.
        explicit: bool,
    },
    /// A cron line.
    Again(String),
    /// Understood, but it cannot be done; a phrase for what can.
    Refused {
        what: String,
        instead: Option<String>,
        /// It says that something comes again.
        explicit: bool,
    },
}

impl Reading {
    /// Nobody writes it by chance at the end of a topic.
    pub(super) const fn is_explicit(&self) -> bool {
        match self {
            Self::Once { explicit, .. } | Self::Refused { explicit, .. } => *explicit,
            Self::Again(_) => true,
        }
    }
}

/// The hour where a day is named without one.
pub(super) const USUAL_HOUR: i8 = 9;
/// A day without a year that is over by less than this was meant and missed; one that is longer over is next year's.
const JUST_MISSED_DAYS: i32 = 60;

pub(super) fn read(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Reading> {
    let now = now.to_zoned(zone.clone());
    if let Some(at) = distance(text, &now) {
        return Some(Reading::Once {
            at: at.timestamp(),
            explicit: true,
        });
    }
    let words = words::read(text)?;
    recurring::read(&words).or_else(|| one_off(&words, &now))
}

/// `in 2 hours`, `in 3 days at 9`, `20 minutes from now`.
fn distance(text: &str, now: &Zoned) -> Option<Zoned> {
    let text = text.to_lowercase();
    let text = text
        .strip_prefix("in ")
        .or_else(|| text.strip_suffix(" from now"))?;
    let (span, clock) = match text.split_once(" at ") {
        Some((span, clock)) => (span, Some(words::read(clock)?)),
        None => (text, None),
    };
    let span: Span = words::distance(span).parse().ok()?;
    let at = now.checked_add(span).ok()?;
    let Some(clock) = clock else {
        return Some(at);
    };
    let mut cursor = Cursor::over(&clock);
    let (hour, minute) = cursor.clock()?;
    cursor.is_done().then_some(())?;
    at.date()
        .to_datetime(Time::new(hour, minute, 0, 0).ok()?)
        .to_zoned(now.time_zone().clone())
        .ok()
}

/// Walks through the words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    words: &'a [Word],
}

impl<'a> Cursor<'a> {
    pub(super) const fn over(words: &'a [Word]) -> Self {
        Self { words }
    }

    pub(super) const fn is_done(&self) -> bool {
        self.words.is_empty()
    }

    pub(super) fn peek(&self) -> Option<Word> {
        self.words.first().copied()
    }

    pub(super) fn take(&mut self) -> Option<Word> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(*first)
    }

    /// Takes the next word if it is `word`.
    pub(super) fn took(&mut self, word: Word) -> bool {
        let is = self.peek() == Some(word);
        if is {
            self.take();
        }
        is
    }

    /// Takes `at`, `on`, `the` and their like.
    pub(super) fn skip_small(&mut self) {
        while self.took(Word::At) {}
    }

    /// Takes a time of day: `9`, `9 am`, `9:30`, `1730`, `9 o'clock`.
    pub(super) fn clock(&mut self) -> Option<(i8, i8)> {
        let (hour, minute) = match self.peek()? {
            Word::Clock(hour, minute) => (hour, minute),
            Word::Number(number @ 0..=23) => (i8::try_from(number).ok()?, 0),
            Word::Number(number @ 100..=2359) if number % 100 < 60 => (
                i8::try_from(number / 100).ok()?,
                i8::try_from(number % 100).ok()?,
            ),
            _ => return None,
        };
        self.take();
        let half = match self.peek() {
            Some(Word::HalfDay(half)) => {
                self.take();
                Some(half)
            }
            _ => None,
        };
        self.took(Word::Oclock);
        halved(hour, half).map(|hour| (hour, minute))
    }

    /// Takes a day of the year: `23 nov`, `23rd of november`, `nov 23`, `24.12.`, each perhaps with a year.
    pub(super) fn day_of_year(&mut self) -> Option<(i8, i8, Option<i16>)> {
        let (month, day, taken) = match *self.words {
            [Word::DayOfYear(day, month), ..] => (month, day, 1),
            [first, Word::Month(month), ..] => (month, day_number(first)?, 2),
            [first, Word::Of, Word::Month(month), ..] => (month, day_number(first)?, 3),
            [Word::Month(month), second, ..] => (month, day_number(second)?, 2),
            _ => return None,
        };
        self.words = &self.words[taken..];
        let year = match self.peek() {
            Some(Word::Number(year)) if year >= 1000 => {
                self.take();
                Some(year)
            }
            _ => None,
        };
        Some((month, day, year))
    }
}

fn day_number(word: Word) -> Option<i8> {
    match word {
        Word::Nth(day) => Some(day),
        Word::Number(day @ 1..=31) => i8::try_from(day).ok(),
        _ => None,
    }
}

#[derive(Debug, Clone, Copy)]
enum Day {
    /// So many days from today.
    Off(i32),
    The(Weekday),
    /// Of next week.
    NextWeek(Weekday),
    /// Not today, though today be one.
    Next(Weekday),
    Date(Date),
    Yearly {
        month: i8,
        day: i8,
    },
    OfMonth(i8),
}

/// What was said, each at most once.
#[derive(Debug, Default)]
struct Said {
    day: Option<Day>,
    clock: Option<(i8, i8)>,
    part: Option<Part>,
}

impl Said {
    fn set_day(&mut self, day: Day) -> Option<()> {
        self.day.replace(day).is_none().then_some(())
    }

    fn set_part(&mut self, part: Part) -> Option<()> {
        match self.part.replace(part) {
            None => Some(()),
            // Tonight at midnight.
            Some(Part::Night) if part == Part::Midnight => Some(()),
            Some(_) => None,
        }
    }

    fn read(words: &[Word]) -> Option<Self> {
        let mut said = Self::default();
        let mut cursor = Cursor::over(words);
        while !cursor.is_done() {
            said.read_one(&mut cursor)?;
        }
        Some(said)
    }

    fn read_one(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        if let Some((month, day, year)) = cursor.day_of_year() {
            return self.set_day(match year {
                Some(year) => Day::Date(Date::new(year, month, day).ok()?),
                None => Day::Yearly { month, day },
            });
        }
        if let Some(clock) = cursor.clock() {
            return self.clock.replace(clock).is_none().then_some(());
        }
        match cursor.take()? {
            // A text that ends in one of these is not finished.
            Word::At => (!cursor.is_done()).then_some(()),
            Word::In => {
                cursor.skip_small();
                matches!(cursor.peek(), Some(Word::Part(_))).then_some(())
            }
            Word::This => match cursor.peek()? {
                Word::Day(_) => Some(()),
                Word::Part(_) => self.set_day(Day::Off(0)),
                _ => None,
            },
            Word::Today => self.set_day(Day::Off(0)),
            Word::Tonight => {
                self.set_day(Day::Off(0))?;
                self.set_part(Part::Night)
            }
            Word::Tomorrow => self.set_day(Day::Off(1)),
            Word::Yesterday => self.set_day(Day::Off(-1)),
            Word::Unit(Unit::Day) => {
                (cursor.took(Word::After) && cursor.took(Word::Tomorrow)).then_some(())?;
                self.set_day(Day::Off(2))
            }
            Word::Next => self.read_next(cursor),
            Word::Day(day) => self.set_day(Day::The(day)),
            Word::Nth(day) => self.set_day(Day::OfMonth(day)),
            Word::Date(date) => self.set_day(Day::Date(date)),
            Word::Part(part) => self.set_part(part),
            _ => None,
        }
    }

    fn read_next(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        match cursor.take()? {
            Word::Day(day) => self.set_day(Day::Next(day)),
            Word::Unit(Unit::Week) => {
                cursor.skip_small();
                let day = match cursor.peek() {
                    Some(Word::Day(day)) => {
                        cursor.take();
                        day
                    }
                    _ => Weekday::Monday,
                };
                self.set_day(Day::NextWeek(day))
            }
            _ => None,
        }
    }

    /// The time of day that was said, else the usual one; none when what was said does not fit together.
    fn time(&self) -> Option<Time> {
        let (hour, minute) = match (self.clock, self.part) {
            (None, None) => (USUAL_HOUR, 0),
            (None, Some(part)) => (part.hour(), 0),
            (Some(clock), None) => clock,
            (Some(clock), Some(part)) => within(clock, part)?,
        };
        Time::new(hour, minute, 0, 0).ok()
    }
}

/// `8` in the evening is 20:00, `12` noon is noon; `13` in the morning is nothing, and `2` at night is ambiguous.
pub(super) fn within((hour, minute): (i8, i8), part: Part) -> Option<(i8, i8)> {
    match part {
        Part::Noon => (hour == 12 && minute == 0).then_some((12, 0)),
        Part::Midnight => (matches!(hour, 0 | 12) && minute == 0).then_some((0, 0)),
        Part::Night if matches!(hour, 0..=5 | 12) => None,
        Part::Morning => (hour < 12).then_some((hour, minute)),
        _ if part.is_late() && (1..12).contains(&hour) => {
            halved(hour, Some(HalfDay::Pm)).map(|hour| (hour, minute))
        }
        _ => (hour >= 12).then_some((hour, minute)),
    }
}

fn one_off(words: &[Word], now: &Zoned) -> Option<Reading> {
    let mut said = Said::read(words)?;
    if let (Some(Part::Midnight), Some(Day::Off(0))) = (said.part, said.day) {
        // The coming one, not the one that this day began with.
        said.day = Some(Day::Off(1));
    }
    let time = said.time()?;
    let explicit = said.day.is_some() && (said.clock.is_some() || said.part.is_some());
    if said.day.is_none() && said.clock.is_none() && said.part.is_none() {
        return None;
    }
    let day = said.day.unwrap_or(Day::Off(0));
    if !explicit && matches!(said.day, Some(Day::Off(0))) {
        return Some(Reading::Refused {
            what: "Say what time today.".to_owned(),
            instead: None,
            explicit: false,
        });
    }
    let at = on(day, time, now)?;
    let at = if said.day.is_none() && at <= *now {
        on(Day::Off(1), time, now)?
    } else {
        at
    };
    Some(Reading::Once {
        at: at.timestamp(),
        explicit,
    })
}

/// The moment that `day` at `time` is, seen from `now`.
fn on(day: Day, time: Time, now: &Zoned) -> Option<Zoned> {
    let today = now.date();
    let at = |date: Date| {
        date.to_datetime(time)
            .to_zoned(now.time_zone().clone())
            .ok()
    };
    let ahead = |days: i32| today.checked_add(days.days()).ok();
    let until = |day: Weekday| i32::from(today.weekday().until(day));
    match day {
        Day::Off(days) => at(ahead(days)?),
        Day::The(weekday) => {
            let soonest = at(ahead(until(weekday))?)?;
            if soonest > *now {
                return Some(soonest);
            }
            at(ahead(until(weekday) + 7)?)
        }
        Day::Next(weekday) => {
            let days = until(weekday);
            at(ahead(if days == 0 { 7 } else { days })?)
        }
        Day::NextWeek(weekday) => {
            let monday = 7 - i32::from(today.weekday().to_monday_zero_offset());
            at(ahead(monday + i32::from(weekday.to_monday_zero_offset()))?)
        }
        Day::Date(date) => at(date),
        Day::Yearly { month, day } => {
            let oldest = ahead(-JUST_MISSED_DAYS)?;
            (0..=8)
                .filter_map(|years| Date::new(now.year() + years, month, day).ok())
                .find(|date| *date > oldest)
                .and_then(at)
        }
        Day::OfMonth(day) => (0..=3)
            .filter_map(|months: i32| {
                let first = today.first_of_month().checked_add(months.months()).ok()?;
                Date::new(first.year(), first.month(), day).ok()
            })
            .filter_map(at)
            .find(|candidate| candidate > now),
    }
}
