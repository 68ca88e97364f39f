//! The tokens of a login, in a file of their own that only its owner can read, replaced as one.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

/// A token that ends sooner than this is replaced before it is used.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);

/// A token whose end cannot be read is taken for this long.
const UNKNOWN_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// What a login gives; a refresh gives all three anew.
#[derive(Clone)]
pub(super) struct Tokens {
    pub access: SecretString,
    pub refresh: SecretString,
    pub id: SecretString,
    pub expires: Timestamp,
}

#[derive(Deserialize)]
struct Claims {
    exp: i64,
}

impl Tokens {
    pub fn new(access: String, refresh: String, id: String, now: Timestamp) -> Self {
        let expires = expiry(&access).unwrap_or_else(|| now + UNKNOWN_LIFE);
        Self {
            access: access.into(),
            refresh: refresh.into(),
            id: id.into(),
            expires,
        }
    }

    pub fn last(&self, now: Timestamp) -> bool {
        now + MARGIN < self.expires
    }

    pub fn same_access(&self, other: &SecretString) -> bool {
        self.access.expose_secret() == other.expose_secret()
    }
}

/// When a JWT ends. Its signature is the network's own business.
fn expiry(token: &str) -> Option<Timestamp> {
    let payload = token.split('.').nth(1)?;
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: Claims = serde_json::from_slice(&payload).ok()?;
    Timestamp::from_second(claims.exp).ok()
}

/// Whose tokens they are: for anybody else, or anywhere else, they are worth nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Holder {
    pub api: String,
    pub app: String,
    pub account: String,
    pub signer: String,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    holder: Holder,
    access: String,
    refresh: String,
    id: String,
    expires: Timestamp,
}

/// The file.
#[derive(Debug, Clone)]
pub(super) struct TokenFile(pub PathBuf);

impl TokenFile {
    /// The tokens of `holder`; none when there are none, or others'.
    pub fn read(&self, holder: &Holder) -> Option<Tokens> {
        let bytes = std::fs::read(&self.0).ok()?;
        let kept: Kept = serde_json::from_slice(&bytes).ok()?;
        (kept.holder == *holder).then(|| Tokens {
            access: kept.access.into(),
            refresh: kept.refresh.into(),
            id: kept.id.into(),
            expires: kept.expires,
        })
    }

    /// Replaces all of them at once: after a crash there are the old ones or the new ones.
    pub fn write(&self, holder: &Holder, tokens: &Tokens) -> io::Result<()> {
        let kept = Kept {
            holder: holder.clone(),
            access: tokens.access.expose_secret().to_owned(),
            refresh: tokens.refresh.expose_secret().to_owned(),
            id: tokens.id.expose_secret().to_owned(),
            expires: tokens.expires,
        };
        let beside = self.0.with_extension("json.partial");
        // One that an earlier crash left behind may be readable to others.
        match std::fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = private(&beside)?;
        file.write_all(&serde_json::to_vec(&kept)?)?;
        file.sync_all()?;
        std::fs::rename(&beside, &self.0)?;
        if let Some(folder) = self
            .0
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(account: &str) -> Holder {
        Holder {
            api: "https://api.lens.xyz/graphql".to_owned(),
            app: "0x1".to_owned(),
            account: account.to_owned(),
            signer: "0x3".to_owned(),
        }
    }

    fn jwt(exp: i64) -> String {
        let payload = URL_SAFE_NO_PAD.encode(format!("{{\"sub\":\"0x3\",\"exp\":{exp}}}"));
        format!("e30.{payload}.c2ln")
    }

    #[test]
    fn the_end_is_read_from_the_token_and_a_token_about_to_end_does_not_last() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let ending = |exp| Tokens::new(jwt(exp), String::new(), String::new(), now).last(now);
        assert!(ending(1_000_031));
        assert!(!ending(1_000_030) && !ending(999_999));
        let opaque = Tokens::new("opaque".to_owned(), String::new(), String::new(), now);
        assert!(opaque.last(now) && !opaque.last(now + UNKNOWN_LIFE));
    }

    #[test]
    fn the_file_is_private_and_serves_its_holder_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = TokenFile(folder.path().join("lens-session.json"));
        assert!(file.read(&holder("0x2")).is_none());
        let now = Timestamp::from_second(1_000_000).unwrap();
        for access in ["first", "second"] {
            let tokens = Tokens::new(access.to_owned(), "r".to_owned(), "i".to_owned(), now);
            file.write(&holder("0x2"), &tokens).unwrap();
            let read = file.read(&holder("0x2")).unwrap();
            assert!(read.same_access(&tokens.access) && read.expires == tokens.expires);
        }
        assert!(file.read(&holder("0x9")).is_none());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&file.0).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        // Cut off in the middle, it is as if there were none.
        std::fs::write(&file.0, b"{\"holder\":").unwrap();
        assert!(file.read(&holder("0x2")).is_none());
    }
}
