//! Telegram's HTML: what is left of it when the markup is taken out, or why it is refused.

const TAGS: [&str; 10] = [
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "code",
    "pre",
    "blockquote",
    "a",
];

/// A text without its markup, as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What Telegram counts.
    pub text: String,
    /// With a bar before each line of what is set apart.
    pub shown: String,
}

pub fn seen(html: &str) -> Result<Seen, String> {
    let (mut text, mut shown) = (String::new(), String::new());
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        add(&rest[..at], &open, &mut text, &mut shown);
        rest = &rest[at..];
        if rest.starts_with('&') {
            let end = rest.find(';').ok_or("an entity does not end")?;
            let letter = match &rest[..=end] {
                "&lt;" => "<",
                "&gt;" => ">",
                "&amp;" => "&",
                "&quot;" => "\"",
                other => return Err(format!("there is no entity {other}")),
            };
            add(letter, &open, &mut text, &mut shown);
            rest = &rest[end + 1..];
            continue;
        }
        let end = rest.find('>').ok_or("a tag does not end")?;
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("unexpected end tag {name}"));
            }
        } else {
            let name = tag.split_whitespace().next().unwrap_or_default();
            if !TAGS.contains(&name) {
                return Err(format!("unsupported start tag {name}"));
            }
            if name == "blockquote" {
                shown.push_str("| ");
            }
            open.push(name);
        }
    }
    add(rest, &open, &mut text, &mut shown);
    if let Some(name) = open.pop() {
        return Err(format!("{name} is not closed"));
    }
    Ok(Seen {
        text: text.trim().to_owned(),
        shown: shown.trim().to_owned(),
    })
}

fn add(piece: &str, open: &[&str], text: &mut String, shown: &mut String) {
    text.push_str(piece);
    if open.contains(&"blockquote") {
        shown.push_str(&piece.replace('\n', "\n| "));
    } else {
        shown.push_str(piece);
    }
}

/// How Telegram counts.
pub fn units(text: &str) -> usize {
    text.encode_utf16().count()
}
