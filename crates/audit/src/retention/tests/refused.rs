//! AU33: an order by one person, inside the retention, that was never tried, or over a hold.

use super::*;

#[tokio::test]
async fn au33_one_person_no_authority_no_dry_run_or_something_too_young_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = written(dir.path()).await;
    let order = by_rule();
    let counts = counted(dir.path(), &order);
    for (authority, by, second) in
        [(AUTHORITY, "A. Keeper", " a. keeper "), (AUTHORITY, "", "B"), (AUTHORITY, "A", " ")]
    {
        let order = order.clone().ordered(authority, by, second);
        assert!(matches!(dry_run(&store, &order, &counts, NOW).await, Err(RetentionFault::OnePerson)));
        assert!(matches!(record(&store, order, &counts, NOW).await, Err(RetentionFault::OnePerson)));
    }
    let order = order.ordered("because", "A", "B");
    assert!(matches!(dry_run(&store, &order, &counts, NOW).await, Err(RetentionFault::Words("authority"))));
    let young = Order::by_rule(What::Entries, &year(), NOW.seconds() - 364 * 86_400, NOW);
    assert!(matches!(young, Err(RetentionFault::TooYoung(_))));
    let refused = record(&store, by_rule(), &counts, NOW).await.unwrap_err();
    assert!(matches!(refused, RetentionFault::NotTried), "{refused}");
    assert_eq!(
        store.watched(Query { kinds: vec![Kind::Deletion], ..Query::default() }).await.unwrap().entries,
        []
    );
}

#[tokio::test]
async fn au33_an_order_that_would_go_otherwise_than_it_was_tried_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = written(dir.path()).await;
    dry_run(&store, &by_rule(), &counted(dir.path(), &by_rule()), NOW).await.unwrap();
    let manifests = Order { what: What::Manifests, ..by_rule() };
    let other = [manifests, Order { scope: Scope::Before { at_s: OLD.seconds() }, ..by_rule() }];
    for order in other {
        let counts = counted(dir.path(), &order);
        assert!(matches!(record(&store, order, &counts, NOW).await, Err(RetentionFault::NotTried)));
    }
    let index =
        hold(&store, &Held::Person(NHS_NUMBER.to_owned()), [TWO[0], AUTHORITY, "a claim was made"], NOW)
            .await
            .unwrap();
    let counts = counted(dir.path(), &by_rule());
    assert_eq!((counts.holds.as_slice(), counts.held), ([index].as_slice(), 3));
    assert!(matches!(record(&store, by_rule(), &counts, NOW).await, Err(RetentionFault::NotTried)));
}

#[tokio::test]
async fn au33_what_is_held_stays_until_another_person_lifts_the_hold() {
    let dir = tempfile::tempdir().unwrap();
    let store = written(dir.path()).await;
    let professional = Held::Professional { host: "host-a".to_owned(), subject: sample::SUBJECT.to_owned() };
    let said = [TWO[0], AUTHORITY, "under investigation"];
    let index = hold(&store, &professional, said, NOW).await.unwrap();
    let counts = counted(dir.path(), &by_rule());
    assert_eq!((counts.bodies, counts.held), (1, 4), "only the start of the boot is about nobody");
    let stored = place(dir.path());
    let lifts = |index, by| lift(&store, (&stored, &KEY), (index, by, "the case is closed"), NOW);
    assert!(matches!(lifts(index, " a. KEEPER").await, Err(RetentionFault::OnePerson)));
    assert!(matches!(lifts(1, TWO[1]).await, Err(RetentionFault::NoHold(1))));
    lifts(index, TWO[1]).await.unwrap();
    assert!(matches!(lifts(index, TWO[1]).await, Err(RetentionFault::NoHold(_))), "once");
    let counts = counted(dir.path(), &by_rule());
    assert_eq!((counts.bodies, counts.held, counts.holds.len()), (5, 0, 0));
}

#[tokio::test]
async fn a_hold_on_a_number_that_was_superseded_or_sent_holds_the_whole_opening() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(sample::settings(dir.path()), OLD).unwrap();
    let mut open = at(sample::open(1), OLD);
    open.whom.as_mut().unwrap().superseded = vec!["9990000026".to_owned()];
    let opened = store.open_opening(sample::opening(1), open, OLD).await.unwrap();
    store.close(&opened, at(sample::close(1), OLD), OLD).await.unwrap();
    let held = Held::Person("9990000026".to_owned());
    hold(&store, &held, [TWO[0], AUTHORITY, "a claim was made"], NOW).await.unwrap();
    let counts = counted(dir.path(), &by_rule());
    assert_eq!((counts.bodies, counts.held), (1, 2));
}

#[tokio::test]
async fn damaged_evidence_is_not_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let store = written(dir.path()).await;
    dry_run(&store, &by_rule(), &counted(dir.path(), &by_rule()), NOW).await.unwrap();
    let recorded = record(&store, by_rule(), &counted(dir.path(), &by_rule()), NOW).await.unwrap();
    let still_open = recorded.carry_out(&place(dir.path()), &KEY).unwrap_err();
    assert!(matches!(still_open, RetentionFault::Open(crate::StoreFault::Held)), "the gateway has it");
    store.stop(NOW).await.unwrap();
    drop(store);
    let conn = rusqlite::Connection::open(place(dir.path()).path).unwrap();
    conn.execute_batch("UPDATE entry SET sealed = zeroblob(90) WHERE idx = 4").unwrap();
    drop(conn);
    assert!(matches!(tally(&place(dir.path()), &KEY, &by_rule()), Err(RetentionFault::Sealed(4))));
    assert!(matches!(recorded.carry_out(&place(dir.path()), &KEY), Err(RetentionFault::Sealed(4))));
    assert!(!row(&place(dir.path()).path, 1).is_empty(), "nothing went");
}
