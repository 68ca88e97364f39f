//! What the terminal can show: its width, colours, signs.

/// How wide a line of running text gets at most, however wide the window is.
const READABLE: usize = 96;
/// Below this nothing can be laid out any more.
const NARROWEST: usize = 20;

/// How a message is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    pub width: usize,
    pub colour: bool,
    /// Lines, dots and arrows beyond ASCII.
    pub unicode: bool,
}

impl Style {
    /// 80 columns, no colours: what goes into a file.
    #[must_use]
    pub const fn plain() -> Self {
        Self {
            width: 80,
            colour: false,
            unicode: true,
        }
    }

    /// Columns for text.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.width.clamp(NARROWEST, READABLE)
    }

    /// `text` in a colour or weight. `text` must be safe already.
    #[must_use]
    pub fn paint(&self, paint: Paint, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("\x1b[{}m{text}\x1b[0m", paint.code())
        } else {
            text.to_owned()
        }
    }

    /// Lumen's own words with the signs that this terminal has.
    #[must_use]
    pub fn words(&self, text: &str) -> String {
        if self.unicode {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '\u{b7}' | '\u{2013}' | '\u{2014}' => out.push('-'),
                '\u{2018}' | '\u{2019}' => out.push('\''),
                '\u{201c}' | '\u{201d}' => out.push('"'),
                '\u{2026}' => out.push_str("..."),
                '\u{2192}' => out.push_str("->"),
                c => out.push(c),
            }
        }
        out
    }
}

/// The few ways in which something stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub enum Paint {
    Bold,
    Dim,
    Warn,
    Key,
}

impl Paint {
    /// The SGR parameter.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Warn => "33",
            Self::Key => "36",
        }
    }
}

/// What was found out about the terminal at start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub colour: bool,
    pub unicode: bool,
    /// The cursor can be moved: lines can be edited and change in place.
    pub moves: bool,
}

impl Look {
    /// For output that is not a terminal.
    #[must_use]
    pub fn piped(env: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            colour: false,
            unicode: speaks_unicode(&env),
            moves: false,
        }
    }

    /// For a terminal, from what it says of itself in the environment. The terminal is not asked: one that does not
    /// answer would hold up the start, and keys typed ahead would be taken for the answer.
    #[must_use]
    pub fn of_terminal(env: impl Fn(&str) -> Option<String>) -> Self {
        let term = env("TERM").unwrap_or_default();
        let moves = !["dumb", "cons25", "emacs"].contains(&term.as_str());
        let no_colour = env("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            colour: moves && !no_colour,
            unicode: moves && speaks_unicode(&env),
            moves,
        }
    }
}

/// The locale names a charset or not; without one (a bare container) today's terminals speak UTF-8.
fn speaks_unicode(env: &impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| env(name).filter(|value| !value.is_empty()));
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::{Look, Paint, Style};

    fn with(pairs: &'static [(&'static str, &'static str)]) -> impl Fn(&str) -> Option<String> {
        move |name| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn the_environment_says_what_can_be_shown() {
        let look = Look::of_terminal(with(&[("TERM", "xterm-256color"), ("LANG", "de_DE.UTF-8")]));
        assert!(look.colour && look.unicode && look.moves);
        assert!(!Look::of_terminal(with(&[("TERM", "xterm"), ("NO_COLOR", "1")])).colour);
        assert!(
            !Look::of_terminal(with(&[
                ("TERM", "xterm"),
                ("LC_ALL", "C"),
                ("LANG", "de_DE.UTF-8")
            ]))
            .unicode
        );
        let dumb = Look::of_terminal(with(&[("TERM", "dumb")]));
        assert!(!dumb.colour && !dumb.unicode && !dumb.moves);
        assert!(Look::piped(with(&[])).unicode);
    }

    #[test]
    fn paint_and_signs_are_left_out_where_there_are_none() {
        let style = Style {
            unicode: false,
            ..Style::plain()
        };
        assert_eq!(style.paint(Paint::Bold, "x"), "x");
        assert_eq!(
            style.words("\u{201c}a\u{2026}\u{201d} \u{2192} b \u{b7} c"),
            "\"a...\" -> b - c"
        );
        assert_eq!(
            Style {
                colour: true,
                ..style
            }
            .paint(Paint::Bold, "x"),
            "\x1b[1mx\x1b[0m"
        );
    }
}
