//! What a key may do with an account. The owner's key is refused: whoever holds it can give the account away.

use serde::Deserialize;
use serde_json::json;

use super::client::Client;
use super::error::LensError;
use super::operations;
use super::wire::Account;

/// A key in good standing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    pub handle: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rights {
    account: Option<Account>,
    accounts_available: Available,
}

#[derive(Deserialize)]
struct Available {
    items: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Item {
    AccountManaged {
        account: Address,
        permissions: Permissions,
    },
    AccountOwned {
        account: Address,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
struct Address {
    address: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Permissions {
    can_execute_transactions: bool,
}

/// # Errors
/// Each wrong standing has its own words, with what to do.
pub(super) async fn ask(
    client: &Client,
    account: &str,
    signer: &str,
) -> Result<Standing, LensError> {
    let variables = json!({
        "account": {"address": account},
        "managed": {"managedBy": signer, "includeOwned": true, "hiddenFilter": "ALL", "pageSize": "FIFTY"},
    });
    let rights: Rights = client.ask(operations::RIGHTS, &variables, None).await?;
    judge(rights, account, signer)
}

fn judge(rights: Rights, account: &str, signer: &str) -> Result<Standing, LensError> {
    let Some(found) = rights.account else {
        return Err(LensError::refused(format!(
            "there is no account {account}. Look at LENS_ACCOUNT: a Lens app shows the address in the account's settings"
        )));
    };
    let is_it = |address: &Address| address.address.eq_ignore_ascii_case(account);
    let owned = rights
        .accounts_available
        .items
        .iter()
        .any(|item| matches!(item, Item::AccountOwned { account } if is_it(account)));
    let by_owner = found
        .owner
        .as_deref()
        .is_some_and(|owner| owner.eq_ignore_ascii_case(signer));
    if owned || by_owner {
        return Err(LensError::refused(format!(
            "LENS_PRIVATE_KEY is the key of the account's owner ({signer}), which Lumen does not take. Add another key as a manager of the account, with the right to post and no right to tokens, and give that one"
        )));
    }
    let may = rights
        .accounts_available
        .items
        .iter()
        .find_map(|item| match item {
            Item::AccountManaged {
                account,
                permissions,
            } if is_it(account) => Some(permissions.can_execute_transactions),
            _ => None,
        });
    match may {
        Some(true) => Ok(Standing {
            handle: found.handle().to_owned(),
        }),
        Some(false) => Err(LensError::refused(format!(
            "the key {signer} manages @{} but may not post. Its owner gives it that right in a Lens app: execute transactions, in the account's managers",
            found.handle()
        ))),
        None => Err(LensError::refused(format!(
            "the key {signer} is no manager of @{}. Its owner adds it in a Lens app, in the account's managers; or LENS_PRIVATE_KEY is another account's",
            found.handle()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(rights: serde_json::Value) -> Result<Standing, String> {
        let rights = serde_json::from_value(rights).unwrap();
        judge(rights, "0xAA", "0xBB").map_err(|error| error.to_string())
    }

    #[test]
    fn every_standing_has_its_own_words() {
        let account =
            json!({"address": "0xaa", "owner": "0xcc", "username": {"localName": "roastery"}});
        let managed = |may: bool| {
            json!([{"__typename": "AccountManaged", "account": {"address": "0xaa"},
                    "permissions": {"canExecuteTransactions": may}}])
        };
        let with = |account: &serde_json::Value, items: serde_json::Value| {
            judged(json!({"account": account, "accountsAvailable": {"items": items}}))
        };
        assert_eq!(with(&account, managed(true)).unwrap().handle, "roastery");
        for (answer, words) in [
            (with(&account, managed(false)), "may not post"),
            (with(&account, json!([])), "is no manager of @roastery"),
            (with(&json!(null), json!([])), "there is no account"),
            (
                with(
                    &json!({"address": "0xaa", "owner": "0xbb", "username": null}),
                    managed(true),
                ),
                "account's owner",
            ),
            (
                with(
                    &account,
                    json!([{"__typename": "AccountOwned", "account": {"address": "0xAA"}}]),
                ),
                "account's owner",
            ),
            (
                with(&account, json!([{"__typename": "AccountLent"}])),
                "is no manager",
            ),
        ] {
            let said = answer.unwrap_err();
            assert!(said.contains(words), "{said}");
        }
    }
}
