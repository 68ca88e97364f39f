//! Somebody else on the sandbox: `lumen sandbox say`, beside a running Lumen.

use std::time::Duration;

use crate::support::binary::House;

const SOON: Duration = Duration::from_secs(20);

#[test]
fn what_a_guest_says_is_fetched_while_lumen_runs() {
    let mut house = House::new();
    house.set("LUMEN_EMBEDDER", "off");
    let mut running = house.start();
    let said = house.run(&["sandbox", "say", "@guest", "Do you open on Sundays?"]);
    assert!(said.status.success(), "{said:?}");
    assert!(said.out.contains("s105"), "{said:?}");
    running.say("/source add sandbox @guest");
    assert!(running.until("is followed", SOON), "{}", running.seen);
    running.say("/source fetch sandbox @guest");
    assert!(running.until("1 new", SOON), "{}", running.seen);
    let said = house.run(&["sandbox", "say", "guest", "Hello?", "--to", "s105"]);
    assert!(said.out.contains("@guest answers s105"), "{said:?}");
    running.say("/source fetch sandbox @guest");
    assert!(running.until("1 new", SOON), "{}", running.seen);
    assert!(running.finish().status.success());

    for (args, why) in [
        (["@lumen", "Hello?", "--to=s1"], "own account"),
        (["@guest", "Hello?", "--to=s9"], "s9"),
        (["@guest", "", "--to=s1"], "empty"),
    ] {
        let mut all = vec!["sandbox", "say"];
        all.extend(args);
        let ended = house.run(&all);
        // s9 is there; the others are refused in words.
        assert_eq!(ended.status.success(), args[2] == "--to=s9", "{ended:?}");
        assert!((ended.out + &ended.err).contains(why));
    }
}
