//! Which files the local models are, where they lie, and how to tell that they are whole.
//!
//! `scripts/models.py` knows the same directories, names and sums.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::domain::content::hex;
use crate::models::ModelError;

/// One file of a model.
#[derive(Debug, Clone, Copy)]
pub struct ModelFile {
    pub name: &'static str,
    pub bytes: u64,
    /// Lower-case hex.
    pub sha256: &'static str,
}

/// One model: a directory under the models directory.
#[derive(Debug, Clone, Copy)]
pub struct ModelFiles {
    pub directory: &'static str,
    pub files: &'static [ModelFile],
    /// What it does, for the sentence that says it is missing.
    pub does: &'static str,
    /// The other ways to get a model of this role.
    other_ways: &'static str,
}

pub const TEXT: ModelFiles = ModelFiles {
    directory: "smollm2-135m-instruct",
    files: &[ModelFile {
        name: "model.q4_1.gguf",
        bytes: 98_362_432,
        sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    }],
    does: "writes text",
    other_ways: "OPENAI_API_KEY, or OLLAMA_HOST with OLLAMA_TEXT_MODEL",
};

pub const EMBEDDER: ModelFiles = ModelFiles {
    directory: "all-minilm-l6-v2",
    files: &[
        ModelFile {
            name: "model.safetensors",
            bytes: 90_868_376,
            sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        },
        ModelFile {
            name: "tokenizer.json",
            bytes: 466_247,
            sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        },
        ModelFile {
            name: "config.json",
            bytes: 612,
            sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        },
    ],
    does: "finds posts by meaning",
    other_ways: "OPENAI_API_KEY, or OLLAMA_HOST with OLLAMA_EMBEDDING_MODEL",
};

impl ModelFiles {
    /// Where `name` lies, if it is there and has the right size. A look at each file's length, nothing more.
    pub fn find(&self, models_dir: &Path, name: &str) -> Result<PathBuf, ModelError> {
        let path = models_dir.join(self.directory).join(name);
        let Some(file) = self.files.iter().find(|file| file.name == name) else {
            return Err(self.missing(&path, "is not a file of this model"));
        };
        match std::fs::metadata(&path) {
            Ok(found) if found.len() == file.bytes => Ok(path),
            Ok(found) => Err(self.missing(
                &path,
                &format!(
                    "is broken ({} bytes instead of {})",
                    found.len(),
                    file.bytes
                ),
            )),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(self.missing(&path, "is not there"))
            }
            Err(error) => Err(self.missing(&path, &format!("cannot be read ({error})"))),
        }
    }

    /// Reads every file and compares its SHA-256. For `lumen check`: it takes a moment.
    pub fn verify(&self, models_dir: &Path) -> Result<(), ModelError> {
        for file in self.files {
            let path = self.find(models_dir, file.name)?;
            match sha256_of(&path) {
                Ok(found) if found == file.sha256 => {}
                Ok(_) => return Err(self.missing(&path, "is broken (its SHA-256 is wrong)")),
                Err(error) => {
                    return Err(self.missing(&path, &format!("cannot be read ({error})")));
                }
            }
        }
        Ok(())
    }

    /// The file is there but cannot be used.
    pub(super) fn broken(&self, path: &Path, why: impl std::fmt::Display) -> ModelError {
        self.missing(path, &format!("is broken ({why})"))
    }

    fn missing(&self, path: &Path, what: &str) -> ModelError {
        ModelError::Missing(format!(
            "There is no model that {}: {} {what}. Run `make setup` to fetch the local one, or configure a service: {}.",
            self.does,
            path.display(),
            self.other_ways,
        ))
    }
}

fn sha256_of(path: &Path) -> std::io::Result<String> {
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path)?);
    let mut hasher = Sha256::new();
    let mut block = vec![0; 1 << 20];
    loop {
        let read = reader.read(&mut block)?;
        if read == 0 {
            return Ok(hex(&hasher.finalize()));
        }
        hasher.update(&block[..read]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_model_names_the_file_and_the_three_ways_to_get_one() {
        let dir = tempfile::tempdir().unwrap();
        let error = TEXT.find(dir.path(), "model.q4_1.gguf").unwrap_err();
        let text = error.to_string();
        for part in [
            "model.q4_1.gguf is not there",
            "make setup",
            "OPENAI_API_KEY",
            "OLLAMA_HOST",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn a_file_of_the_wrong_size_is_noticed_without_reading_it() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join(EMBEDDER.directory);
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("config.json"), "{}").unwrap();
        let error = EMBEDDER.find(dir.path(), "config.json").unwrap_err();
        assert!(
            error.to_string().contains("2 bytes instead of 612"),
            "{error}"
        );
    }

    #[test]
    fn a_file_of_the_right_size_and_the_wrong_bytes_is_found_by_its_sum() {
        let dir = tempfile::tempdir().unwrap();
        let files = ModelFiles {
            files: &EMBEDDER.files[2..],
            ..EMBEDDER
        };
        let folder = dir.path().join(files.directory);
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("config.json"), vec![b' '; 612]).unwrap();
        let error = files.verify(dir.path()).unwrap_err();
        assert!(error.to_string().contains("SHA-256"), "{error}");
    }
}
