use super::*;
use crate::models::local::testing::Small;

fn why(path: &Path, available: Option<u64>) -> String {
    let error = TextFile::open(path, available).unwrap_err();
    let said = error.user(path).to_string();
    assert!(said.contains("LUMEN_TEXT_FILE"), "{said}");
    assert!(said.contains(&*path.to_string_lossy()), "{said}");
    said
}

#[test]
fn a_file_of_each_family_says_what_it_holds() {
    let dir = tempfile::tempdir().unwrap();
    for &family in Family::VARIANTS {
        let small = Small::new(family);
        let file = TextFile::open(&small.file(dir.path()), Some(1 << 30)).unwrap();
        let numbers: usize = small
            .tensors
            .iter()
            .map(|(_, tensor, _)| tensor.elem_count())
            .sum();
        assert_eq!(file.name, "Small");
        assert_eq!(file.weights, numbers as u64);
        assert_eq!(file.context, 512);
        assert!(file.has_template && file.continues());
    }
    let mut base = Small::new(Family::Llama);
    base.remove("tokenizer.chat_template");
    base.remove("general.name");
    let file = TextFile::open(&base.file(dir.path()), None).unwrap();
    assert_eq!((file.name.as_str(), file.has_template), ("small", false));
    let large = TextFile {
        weights: FOLLOWS_INSTRUCTIONS,
        ..file
    };
    assert!(large.continues(), "it was never taught to answer");
    let taught = TextFile {
        has_template: true,
        ..large
    };
    assert!(!taught.continues());
}

#[test]
fn what_is_no_such_file_is_called_what_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("model.gguf");
    assert!(why(&path, None).contains("not there"));
    assert!(why(dir.path(), None).contains("a folder"));
    let safetensors = [&64_u64.to_le_bytes()[..], b"{\"x\":1}"].concat();
    for (bytes, said) in [
        (&b""[..], "0 bytes"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture"),
        (&safetensors, "a safetensors file"),
        (b"Once upon a time", "another kind"),
        (b"GGUF", "broken"),
        (b"GGUF\x03\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", "broken"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        assert!(
            why(&path, None).contains(said),
            "{said}: {}",
            why(&path, None)
        );
    }
}

#[test]
fn a_file_that_was_cut_off_anywhere_is_broken() {
    let dir = tempfile::tempdir().unwrap();
    let path = Small::new(Family::Qwen3).file(dir.path());
    let whole = std::fs::read(&path).unwrap();
    for eighths in 1..8 {
        std::fs::write(&path, &whole[..whole.len() * eighths / 8]).unwrap();
        assert!(why(&path, None).contains("broken"), "{}", why(&path, None));
    }
    std::fs::write(&path, &whole).unwrap();
    assert!(TextFile::open(&path, None).is_ok());
}

#[test]
fn what_the_head_claims_is_not_believed() {
    let dir = tempfile::tempdir().unwrap();
    for (key, value, said) in [
        (
            "general.architecture",
            Value::String("mamba".into()),
            "family mamba",
        ),
        (
            "general.architecture",
            Value::U32(1),
            "does not say its family",
        ),
        ("general.alignment", Value::U32(0), "broken"),
        ("split.count", Value::U32(3), "one of 3 parts"),
        (
            "llama.attention.head_count",
            Value::U32(0),
            "head_count is 0",
        ),
        ("llama.attention.head_count_kv", Value::U32(3), "3 of keys"),
        ("llama.embedding_length", Value::U32(7), "wide"),
        ("llama.block_count", Value::U32(1 << 20), "1048576 layers"),
        (
            "tokenizer.ggml.model",
            Value::String("bert".into()),
            "the kind bert",
        ),
        (
            "tokenizer.ggml.pre",
            Value::String("tekken".into()),
            "called tekken",
        ),
        ("tokenizer.ggml.tokens", Value::U32(7), "no tokens"),
        (
            "tokenizer.chat_template",
            Value::String("{% if %}".into()),
            "chat template",
        ),
    ] {
        let mut small = Small::new(Family::Llama);
        small.set(key, value);
        let said_of_it = why(&small.file(dir.path()), None);
        assert!(said_of_it.contains(said), "{said}: {said_of_it}");
    }
    // A context of four thousand million tokens is no reason to make room for it.
    let mut small = Small::new(Family::Phi3);
    small.set("phi3.context_length", Value::U32(u32::MAX));
    let file = TextFile::open(&small.file(dir.path()), Some(1 << 30)).unwrap();
    assert!(file.context <= CONTEXT_MOST);
}

#[test]
fn a_model_that_does_not_fit_says_both_sizes() {
    let dir = tempfile::tempdir().unwrap();
    let path = Small::new(Family::Gemma3).file(dir.path());
    let file = TextFile::open(&path, Some(1 << 30)).unwrap();
    assert!(TextFile::open(&path, Some(file.memory)).is_ok());
    let said = why(&path, Some(7_000_000));
    assert!(
        said.contains(&format!(
            "takes {} of memory, and 7 MB are free",
            in_words(file.memory)
        )),
        "{said}"
    );
    assert_eq!(in_words(3_460_000_000), "3.4 GB");
    let there = available_memory();
    assert!(!cfg!(target_os = "linux") || there.is_some_and(|there| there > 1 << 20));
}
