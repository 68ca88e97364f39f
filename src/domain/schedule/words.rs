//! The words that times are made of, and what a mistyped one probably was.

use jiff::civil::{Date, Weekday};

/// A word of a time, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// A number without more: an hour, a day of the month, a year, a count.
    Number(i16),
    /// `9:30`, `9am`, `17h`: a time of day, whole.
    Clock(i8, i8),
    /// `am` and `pm` standing alone.
    HalfDay(HalfDay),
    /// `:15`: a minute of every hour.
    Minute(i8),
    /// `1st`, `second`.
    Nth(i8),
    Last,
    Day(Weekday),
    /// `mondays`.
    Days(Weekday),
    /// `mon-fri`.
    Range(Weekday, Weekday),
    Weekdays,
    Weekend,
    Month(i8),
    Date(Date),
    /// `24.12.`: day and month.
    DayOfYear(i8, i8),
    Unit(Unit),
    Part(Part),
    /// `mornings`: again and again.
    Parts(Part),
    /// Between things; says nothing itself.
    At,
    And,
    To,
    In,
    Oclock,
    Every,
    Other,
    /// Every other one, also without `every`.
    Alternate,
    Next,
    This,
    Today,
    Tonight,
    Tomorrow,
    Yesterday,
    After,
    Daily,
    Hourly,
    Weekly,
    Monthly,
    Yearly,
    /// `fortnightly`: once in two weeks.
    Fortnightly,
    Fortnight,
    Half,
    Of,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HalfDay {
    Am,
    Pm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Morning,
    Noon,
    Afternoon,
    Evening,
    Night,
    Midnight,
}

impl Part {
    /// When it is, where no hour is said.
    pub(super) const fn hour(self) -> i8 {
        match self {
            Self::Morning => 9,
            Self::Noon => 12,
            Self::Afternoon => 15,
            Self::Evening => 19,
            Self::Night => 20,
            Self::Midnight => 0,
        }
    }

    /// Whether `at 8` within it is 20:00.
    pub(super) const fn is_late(self) -> bool {
        matches!(self, Self::Afternoon | Self::Evening | Self::Night)
    }
}

pub(super) const WEEKDAYS: [(&str, &[&str], Weekday); 7] = [
    ("monday", &["mon"], Weekday::Monday),
    ("tuesday", &["tue", "tues"], Weekday::Tuesday),
    ("wednesday", &["wed"], Weekday::Wednesday),
    ("thursday", &["thu", "thur", "thurs"], Weekday::Thursday),
    ("friday", &["fri"], Weekday::Friday),
    ("saturday", &["sat"], Weekday::Saturday),
    ("sunday", &["sun"], Weekday::Sunday),
];

const MONTHS: [(&str, &str); 12] = [
    ("january", "jan"),
    ("february", "feb"),
    ("march", "mar"),
    ("april", "apr"),
    ("may", "may"),
    ("june", "jun"),
    ("july", "jul"),
    ("august", "aug"),
    ("september", "sep"),
    ("october", "oct"),
    ("november", "nov"),
    ("december", "dec"),
];

const NUMBERS: [(&str, i16); 16] = [
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("fifteen", 15),
    ("twenty", 20),
    ("thirty", 30),
    ("ninety", 90),
];

/// Every other word, once. What a mistyped word is compared with, too.
const PLAIN: [(&str, Word); 74] = [
    ("today", Word::Today),
    ("tonight", Word::Tonight),
    ("tomorrow", Word::Tomorrow),
    ("yesterday", Word::Yesterday),
    ("morning", Word::Part(Part::Morning)),
    ("mornings", Word::Parts(Part::Morning)),
    ("noon", Word::Part(Part::Noon)),
    ("midday", Word::Part(Part::Noon)),
    ("afternoon", Word::Part(Part::Afternoon)),
    ("evening", Word::Part(Part::Evening)),
    ("evenings", Word::Parts(Part::Evening)),
    ("night", Word::Part(Part::Night)),
    ("midnight", Word::Part(Part::Midnight)),
    ("every", Word::Every),
    ("each", Word::Every),
    ("other", Word::Other),
    ("alternate", Word::Alternate),
    ("alternating", Word::Alternate),
    ("fortnight", Word::Fortnight),
    ("fortnights", Word::Fortnight),
    ("fortnightly", Word::Fortnightly),
    ("biweekly", Word::Fortnightly),
    ("bi-weekly", Word::Fortnightly),
    ("daily", Word::Daily),
    ("hourly", Word::Hourly),
    ("weekly", Word::Weekly),
    ("monthly", Word::Monthly),
    ("yearly", Word::Yearly),
    ("minute", Word::Unit(Unit::Minute)),
    ("minutes", Word::Unit(Unit::Minute)),
    ("min", Word::Unit(Unit::Minute)),
    ("mins", Word::Unit(Unit::Minute)),
    ("hour", Word::Unit(Unit::Hour)),
    ("hours", Word::Unit(Unit::Hour)),
    ("hr", Word::Unit(Unit::Hour)),
    ("hrs", Word::Unit(Unit::Hour)),
    ("day", Word::Unit(Unit::Day)),
    ("days", Word::Unit(Unit::Day)),
    ("week", Word::Unit(Unit::Week)),
    ("weeks", Word::Unit(Unit::Week)),
    ("month", Word::Unit(Unit::Month)),
    ("months", Word::Unit(Unit::Month)),
    ("year", Word::Unit(Unit::Year)),
    ("weekday", Word::Weekdays),
    ("weekdays", Word::Weekdays),
    ("workday", Word::Weekdays),
    ("workdays", Word::Weekdays),
    ("weekend", Word::Weekend),
    ("weekends", Word::Weekend),
    ("first", Word::Nth(1)),
    ("second", Word::Nth(2)),
    ("third", Word::Nth(3)),
    ("fourth", Word::Nth(4)),
    ("last", Word::Last),
    ("next", Word::Next),
    ("this", Word::This),
    ("coming", Word::Next),
    ("after", Word::After),
    ("half", Word::Half),
    ("at", Word::At),
    ("on", Word::At),
    ("the", Word::At),
    ("by", Word::At),
    ("@", Word::At),
    ("of", Word::Of),
    ("and", Word::And),
    ("&", Word::And),
    ("to", Word::To),
    ("through", Word::To),
    ("-", Word::To),
    ("in", Word::In),
    ("o'clock", Word::Oclock),
    ("am", Word::HalfDay(HalfDay::Am)),
    ("pm", Word::HalfDay(HalfDay::Pm)),
];

/// Reads a whole text; none when one of its words is no part of a time.
pub(super) fn read(text: &str) -> Option<Vec<Word>> {
    pieces(text).map(|piece| word(&piece)).collect()
}

/// Whether a word says how often something comes in a way that is no part of the grammar.
pub(super) fn counts(piece: &str) -> bool {
    const OTHERS: [&str; 10] = [
        "once",
        "twice",
        "thrice",
        "per",
        "times",
        "annually",
        "quarterly",
        "semiweekly",
        "semimonthly",
        "bimonthly",
    ];
    let piece = bare(piece);
    OTHERS.contains(&piece.as_str())
        || matches!(
            word(&piece),
            Some(Word::Fortnightly | Word::Fortnight | Word::Alternate)
        )
}

/// Whether a word says that something comes again.
pub(super) fn repeats(piece: &str) -> bool {
    matches!(
        word(&bare(piece)),
        Some(
            Word::Every | Word::Daily | Word::Hourly | Word::Weekly | Word::Monthly | Word::Yearly
        )
    )
}

fn bare(piece: &str) -> String {
    piece
        .trim_matches(|letter: char| letter.is_ascii_punctuation())
        .to_lowercase()
}

/// `text` with each unknown word replaced by the known one it is nearest to; none when a word is near to nothing or all are known.
pub(super) fn mended(text: &str) -> Option<String> {
    let mut changed = false;
    let words: Option<Vec<String>> = pieces(text)
        .map(|piece| {
            if word(&piece).is_some() {
                return Some(piece);
            }
            changed = true;
            nearest(&piece).map(str::to_owned)
        })
        .collect();
    words.filter(|_| changed).map(|words| words.join(" "))
}

/// A distance as jiff reads it: `half an hour and two minutes` becomes `30 minutes 2 minutes`.
pub(super) fn distance(text: &str) -> String {
    let text = text.replace("half an hour", "30 minutes");
    pieces(&text)
        .filter(|piece| piece != "and")
        .map(
            |piece| match NUMBERS.iter().find(|(name, _)| *name == piece) {
                Some((_, number)) => number.to_string(),
                None if piece == "a" || piece == "an" => "1".to_owned(),
                None => piece,
            },
        )
        .collect::<Vec<_>>()
        .join(" ")
}

fn pieces(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| letter.is_whitespace() || letter == ',')
        .map(|piece| {
            piece
                .trim_matches(['!', '?', ';', '"', '\'', '(', ')'])
                .replace('\u{2019}', "'")
                .to_lowercase()
        })
        .filter(|piece| !piece.is_empty())
}

fn nearest(piece: &str) -> Option<&'static str> {
    // One slip in a short word, two in a long one: more would turn other words into times.
    let most = match piece.chars().count() {
        0..=3 => return None,
        4 | 5 => 1,
        _ => 2,
    };
    WEEKDAYS
        .iter()
        .map(|(name, ..)| *name)
        .chain(MONTHS.iter().map(|(name, _)| *name))
        .chain(PLAIN.iter().map(|(name, _)| *name))
        .filter(|name| name.len() > 2)
        .map(|name| (strsim::damerau_levenshtein(piece, name), name))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

fn word(piece: &str) -> Option<Word> {
    if let Some((_, word)) = PLAIN.iter().find(|(name, _)| *name == piece) {
        return Some(*word);
    }
    if let Some((_, number)) = NUMBERS.iter().find(|(name, _)| *name == piece) {
        return Some(Word::Number(*number));
    }
    if let Some(day) = weekday(piece) {
        return Some(Word::Day(day));
    }
    if let Some(day) = piece.strip_suffix('s').and_then(weekday) {
        return Some(Word::Days(day));
    }
    if let Some((from, to)) = piece.split_once('-')
        && let (Some(from), Some(to)) = (weekday(from), weekday(to))
    {
        return Some(Word::Range(from, to));
    }
    month(piece).map(Word::Month).or_else(|| figures(piece))
}

fn weekday(piece: &str) -> Option<Weekday> {
    WEEKDAYS
        .iter()
        .find(|(name, short, _)| *name == piece || short.contains(&piece.trim_end_matches('.')))
        .map(|(.., day)| *day)
}

fn month(piece: &str) -> Option<i8> {
    let piece = piece.trim_end_matches('.');
    let at = MONTHS.iter().position(|(name, short)| {
        *name == piece || *short == piece || (piece == "sept" && *short == "sep")
    })?;
    i8::try_from(at + 1).ok()
}

/// Pieces that begin with a figure.
fn figures(piece: &str) -> Option<Word> {
    if let Some(minute) = piece.strip_prefix(':') {
        return number(minute, 59).map(Word::Minute);
    }
    if !piece.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    if piece.bytes().all(|byte| byte.is_ascii_digit()) {
        return piece.parse().ok().map(Word::Number);
    }
    if let Some(nth) = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|ending| piece.strip_suffix(ending))
    {
        return number(nth, 31).filter(|nth| *nth > 0).map(Word::Nth);
    }
    if let Ok(date) = piece.parse::<Date>() {
        return Some(Word::Date(date));
    }
    dotted(piece).or_else(|| clock(piece))
}

/// `24.12.` and `24.12.2026`.
fn dotted(piece: &str) -> Option<Word> {
    let mut parts = piece.split('.');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (day, month) = (number(day, 31)?, number(month, 12)?);
    if year.is_empty() {
        return Some(Word::DayOfYear(day, month));
    }
    Date::new(year.parse().ok().filter(|year| *year > 1999)?, month, day)
        .ok()
        .map(Word::Date)
}

/// `9am`, `9:30`, `9.30pm`, `17h`, `9:30h`.
fn clock(piece: &str) -> Option<Word> {
    let piece = piece.replace("a.m.", "am").replace("p.m.", "pm");
    let (figures, half) = if let Some(figures) = piece.strip_suffix("am") {
        (figures, Some(HalfDay::Am))
    } else if let Some(figures) = piece.strip_suffix("pm") {
        (figures, Some(HalfDay::Pm))
    } else {
        (piece.strip_suffix('h').unwrap_or(&piece), None)
    };
    let (hour, minute) = match figures.split_once([':', '.', 'h']) {
        Some((hour, minute)) if minute.len() == 2 => (number(hour, 23)?, number(minute, 59)?),
        Some(_) => return None,
        None => (number(figures, 23)?, 0),
    };
    halved(hour, half).map(|hour| Word::Clock(hour, minute))
}

/// The hour of the day that `hour` is with `am` or `pm` behind it.
pub(super) fn halved(hour: i8, half: Option<HalfDay>) -> Option<i8> {
    match (hour, half) {
        (12, Some(HalfDay::Am)) => Some(0),
        (0..=23, None) | (1..=11, Some(HalfDay::Am)) | (12, Some(HalfDay::Pm)) => Some(hour),
        (1..=11, Some(HalfDay::Pm)) => Some(hour + 12),
        _ => None,
    }
}

fn number(figures: &str, most: i8) -> Option<i8> {
    let plain =
        (1..=2).contains(&figures.len()) && figures.bytes().all(|byte| byte.is_ascii_digit());
    plain
        .then(|| figures.parse().ok())
        .flatten()
        .filter(|number| *number <= most)
}
