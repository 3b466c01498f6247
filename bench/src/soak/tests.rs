//! A few seconds of it with the program just built; and how growth is reckoned.

use super::*;

#[tokio::test]
async fn openings_begin_at_their_time_and_none_is_lost() {
    let plan = Plan { rate: 2, openings: 6, step: 3, people: 30, seed: 7 };
    let mut told = Vec::new();
    run(&crate::kills::tests::program(), &plan, &mut |line| told.push(line.to_owned())).await.unwrap();
    assert_eq!(told.iter().filter(|line| line.starts_with("after ")).count(), 2, "{told:#?}");
    let ended = told.iter().find_map(|line| line.strip_prefix("ended                ")).unwrap();
    let counts: Vec<u64> =
        ended.split([',', ';']).filter_map(|one| one.trim().split(' ').next()?.parse().ok()).collect();
    assert_eq!(counts.iter().take(3).sum::<u64>(), 6, "{ended}");
}

#[test]
fn growth_is_from_one_half_to_the_other_after_the_warm_steps() {
    let minute = Duration::from_secs(60);
    assert_eq!(grown(&[1, 2, 3, 1024], minute), "too few steps to tell its growth");
    let held = [9, 9, 9, 1024, 1024, 2048, 2048];
    assert_eq!(grown(&held, minute), "+1.00 MiB from one half to the other: +30.00 MiB an hour");
    assert_eq!(
        grown(&[9, 9, 9, 1024, 1024], minute),
        "+0.00 MiB from one half to the other: +0.00 MiB an hour"
    );
}
