//! Who is waited for, and how long.

use super::*;
use tokio::time::Instant;

// shows: A35
#[tokio::test(start_paused = true)]
async fn a_reader_who_takes_nothing_is_waited_for_and_then_counts_as_gone() {
    let (sink, mut body) = Sink::page(Order::AsTheyLand, None);
    for _ in 0..PARTS_WAITING {
        assert!(sink.give(|| "a part".to_owned()).await, "what may wait waits");
    }
    let began = Instant::now();
    assert!(!sink.give(|| "one more".to_owned()).await, "HAZ-057: an opening is held for ever");
    assert_eq!(began.elapsed(), READER_PATIENCE);
    body.next().await;
    assert!(sink.give(|| "one more".to_owned()).await, "whoever takes a part is there again");
    drop(body);
    assert!(!sink.give(|| "the last".to_owned()).await);
    assert_eq!(began.elapsed(), READER_PATIENCE, "nobody waits for whoever has left");
}
