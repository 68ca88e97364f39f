//! Times as people say them: the clock alone for today, weekday and zone otherwise.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::domain::schedule::speak;

/// The time now and the zone people live in.
#[derive(Debug, Clone)]
pub struct Now {
    pub at: Timestamp,
    pub zone: TimeZone,
}

impl Now {
    fn local(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }

    fn days_away(&self, at: &Zoned) -> i32 {
        let today = self.local(self.at).date();
        today
            .until(at.date())
            .map_or(i32::MAX, |span| span.get_days())
    }

    /// `10:14` today, `Fri 17:45` within the week, `Fri 27 Nov 17:45` this year, with the year otherwise.
    #[must_use]
    pub fn clock(&self, at: Timestamp) -> String {
        let local = self.local(at);
        let format = match self.days_away(&local) {
            0 => "%H:%M",
            -6..=6 => "%a %H:%M",
            _ if local.year() == self.local(self.at).year() => "%a %-d %b %H:%M",
            _ => "%a %-d %b %Y %H:%M",
        };
        local.strftime(format).to_string()
    }

    /// [`Now::clock`] with the zone's name where the day is another; of days to come with the date, since “Friday” may be
    /// this one or the next: `Fri 27 Nov, 17:45 Berlin`.
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> String {
        match self.days_away(&self.local(at)) {
            0 => self.clock(at),
            1.. => self.exactly(at),
            _ => format!("{} {}", self.clock(at), self.place()),
        }
    }

    /// The exact time that was understood: `Fri 27 Nov, 17:45 Berlin`.
    #[must_use]
    pub fn exactly(&self, at: Timestamp) -> String {
        let local = self.local(at);
        let format = if local.year() == self.local(self.at).year() {
            "%a %-d %b, %H:%M"
        } else {
            "%a %-d %b %Y, %H:%M"
        };
        format!("{} {}", local.strftime(format), self.place())
    }

    /// The zone as people call it: `Berlin`, `New York`, `UTC`.
    #[must_use]
    pub fn place(&self) -> String {
        speak::city(&self.zone)
    }

    /// How long ago: `just now`, `4 min ago`, else [`Now::clock`].
    #[must_use]
    pub fn ago(&self, at: Timestamp) -> String {
        match self.at.as_second() - at.as_second() {
            ..60 => "just now".to_owned(),
            seconds @ 60..3_600 => format!("{} min ago", seconds / 60),
            _ => self.clock(at),
        }
    }

    /// `text` with every instant in it that is written as `2026-12-01T08:00:00Z` said as people say it: `Tue 1 Dec, 9:00`.
    #[must_use]
    pub fn spoken(&self, text: &str) -> String {
        let words = text.split(' ').map(|word| {
            let bare = word.trim_end_matches([',', ';', ':', '.']);
            let instant = bare
                .parse::<Timestamp>()
                .ok()
                .filter(|_| bare.ends_with('Z'));
            match instant {
                Some(at) => {
                    let said = self.local(at).strftime("%a %-d %b, %-H:%M").to_string();
                    format!("{said}{}", &word[bare.len()..])
                }
                None => word.to_owned(),
            }
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// Midnight of today, from which money is counted.
    #[must_use]
    pub fn midnight(&self) -> Timestamp {
        self.local(self.at)
            .start_of_day()
            .map_or(self.at, |day| day.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_carry_what_is_needed_and_no_more() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = Now {
            at: at("2026-11-22T20:00:00Z"),
            zone,
        };
        assert_eq!(now.clock(at("2026-11-22T09:14:00Z")), "10:14");
        assert_eq!(
            now.moment(at("2026-11-27T16:45:00Z")),
            "Fri 27 Nov, 17:45 Berlin"
        );
        assert_eq!(
            now.moment(at("2026-12-24T16:45:00Z")),
            "Thu 24 Dec, 17:45 Berlin"
        );
        assert_eq!(
            now.clock(at("2027-01-04T08:00:00Z")),
            "Mon 4 Jan 2027 09:00"
        );
        assert_eq!(
            now.exactly(at("2026-11-23T08:00:00Z")),
            "Mon 23 Nov, 09:00 Berlin"
        );
        assert_eq!(
            now.spoken("scheduled #1 for 2026-12-01T08:00:00Z: 2026 is near"),
            "scheduled #1 for Tue 1 Dec, 9:00: 2026 is near"
        );
        assert_eq!(now.ago(at("2026-11-22T19:56:00Z")), "4 min ago");
        assert_eq!(now.midnight(), at("2026-11-21T23:00:00Z"));
        assert_eq!(
            Now {
                at: now.at,
                zone: TimeZone::UTC
            }
            .place(),
            "UTC"
        );
    }
}
