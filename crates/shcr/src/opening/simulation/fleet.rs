//! What replicas share, on virtual time and with nothing wrong but what each case says.

use super::{
    browser::{self, Read, Visit},
    chaos::{Behaves, Classes, Mood},
    run,
    watch::Watch,
    world::World,
};
use audit::store::testing::Dice;
use federation::Stance;
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;

const SECOND: Duration = Duration::from_secs(1);

/// Two replicas or three, and nobody in them.
async fn world() -> Arc<World> {
    run::begin();
    let watch = Arc::new(Watch::begin(false));
    let world = World::begin(watch, (1, Classes::NONE), &mut Dice::of(1));
    federation::network::lay(Some(Arc::new(world.net.clone())));
    sleep(SECOND).await;
    world
}

/// Whoever opens a record there reads it to the end.
async fn opens(world: &Arc<World>, name: usize, replica: usize) -> Option<Read> {
    let visit = Visit::calm(name, replica);
    let within = browser::enter(world, &visit).await?;
    let page = browser::page(world, &visit, &within).await?;
    Some(browser::read(world, &visit, page).await)
}

fn has(read: Option<Read>, source: &str) -> bool {
    read.is_some_and(|read| read.labels.iter().any(|label| label.source == source))
}

fn stance(world: &World, replica: usize, source: &str) -> Stance {
    world.program(replica).unwrap().federation.stance(&fhir::SourceId::new(source))
}

// shows: F6
#[test]
fn f6_what_one_replica_was_asked_to_wait_for_every_other_waits_for_within_a_second() {
    run::alone(None, async {
        let world = world().await;
        assert!(has(opens(&world, 1, 1).await, "eput"), "the other replica knows of it");
        world.net.mood("eput", Mood::Steady(Behaves::Wait(20)));
        assert!(opens(&world, 2, 0).await.is_some());
        sleep(SECOND).await;
        assert_eq!(stance(&world, 1, "eput"), Stance::Resting, "HAZ-036: and it never asked");
        assert_eq!(stance(&world, 1, "nelft"), Stance::Closed);
        world.clear(1);
        sleep(SECOND * 3).await;
        assert_eq!(stance(&world, 1, "eput"), Stance::Closed, "whoever looked into it is not contradicted");
    });
}

#[test]
fn what_a_replica_had_that_is_gone_is_lent_again_only_when_its_questions_must_have_ended() {
    run::alone(None, async {
        let world = world().await;
        assert!(has(opens(&world, 1, 1).await, "acute"), "its one place is lent to whoever needs it");
        sleep(SECOND * 4).await;
        world.net.mood("acute", Mood::Steady(Behaves::Hangs));
        let hung = tokio::spawn({
            let world = Arc::clone(&world);
            async move { opens(&world, 2, 0).await }
        });
        sleep(SECOND * 2).await;
        world.crash(0);
        world.net.heal();
        assert!(!has(opens(&world, 3, 1).await, "acute"), "HAZ-036: it may still be asked by who is gone");
        sleep(SECOND * 5).await;
        assert!(!has(opens(&world, 4, 1).await, "acute"), "HAZ-036");
        sleep(SECOND * 8).await;
        assert!(has(opens(&world, 5, 1).await, "acute"), "HAZ-006: and not for ever");
        hung.abort();
    });
}
