//! Phrases for again and again: `every weekday at 9`, `mondays 8am`, `every month on the 1st at 9`, `every 2 hours`.

use jiff::civil::Weekday;

use crate::domain::schedule::grammar::{Cursor, Reading, USUAL_HOUR, within};
use crate::domain::schedule::words::{Part, Unit, Word};

/// What was said, in any order.
#[derive(Debug, Default)]
struct Said {
    /// Something in it says that it comes again.
    again: bool,
    count: Option<i16>,
    unit: Option<Unit>,
    days: Vec<Weekday>,
    /// Days of the month, as cron writes them.
    month_days: Vec<String>,
    /// `first monday`, as cron writes it.
    nth_day: Option<(String, Weekday)>,
    /// Month and day.
    yearly: Option<(i8, i8)>,
    clocks: Vec<(i8, i8)>,
    part: Option<Part>,
    /// `:15`.
    minute: Option<i8>,
}

/// Reads a phrase that says again and again; none when it says something else.
pub(super) fn read(words: &[Word]) -> Option<Reading> {
    if words.first() == Some(&Word::And) {
        return None;
    }
    let mut said = Said::default();
    let mut cursor = Cursor::over(words);
    let mut times_before = 0;
    while !cursor.is_done() {
        let again = said.again;
        said.read_one(&mut cursor)?;
        if said.again && !again {
            times_before = said.clocks.len();
        }
    }
    // "Our tasting is at six every friday at 9": times on both sides are two things.
    if times_before > 0 && said.clocks.len() > times_before {
        return None;
    }
    if !said.again {
        return None;
    }
    match said.unit {
        Some(Unit::Minute) => said.rhythm(said.count.unwrap_or(1)),
        Some(Unit::Hour) => said.rhythm(said.count.unwrap_or(1).checked_mul(60)?),
        _ => said.at_times(),
    }
}

impl Said {
    fn read_one(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        if let Some((month, day, year)) = cursor.day_of_year() {
            let first = self.yearly.replace((month, day)).is_none();
            return (first && year.is_none()).then_some(());
        }
        if let Some(clock) = cursor.clock() {
            self.clocks.push(clock);
            return Some(());
        }
        match cursor.take()? {
            Word::Every => {
                // "Mornings every weekday at 9": the first of two such words belongs to the topic before.
                (!std::mem::replace(&mut self.again, true)).then_some(())?;
                self.read_every(cursor)
            }
            Word::Daily => self.adverb(Unit::Day),
            Word::Hourly => self.adverb(Unit::Hour),
            Word::Weekly => self.adverb(Unit::Week),
            Word::Monthly => self.adverb(Unit::Month),
            Word::Yearly => self.adverb(Unit::Year),
            Word::Alternate => {
                self.again = true;
                self.count.replace(2).is_none().then_some(())
            }
            Word::Fortnightly => {
                self.count.replace(2).is_none().then_some(())?;
                self.adverb(Unit::Week)
            }
            Word::Of => {
                cursor.skip_small();
                match cursor.peek()? {
                    Word::Every => Some(()),
                    Word::Unit(Unit::Month) => {
                        cursor.take();
                        self.set_unit(Unit::Month)
                    }
                    _ => None,
                }
            }
            Word::At | Word::And => (!cursor.is_done()).then_some(()),
            Word::In => {
                cursor.skip_small();
                matches!(cursor.peek(), Some(Word::Part(_))).then_some(())
            }
            Word::Part(part) => self.part.replace(part).is_none().then_some(()),
            Word::Parts(part) => {
                self.again = true;
                self.part.replace(part).is_none().then_some(())
            }
            Word::Minute(minute) => self.minute.replace(minute).is_none().then_some(()),
            Word::Nth(nth) => self.read_nth(nth.to_string(), cursor),
            Word::Last => self.read_nth("L".to_owned(), cursor),
            other => self.read_days(other, cursor),
        }
    }

    fn adverb(&mut self, unit: Unit) -> Option<()> {
        self.again = true;
        self.set_unit(unit)
    }

    fn set_unit(&mut self, unit: Unit) -> Option<()> {
        match self.unit.replace(unit) {
            None => Some(()),
            Some(before) => (before == unit).then_some(()),
        }
    }

    /// What `every` can be followed by that nothing else can.
    fn read_every(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        if cursor.took(Word::Other) || cursor.took(Word::Alternate) {
            self.count = Some(2);
        } else if cursor.took(Word::Half) {
            self.count = Some(30);
            return (cursor.took(Word::Unit(Unit::Hour))).then(|| self.set_unit(Unit::Minute))?;
        } else if let Some(count) = counted(cursor) {
            self.count = Some(count);
        }
        match cursor.peek() {
            Some(Word::Unit(unit)) => {
                cursor.take();
                self.set_unit(unit)
            }
            Some(Word::Fortnight) => {
                cursor.take();
                self.count = Some(self.count.unwrap_or(1).checked_mul(2)?);
                self.set_unit(Unit::Week)
            }
            _ => Some(()),
        }
    }

    /// Behind `1st` or `last`: a weekday, `day`, or nothing.
    fn read_nth(&mut self, nth: String, cursor: &mut Cursor<'_>) -> Option<()> {
        match cursor.peek() {
            Some(Word::Day(day)) => {
                cursor.take();
                self.nth_day.replace((nth, day)).is_none().then_some(())
            }
            next => {
                if next == Some(Word::Unit(Unit::Day)) {
                    cursor.take();
                }
                self.month_days.push(nth);
                Some(())
            }
        }
    }

    fn read_days(&mut self, word: Word, cursor: &mut Cursor<'_>) -> Option<()> {
        match word {
            Word::Day(from) | Word::Days(from) if cursor.took(Word::To) => match cursor.take()? {
                Word::Day(to) | Word::Days(to) => {
                    self.again = true;
                    self.days.extend(range(from, to));
                }
                _ => return None,
            },
            Word::Day(day) => self.days.push(day),
            Word::Days(day) => {
                self.again = true;
                self.days.push(day);
            }
            Word::Range(from, to) => {
                self.again = true;
                self.days.extend(range(from, to));
            }
            Word::Weekdays => {
                self.again = true;
                self.days.extend(range(Weekday::Monday, Weekday::Friday));
            }
            Word::Weekend => {
                self.again = true;
                self.days.extend([Weekday::Saturday, Weekday::Sunday]);
            }
            _ => return None,
        }
        Some(())
    }

    /// Every so many minutes, on certain weekdays perhaps.
    fn rhythm(&self, minutes: i16) -> Option<Reading> {
        /// What divides the hour or the day: a cron line begins anew with each.
        const EVEN: [i16; 18] = [
            1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720,
        ];
        let plain = self.clocks.is_empty()
            && self.part.is_none()
            && self.month_days.is_empty()
            && self.nth_day.is_none()
            && self.yearly.is_none();
        if !plain || minutes < 1 {
            return None;
        }
        let even = EVEN.into_iter().min_by_key(|even| (even - minutes).abs())?;
        if even != minutes {
            let said = if minutes % 60 == 0 {
                (minutes / 60, "hours")
            } else {
                (minutes, "minutes")
            };
            return Some(Reading::Refused {
                what: format!("Every {} {} does not go evenly into a day.", said.0, said.1),
                instead: Some(match even {
                    60 => "every hour".to_owned(),
                    hours if hours > 60 => format!("every {} hours", hours / 60),
                    minutes => format!("every {minutes} minutes"),
                }),
                explicit: true,
            });
        }
        let weekdays = weekday_field(&self.days);
        let at = self.minute.unwrap_or(0);
        Some(Reading::Again(match (minutes, self.minute) {
            (1, None) => format!("* * * * {weekdays}"),
            (2..60, None) => format!("*/{minutes} * * * {weekdays}"),
            (60, _) => format!("{at} * * * {weekdays}"),
            (61.., _) => format!("{at} */{} * * {weekdays}", minutes / 60),
            _ => return None,
        }))
    }

    /// Certain days at certain times.
    fn at_times(&self) -> Option<Reading> {
        if self.minute.is_some() {
            return None;
        }
        let clocks = self.clocks_said()?;
        let minute = clocks.first()?.1;
        let shown: Vec<String> = clocks
            .iter()
            .map(|(hour, minute)| format!("{hour}:{minute:02}"))
            .collect();
        if clocks.iter().any(|clock| clock.1 != minute) {
            return Some(Reading::Refused {
                what: format!(
                    "One schedule cannot hold {}; make one for each.",
                    shown.join(" and ")
                ),
                instead: None,
                explicit: true,
            });
        }
        let hours: Vec<String> = clocks.iter().map(|(hour, _)| hour.to_string()).collect();
        let shown = shown.join(" and ");
        match self.day_fields() {
            Ok(fields) => Some(Reading::Again(format!(
                "{minute} {} {}",
                hours.join(","),
                fields?
            ))),
            Err((what, days)) => Some(Reading::Refused {
                what,
                instead: Some(format!("{days} at {shown}")),
                explicit: true,
            }),
        }
    }

    /// The times of day, in order, each once.
    fn clocks_said(&self) -> Option<Vec<(i8, i8)>> {
        let mut clocks = match (self.clocks.as_slice(), self.part) {
            ([], part) => vec![(part.map_or(USUAL_HOUR, Part::hour), 0)],
            (clocks, None) => clocks.to_vec(),
            (clocks, Some(part)) => clocks
                .iter()
                .map(|clock| within(*clock, part))
                .collect::<Option<_>>()?,
        };
        clocks.sort_unstable();
        clocks.dedup();
        Some(clocks)
    }

    /// The last three fields of the line; or why there are none, and days that could be meant.
    fn day_fields(&self) -> Result<Option<String>, (String, String)> {
        let names = day_names(&self.days);
        if let Some((nth, day)) = &self.nth_day {
            let alone = self.days.is_empty() && self.month_days.is_empty() && self.yearly.is_none();
            // "Every second monday" means every other one to most people.
            if nth == "2" && self.unit != Some(Unit::Month) {
                return Err((
                    "I cannot do every other week.".to_owned(),
                    format!("every {}", day_names(&[*day])),
                ));
            }
            let nth = if nth == "L" {
                "L".to_owned()
            } else {
                format!("#{nth}")
            };
            return Ok(alone.then(|| format!("* * {}{nth}", day.to_sunday_zero_offset())));
        }
        if self.count.is_some_and(|count| count != 1) {
            let (what, days) = match self.unit {
                None | Some(Unit::Week) if !self.days.is_empty() => {
                    ("other week", format!("every {names}"))
                }
                Some(Unit::Week) => ("other week", "every monday".to_owned()),
                Some(Unit::Month) => ("other month", "every month on the 1st".to_owned()),
                Some(Unit::Day) => ("other day", "every day".to_owned()),
                _ => return Ok(None),
            };
            let what = match self.count {
                Some(count) if count != 2 => {
                    format!(
                        "I cannot do every {count} {}s.",
                        what.trim_start_matches("other ")
                    )
                }
                _ => format!("I cannot do every {what}."),
            };
            return Err((what, days));
        }
        let said = (
            self.days.is_empty(),
            self.month_days.is_empty(),
            self.yearly,
            self.unit,
        );
        Ok(match said {
            (true, true, Some((month, day)), None | Some(Unit::Year)) => {
                Some(format!("{day} {month} *"))
            }
            (true, false, None, None | Some(Unit::Month)) => {
                Some(format!("{} * *", self.month_days.join(",")))
            }
            (false, true, None, None | Some(Unit::Week | Unit::Day)) => {
                Some(format!("* * {}", weekday_field(&self.days)))
            }
            (true, true, None, Some(Unit::Day)) => Some("* * *".to_owned()),
            (true, true, None, None) if self.part.is_some() => Some("* * *".to_owned()),
            (true, true, None, Some(Unit::Week)) => {
                return Err((
                    "Say which day of the week.".to_owned(),
                    "every monday".to_owned(),
                ));
            }
            (true, true, None, Some(Unit::Month)) => {
                return Err((
                    "Say which day of the month.".to_owned(),
                    "every month on the 1st".to_owned(),
                ));
            }
            _ => None,
        })
    }
}

/// `2` before a unit or a weekday, `second` before a unit.
fn counted(cursor: &mut Cursor<'_>) -> Option<i16> {
    let mut ahead = *cursor;
    let count = match ahead.take()? {
        Word::Number(count) => count,
        Word::Nth(count) => i16::from(count),
        _ => return None,
    };
    let counts_days = matches!(cursor.peek(), Some(Word::Number(_)));
    let counts = match ahead.peek() {
        Some(Word::Unit(_) | Word::Fortnight) => true,
        Some(Word::Day(_) | Word::Days(_) | Word::Weekdays | Word::Weekend) => counts_days,
        _ => false,
    };
    counts.then(|| {
        cursor.take();
        count
    })
}

fn range(from: Weekday, to: Weekday) -> Vec<Weekday> {
    let days = usize::try_from(from.until(to)).unwrap_or(0) + 1;
    from.cycle_forward().take(days).collect()
}

/// Weekdays as cron writes them, in one form however they were said.
fn weekday_field(days: &[Weekday]) -> String {
    let mut numbers: Vec<i8> = days.iter().map(|day| day.to_sunday_zero_offset()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    match numbers.as_slice() {
        [] | [0, 1, 2, 3, 4, 5, 6] => "*".to_owned(),
        [1, 2, 3, 4, 5] => "1-5".to_owned(),
        numbers => {
            let numbers: Vec<String> = numbers.iter().map(i8::to_string).collect();
            numbers.join(",")
        }
    }
}

/// `monday and thursday`.
fn day_names(days: &[Weekday]) -> String {
    let names: Vec<&str> = days
        .iter()
        .filter_map(|day| {
            super::words::WEEKDAYS
                .iter()
                .find(|(.., known)| known == day)
                .map(|(name, ..)| *name)
        })
        .collect();
    names.join(" and ")
}
