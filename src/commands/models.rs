//! `lumen models`: local text models that one could have, and what each would take here.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

use crate::models::memory;
use crate::models::speed::Speed;
use crate::models::text_models::{self, Source, TextModel};

/// The table for people. Measures the machine, which takes about a second.
///
/// # Errors
/// When the table that is built in is broken, or nothing can be computed.
pub fn table(models_dir: &Path) -> anyhow::Result<String> {
    let all = text_models::all().context("the table of text models is broken")?;
    let speed = Speed::measure().context("this machine cannot be measured")?;
    Ok(render(&all, speed, memory::of_machine(), models_dir))
}

fn render(all: &[TextModel], speed: Speed, memory: Option<u64>, models_dir: &Path) -> String {
    let mut rows = vec![row(
        ["name", "size", "memory", "a draft", "licence"].map(str::to_owned),
        "languages",
    )];
    for model in all {
        let cells = [
            model.name.clone(),
            size(model.bytes),
            size(model.memory()),
            seconds(model.time_per_draft(speed)),
            model.licence.clone(),
        ];
        let mut last = model.languages.clone();
        if let Some(memory) = memory.filter(|memory| model.memory() > *memory) {
            let _ = write!(last, "; too large, this machine has {}", size(memory));
        } else if let Some(note) = note(model, models_dir) {
            let _ = write!(last, "; {note}");
        }
        rows.push(row(cells, &last));
    }
    format!(
        "Models that can write on this machine. The time of a draft is an estimate,\n\
         from a second of computing just now.\n\n\
         {}\n\
         make setup MODEL=NAME gets one. Any other GGUF file of the families llama, qwen2,\n\
         qwen3, gemma3 and phi3 will do, too. Then set LUMEN_TEXT_FILE to the file.\n\
         A hosted model (OPENAI_API_KEY), or a larger one in Ollama (OLLAMA_HOST and\n\
         OLLAMA_TEXT_MODEL), writes better.\n",
        rows.concat()
    )
}

fn row([name, size, memory, time, licence]: [String; 5], last: &str) -> String {
    format!("{name:<13} {size:>7} {memory:>7} {time:>8}  {licence:<19}  {last}\n")
}

fn note(model: &TextModel, models_dir: &Path) -> Option<String> {
    match model.source {
        Source::Setup => Some("fetched by make setup".to_owned()),
        _ if model.path(models_dir).is_file() => {
            Some(format!("here: {}", model.path(models_dir).display()))
        }
        _ => None,
    }
}

/// `98 MB`, `2.5 GB`.
fn size(bytes: u64) -> String {
    let megabytes = bytes.div_ceil(1_000_000);
    if megabytes < 1_000 {
        return format!("{megabytes} MB");
    }
    let tenths = bytes.div_ceil(100_000_000);
    format!("{}.{} GB", tenths / 10, tenths % 10)
}

/// Rounded as a person would say it.
fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{} s", time.as_millis().div_ceil(1_000)),
        seconds @ 10..120 => format!("{} s", seconds.div_ceil(5) * 5),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEED: Speed = Speed {
        one_row: 5e9,
        many_rows: 40e9,
    };

    #[test]
    fn a_model_that_does_not_fit_says_so_and_one_that_is_here_says_where() {
        let folder = tempfile::tempdir().unwrap();
        let all = text_models::all().unwrap();
        let here = all
            .iter()
            .find(|model| model.name == "qwen2.5-1.5b")
            .unwrap();
        let path = here.path(folder.path());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "").unwrap();
        let table = render(&all, SPEED, Some(6_000_000_000), folder.path());
        let line = |name: &str| {
            let line = table.lines().find(|line| line.starts_with(name));
            line.unwrap().to_owned()
        };
        assert!(line("qwen3-8b").contains("too large, this machine has 6.0 GB"));
        assert!(line("smollm2-135m").contains("fetched by make setup"));
        let line = line("qwen2.5-1.5b");
        assert!(
            line.contains(path.to_str().unwrap()) && line.contains("Apache-2.0"),
            "{line}"
        );
        assert!(!table.contains("smollm2-360m: "));
    }

    #[test]
    fn numbers_are_rounded_up_as_a_person_would_say_them() {
        assert_eq!([98_362_432, 5_027_783_488].map(size), ["99 MB", "5.1 GB"]);
        let said =
            [200, 4_100, 12_000, 300_000].map(|millis| seconds(Duration::from_millis(millis)));
        assert_eq!(said, ["1 s", "5 s", "15 s", "5 min"]);
    }
}
