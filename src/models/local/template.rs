//! The chat template of a GGUF file: in which form a talk is written for its model.
//!
//! A template is a program of outside. It runs with a limit on its steps, and it never sees a message: where one belongs,
//! it puts a mark of ours. So no text of a message can begin a turn.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, context};

use crate::models::Speaker;

/// The longest template, in bytes.
const LONGEST: usize = 64 * 1024;

/// How many steps a template may take for one talk.
const STEPS: u64 = 200_000;

/// What stands around the number of a message. In no script, and in no template.
const BEGIN: char = '\u{f0000}';
const END: char = '\u{f0001}';

/// A piece of a written talk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// What the template writes: marks of turns, names of speakers.
    Form(String),
    /// The text of this message.
    Message(usize),
}

pub(super) struct ChatTemplate {
    environment: Environment<'static>,
    source: String,
    /// How the first token of a text is written, and the last.
    bos: String,
    eos: String,
}

impl ChatTemplate {
    pub(super) fn new(source: &str, bos: &str, eos: &str) -> anyhow::Result<Self> {
        anyhow::ensure!(
            source.len() <= LONGEST,
            "its chat template has {} bytes",
            source.len()
        );
        let mut environment = Environment::new();
        // As the library does for which these templates are written.
        let blocks = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?;
        environment.set_syntax(blocks);
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.set_fuel(Some(STEPS));
        environment.add_function("raise_exception", |why: String| -> Result<String, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, why))
        });
        environment
            .template_from_str(source)
            .map_err(|error| anyhow::anyhow!("its chat template: {error}"))?;
        Ok(Self {
            environment,
            source: source.to_owned(),
            bos: bos.to_owned(),
            eos: eos.to_owned(),
        })
    }

    /// The talk of these speakers, up to where the model is to answer. Where a template knows no instructions, they are
    /// the beginning of the first question.
    pub(super) fn render(&self, speakers: &[Speaker]) -> anyhow::Result<Vec<Part>> {
        let apart: Vec<_> = speakers
            .iter()
            .enumerate()
            .map(|(nth, speaker)| (role(*speaker), mark(nth)))
            .collect();
        let written = self.write(&apart);
        if let Ok(parts) = &written
            && is_whole(parts, speakers.len())
        {
            return written;
        }
        if let [(_, instructions), (_, question), rest @ ..] = apart.as_slice()
            && speakers.starts_with(&[Speaker::System, Speaker::User])
        {
            let mut joined = vec![("user", format!("{instructions}\n\n{question}"))];
            joined.extend_from_slice(rest);
            let parts = self.write(&joined)?;
            if is_whole(&parts, speakers.len()) {
                return Ok(parts);
            }
        }
        written?;
        anyhow::bail!("its chat template leaves out a part of the talk")
    }

    fn write(&self, talk: &[(&str, String)]) -> anyhow::Result<Vec<Part>> {
        let messages: Vec<_> = talk
            .iter()
            .map(|(role, content)| context! { role => *role, content => content })
            .collect();
        let text = self.environment.render_str(
            &self.source,
            context! {
                messages,
                bos_token => self.bos.as_str(),
                eos_token => self.eos.as_str(),
                add_generation_prompt => true,
                // Models that can think first are asked not to.
                enable_thinking => false,
            },
        );
        apart(&text.map_err(|error| anyhow::anyhow!("its chat template: {error}"))?)
    }
}

const fn role(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::System => "system",
        Speaker::User => "user",
        Speaker::Assistant => "assistant",
    }
}

fn mark(nth: usize) -> String {
    format!("{BEGIN}{nth}{END}")
}

/// The written talk, cut at our marks.
fn apart(text: &str) -> anyhow::Result<Vec<Part>> {
    let mut pieces = text.split(BEGIN);
    let mut parts: Vec<Part> = pieces
        .next()
        .map(|form| Part::Form(form.to_owned()))
        .into_iter()
        .collect();
    for piece in pieces {
        let (nth, form) = piece
            .split_once(END)
            .ok_or_else(|| anyhow::anyhow!("its chat template cuts a message"))?;
        parts.push(Part::Message(nth.parse()?));
        parts.push(Part::Form(form.to_owned()));
    }
    parts.retain(|part| !matches!(part, Part::Form(form) if form.is_empty()));
    Ok(parts)
}

/// Whether every message stands in it once, in order.
fn is_whole(parts: &[Part], count: usize) -> bool {
    let messages = parts.iter().filter_map(|part| match part {
        Part::Message(nth) => Some(*nth),
        Part::Form(_) => None,
    });
    messages.eq(0..count)
}

/// The talk for a model that was never taught to answer: each turn is a line, and the model goes on from the last one.
pub(super) fn plain(speakers: &[Speaker]) -> Vec<Part> {
    let form = |text: &str| Part::Form(text.to_owned());
    let mut parts = Vec::new();
    for (nth, speaker) in speakers.iter().enumerate() {
        parts.extend(match speaker {
            Speaker::System => None,
            Speaker::User => Some(form("User: ")),
            Speaker::Assistant => Some(form("Assistant: ")),
        });
        parts.push(Part::Message(nth));
        parts.push(form(if *speaker == Speaker::System {
            "\n\n"
        } else {
            "\n"
        }));
    }
    parts.push(form("Assistant:"));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHATML: &str = "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}\
        {{ '<|im_start|>system\nBe kind<|im_end|>\n' }}{% endif %}\
        {{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}\
        {% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    /// As gemma's: no instructions, turns by turns, Python's own methods.
    const TURNS: &str = "{{ bos_token }}{% for message in messages %}\
        {% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('turns by turns') }}{% endif %}\
        {% set role = 'model' if message['role'].startswith('assist') else message['role'] %}\
        {{ '<start_of_turn>' + role + '\n' + message['content'].strip() + '<end_of_turn>\n' }}{% endfor %}\
        {{ '<start_of_turn>model\n' }}";

    fn written(source: &str, speakers: &[Speaker]) -> anyhow::Result<String> {
        let parts = ChatTemplate::new(source, "<bos>", "<eos>")?.render(speakers)?;
        Ok(parts
            .iter()
            .map(|part| match part {
                Part::Form(form) => form.clone(),
                Part::Message(nth) => format!("[{nth}]"),
            })
            .collect())
    }

    #[test]
    fn a_talk_is_written_as_the_template_says() {
        use Speaker::{Assistant, System, User};
        assert_eq!(
            written(CHATML, &[System, User]).unwrap(),
            "<|im_start|>system\n[0]<|im_end|>\n<|im_start|>user\n[1]<|im_end|>\n<|im_start|>assistant\n"
        );
        assert_eq!(
            written(CHATML, &[User]).unwrap(),
            "<|im_start|>system\nBe kind<|im_end|>\n<|im_start|>user\n[0]<|im_end|>\n<|im_start|>assistant\n"
        );
        assert_eq!(
            written(TURNS, &[User, Assistant, User]).unwrap(),
            "<bos><start_of_turn>user\n[0]<end_of_turn>\n<start_of_turn>model\n[1]<end_of_turn>\n\
             <start_of_turn>user\n[2]<end_of_turn>\n<start_of_turn>model\n"
        );
    }

    #[test]
    fn a_template_without_instructions_gets_them_with_the_first_question() {
        use Speaker::{System, User};
        assert_eq!(
            written(TURNS, &[System, User]).unwrap(),
            "<bos><start_of_turn>user\n[0]\n\n[1]<end_of_turn>\n<start_of_turn>model\n"
        );
    }

    #[test]
    fn a_template_that_never_ends_cuts_or_leaves_out_is_an_error() {
        use Speaker::User;
        for source in [
            "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
            "{{ messages[0]['content'][:1] }}",
            "hello",
            "{{ messages[0]['content'] }}{{ messages[0]['content'] }}",
            "{{ raise_exception('no') }}",
        ] {
            assert!(written(source, &[User]).is_err(), "{source}");
        }
        assert!(ChatTemplate::new("{% if %}", "", "").is_err());
        assert!(ChatTemplate::new(&" ".repeat(LONGEST + 1), "", "").is_err());
    }

    #[test]
    fn without_a_template_turns_are_lines() {
        use Speaker::{System, User};
        let parts = plain(&[System, User]);
        assert!(is_whole(&parts, 2));
        assert_eq!(parts.last(), Some(&Part::Form("Assistant:".to_owned())));
    }
}
