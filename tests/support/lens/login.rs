//! Challenges, signatures that are really recovered, and tokens that end.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use lumen::domain::content::hex;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{Message, SecretKey};
use serde_json::{Value, json};
use sha3::{Digest, Keccak256};

use super::world::{Challenge, Login, World};

/// The address of a private key, lower case.
pub fn address_of(key: &str) -> String {
    let mut bytes = [0_u8; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        let digits = &key.trim_start_matches("0x")[2 * at..2 * at + 2];
        *byte = u8::from_str_radix(digits, 16).expect("a key is hexadecimal");
    }
    let key = SecretKey::from_secret_bytes(bytes).expect("a key");
    address(&key.public_key())
}

fn address(key: &secp256k1::PublicKey) -> String {
    let hash = Keccak256::digest(&key.serialize_uncompressed()[1..]);
    let digits = hex(&hash[12..]);
    format!("0x{digits}")
}

/// Who signed `text`, as every wallet and chain tells it.
fn signer(text: &str, signature: &str) -> Option<String> {
    let digits = signature.strip_prefix("0x")?;
    if digits.len() != 130 {
        return None;
    }
    let bytes: Option<Vec<u8>> = (0..65)
        .map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok())
        .collect();
    let bytes = bytes?;
    let mark = bytes[64].checked_sub(27)?;
    let recovery = RecoveryId::try_from(i32::from(mark)).ok()?;
    let signature = RecoverableSignature::from_compact(&bytes[..64], recovery).ok()?;
    let marked = format!("\x19Ethereum Signed Message:\n{}{text}", text.len());
    let message = Message::from_digest(Keccak256::digest(marked).into());
    signature.recover(message).ok().map(|key| address(&key))
}

impl World {
    pub fn challenge(&mut self, request: &Value) -> Value {
        let manager = &request["accountManager"];
        let text = |name: &str| manager[name].as_str().unwrap_or_default().to_owned();
        let id = uuid::Uuid::new_v4().to_string();
        let words = format!(
            "localhost wants you to sign in with your Ethereum account:\n{}\n\nSign in to Lens with your wallet.\n\nURI: http://localhost\nNonce: {id}",
            text("manager")
        );
        let challenge = Challenge {
            text: words.clone(),
            account: text("account"),
            signer: text("manager"),
        };
        self.challenges.insert(id.clone(), challenge);
        json!({"__typename": "AuthenticationChallenge", "id": id, "text": words})
    }

    pub fn authenticate(&mut self, request: &Value) -> Value {
        let id = request["id"].as_str().unwrap_or_default();
        let Some(challenge) = self.challenges.remove(id) else {
            return json!({"__typename": "ExpiredChallengeError", "reason": "there is no such challenge"});
        };
        let signature = request["signature"].as_str().unwrap_or_default();
        let by = signer(&challenge.text, signature);
        if !by.is_some_and(|by| by.eq_ignore_ascii_case(&challenge.signer)) {
            return json!({"__typename": "WrongSignerError", "reason": "another key signed"});
        }
        let manages = self.account(&challenge.account).is_some_and(|account| {
            let mut all = account.managers.keys();
            all.any(|manager| manager.eq_ignore_ascii_case(&challenge.signer))
        });
        if !manages {
            return json!({"__typename": "ForbiddenError", "reason": "not a manager"});
        }
        self.tokens(&challenge.account, &challenge.signer)
    }

    pub fn refreshed(&mut self, request: &Value) -> Value {
        let token = request["refreshToken"].as_str().unwrap_or_default();
        // It works once.
        match self.refresh.remove(token) {
            Some(login) => self.tokens(&login.account, &login.signer),
            None => {
                json!({"__typename": "ForbiddenError", "reason": "that refresh token is spent"})
            }
        }
    }

    fn tokens(&mut self, account: &str, signer: &str) -> Value {
        let ends = Timestamp::now().as_second() + self.token_life;
        let claims =
            json!({"sub": signer, "act": {"sub": account}, "exp": ends, "sid": self.number()});
        let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
        let access = format!("e30.{payload}.c2ln");
        let refresh = uuid::Uuid::new_v4().to_string();
        let login = Login {
            account: account.to_owned(),
            signer: signer.to_owned(),
            ends,
        };
        self.access.insert(access.clone(), login.clone());
        self.refresh.insert(refresh.clone(), login);
        json!({"__typename": "AuthenticationTokens", "accessToken": access, "refreshToken": refresh, "idToken": "e30.e30.c2ln"})
    }

    /// Who a token belongs to, while it is good.
    pub fn login(&self, header: Option<&str>) -> Option<Login> {
        let token = header?.strip_prefix("Bearer ")?;
        let login = self.access.get(token)?;
        (login.ends > Timestamp::now().as_second()).then(|| login.clone())
    }
}
