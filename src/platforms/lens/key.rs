//! The key of an account's manager, and what it signs: texts, in the form that wallets use (EIP-191).

use secp256k1::ecdsa::RecoverableSignature;
use secp256k1::{Message, SecretKey};
use secrecy::{ExposeSecret as _, SecretString};
use sha3::{Digest as _, Keccak256};

use crate::domain::content::hex;

/// A private key. It is never shown, not even in part.
pub(super) struct Key(SecretKey);

impl Key {
    /// Reads 64 hexadecimal digits, with or without `0x`; none when they are no key of this curve.
    pub fn read(text: &SecretString) -> Option<Self> {
        let text = text.expose_secret().trim();
        let text = text.strip_prefix("0x").unwrap_or(text);
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0_u8; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        SecretKey::from_secret_bytes(bytes).ok().map(Self)
    }

    /// The address that people see: `0x` and 40 digits, their case a checksum (EIP-55).
    pub fn address(&self) -> String {
        let point = self.0.public_key().serialize_uncompressed();
        let hash = Keccak256::digest(&point[1..]);
        checksummed(&hex(&hash[12..]))
    }

    /// Signs a text as a wallet does: 65 bytes in hexadecimal.
    pub fn sign(&self, text: &str) -> String {
        let signature = RecoverableSignature::sign_ecdsa_recoverable(digest(text), &self.0);
        let (recovery, compact) = signature.serialize_compact();
        format!("0x{}{:02x}", hex(&compact), 27 + recovery.to_u8())
    }
}

/// The hash of a text that a wallet signs: marked, so that no text is ever a transaction.
fn digest(text: &str) -> Message {
    let mut hasher = Keccak256::new();
    hasher.update(b"\x19Ethereum Signed Message:\n");
    hasher.update(text.len().to_string());
    hasher.update(text);
    Message::from_digest(hasher.finalize().into())
}

fn checksummed(lower: &str) -> String {
    let hash = hex(&Keccak256::digest(lower));
    let address: String = lower
        .chars()
        .zip(hash.chars())
        .map(|(digit, sum)| {
            if sum >= '8' {
                digit.to_ascii_uppercase()
            } else {
                digit
            }
        })
        .collect();
    format!("0x{address}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Option<Key> {
        Key::read(&SecretString::from(text.to_owned()))
    }

    /// Known from the documents of the Ethereum libraries.
    #[test]
    fn an_address_and_a_signature_are_those_that_wallets_make() {
        let key =
            key("0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318").unwrap();
        assert_eq!(key.address(), "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23");
        assert_eq!(
            key.sign("Some data"),
            "0xb91467e570a6466aa9e9876cbcd013baba02900b8979d43fe208a4a4f339f5fd6007e74cd82e037b800186422fc2da167c747ef045e5d18a5f5d4300f8e1a0291c"
        );
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in [
            "",
            "0x12",
            &"0".repeat(64),
            &"f".repeat(64),
            &"\u{e4}".repeat(32),
        ] {
            assert!(key(text).is_none(), "{text}");
        }
    }
}
