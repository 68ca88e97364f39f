//! Logging in as a manager: every wrong way has its own words, and tokens are kept, refreshed and replaced.

use std::sync::Arc;

use lumen::domain::source::Selector;
use lumen::platforms::{Outlet as _, Source as _};

use crate::support::binary::{Ended, House};
use crate::support::lens::{FakeLens, KEY, address_of};

async fn check(fake: &FakeLens, account: &str) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let lens = fake.open(
        fake.settings(folder.path(), Some(account), Some(KEY)),
        Arc::default(),
    );
    lens.check().await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn every_wrong_standing_says_what_to_do() {
    let fake = FakeLens::start();
    let brand = fake.brand();
    let signer = address_of(KEY);
    let said = check(&fake, &brand).await.unwrap();
    assert!(
        said.contains("@roastery") && said.contains("47 of 50 posts left this hour"),
        "{said}"
    );

    fake.world().account_mut(&brand).signless = false;
    let said = check(&fake, &brand).await.unwrap_err();
    assert!(said.contains("signless mode off"), "{said}");
    fake.world().account_mut(&brand).signless = true;

    fake.world().account_mut(&brand).sponsored = false;
    let said = check(&fake, &brand).await.unwrap_err();
    assert!(said.contains("does not pay"), "{said}");
    fake.world().account_mut(&brand).sponsored = true;

    fake.world()
        .account_mut(&brand)
        .managers
        .insert(signer.clone(), false);
    let said = check(&fake, &brand).await.unwrap_err();
    assert!(said.contains("may not post"), "{said}");

    fake.world().account_mut(&brand).managers.clear();
    let said = check(&fake, &brand).await.unwrap_err();
    assert!(said.contains("is no manager of @roastery"), "{said}");

    fake.world().account_mut(&brand).owner.clone_from(&signer);
    let said = check(&fake, &brand).await.unwrap_err();
    assert!(
        said.contains("owner") && said.contains("does not take"),
        "{said}"
    );
    // The owner's key signed nothing.
    assert_eq!(fake.world().calls_of("Authenticate"), 3);

    let said = check(&fake, "0x00000000000000000000000000000000000000ff")
        .await
        .unwrap_err();
    assert!(said.contains("there is no account"), "{said}");
    fake.nothing_to_complain();
}

#[tokio::test]
async fn tokens_are_kept_refreshed_and_replaced_and_the_key_helps_where_they_do_not() {
    let fake = FakeLens::start();
    let brand = fake.brand();
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        fake.open(
            fake.settings(folder.path(), Some(&brand), Some(KEY)),
            Arc::default(),
        )
    };
    let logins = || {
        let world = fake.world();
        (world.calls_of("Authenticate"), world.calls_of("Refresh"))
    };
    let lens = open();
    lens.page(&Selector::Replies, None).await.unwrap();
    lens.page(&Selector::Replies, None).await.unwrap();
    assert_eq!(logins(), (1, 0));
    // After a restart they are there still.
    let lens = open();
    lens.page(&Selector::Replies, None).await.unwrap();
    assert_eq!(logins(), (1, 0));
    // Not taken any more: refreshed once, and asked again.
    fake.world().access.clear();
    lens.page(&Selector::Replies, None).await.unwrap();
    assert_eq!(logins(), (1, 1));
    // Another process has refreshed meanwhile: its tokens are used, not the spent ones.
    let other = open();
    fake.world().access.clear();
    other.page(&Selector::Replies, None).await.unwrap();
    lens.page(&Selector::Replies, None).await.unwrap();
    assert_eq!(logins(), (1, 2));
    // The refresh token is spent as well: the key logs in.
    fake.world().access.clear();
    fake.world().refresh.clear();
    lens.page(&Selector::Replies, None).await.unwrap();
    assert_eq!(logins(), (2, 3));
    // A refresh that ends in a server error, twice: the key logs in.
    fake.world().failing.insert("refresh", false);
    fake.world().access.clear();
    lens.page(&Selector::Replies, None).await.unwrap();
    assert_eq!(logins(), (3, 5));
    fake.world().failing.clear();
    // About to end: refreshed before it does.
    fake.world().token_life = 20;
    fake.world().access.clear();
    lens.page(&Selector::Replies, None).await.unwrap();
    let before = logins().1;
    lens.page(&Selector::Replies, None).await.unwrap();
    assert_eq!(logins(), (3, before + 1));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.path().join("lens-session.json")).unwrap();
        assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    }
    fake.nothing_to_complain();
}

/// A house on the fake network, without models.
fn house(fake: &FakeLens, account: &str, key: &str) -> House {
    let mut house = House::new();
    house.set("LENS_API_URL", &fake.api());
    house.set("LENS_STORAGE_URL", &fake.storage());
    house.set("LENS_ACCOUNT", account);
    house.set("LENS_PRIVATE_KEY", key);
    house.set("LUMEN_TEXT", "off");
    house.set("LUMEN_EMBEDDER", "off");
    house
}

/// What was said, without the line breaks of the screen.
fn unbroken(out: &str) -> String {
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_program_says_it_in_check_and_in_chat_and_never_the_key() {
    let fake = FakeLens::start();
    let brand = fake.brand();
    let lumen = house(&fake, &brand, KEY);
    let good = lumen.run(&["check"]);
    assert!(
        good.status.success() && good.out.contains("publishing as @roastery"),
        "{good:?}"
    );
    let listed = unbroken(&lumen.session(&["/account list", "/account check"]).out);
    assert!(
        listed.contains(&format!("lens:{brand}, where drafts go")),
        "{listed}"
    );
    assert!(!listed.contains("sandbox:lumen"), "{listed}");
    assert!(listed.contains("publishing as @roastery"), "{listed}");

    fake.world().account_mut(&brand).signless = false;
    let bad = lumen.run(&["check"]);
    assert_eq!(bad.status.code(), Some(1), "{bad:?}");
    assert!(bad.out.contains("signless mode off"), "{}", bad.out);
    let said = lumen.session(&["/account check"]);
    let words = unbroken(&said.out);
    assert!(words.contains("signless mode off"), "{words}");

    let other = "0x00000000000000000000000000000000000000000000000000000000000000aa";
    let stranger = house(&fake, &brand, other);
    let bad = stranger.run(&["check"]);
    assert!(
        bad.out.contains("is no manager of @roastery"),
        "{}",
        bad.out
    );
    let no_key = house(&fake, &brand, &"0".repeat(64)).run(&["check"]);
    assert_eq!(no_key.status.code(), Some(2), "{no_key:?}");
    for ended in [&good, &bad, &said, &no_key] {
        for key in [KEY, other] {
            let shown = format!("{}{}", ended.out, ended.err);
            assert!(!shown.contains(&key[2..]), "{shown}");
        }
    }
    fake.nothing_to_complain();
}

#[test]
fn a_backup_leaves_the_tokens_out() {
    let fake = FakeLens::start();
    let brand = fake.brand();
    let lumen = house(&fake, &brand, KEY);
    assert!(lumen.run(&["check"]).status.success());
    let kept = std::fs::read_to_string(lumen.data().join("lens-session.json")).unwrap();
    let token = fake.world().refresh.keys().next().unwrap().clone();
    assert!(kept.contains(&token));
    let file = lumen.folder().join("lumen.backup");
    let backup = lumen.run(&["backup", file.to_str().unwrap()]);
    assert!(backup.status.success(), "{backup:?}");
    let bytes = std::fs::read(file).unwrap();
    let found = bytes
        .windows(token.len())
        .any(|window| window == token.as_bytes());
    assert!(!found, "the refresh token is in the backup");
}

#[test]
fn without_a_network_the_check_says_what_could_not_be_reached() {
    let mut house = House::new();
    house.set("LUMEN_TEXT", "off");
    house.set("LUMEN_EMBEDDER", "off");
    let lens = |ended: &Ended| {
        let line = ended.out.lines().find(|line| line.starts_with("lens"));
        line.unwrap().to_owned()
    };
    let ended = house.run(&["check"]);
    let line = lens(&ended);
    assert!(
        line.contains("could not be reached") && line.contains("127.0.0.1"),
        "{line}"
    );
    // Nobody has asked for Lens, so that is no fault; once something there is followed, it is one.
    assert!(
        ended.status.success() && line.contains("absent"),
        "{ended:?}"
    );
    house.session(&["/source add lens #coffee"]);
    let ended = house.run(&["check"]);
    assert!(lens(&ended).contains("fails"), "{ended:?}");
    assert_eq!(ended.status.code(), Some(1));
}
