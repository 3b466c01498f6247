//! AU4: the process ends at an await of an opening, at each of them in turn.

use super::{gateway::Gateway, partners::Behaves};
use crate::opening::{Begun, open, told::Sink};
use futures_util::StreamExt;
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use web::gateway::{Order, Within};

/// A future that ends after so many steps, wherever it then waits.
struct Cut<'a> {
    inner: Pin<Box<dyn Future<Output = ()> + Send + 'a>>,
    left: usize,
}

impl Future for Cut<'_> {
    /// Whether it came to its own end.
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<bool> {
        if self.left == 0 {
            return Poll::Ready(false);
        }
        self.left -= 1;
        match self.inner.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(true),
            Poll::Pending if self.left == 0 => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// One opening, cut after so many steps: whether it was whole, and what its reader has.
async fn opened(gateway: &Gateway, within: &Within, steps: usize) -> (bool, String) {
    let (sink, body) = Sink::page(Order::AsTheyLand, None);
    let program = Arc::clone(&gateway.program);
    let whole = async move {
        match open(program, within.clone(), sink).await {
            Ok(Begun::Telling(_, telling)) => telling.await,
            Ok(Begun::Asks(_)) | Err(_) => panic!("the opening is refused"),
        }
    };
    let reading = tokio::spawn(body.collect::<Vec<_>>());
    let is_whole = Cut { inner: Box::pin(whole), left: steps }.await;
    (is_whole, super::gateway::text(reading.await.unwrap()))
}

// shows: F32, F33
#[tokio::test(flavor = "multi_thread")]
async fn au4_an_end_at_every_await_leaves_each_opening_closed_or_swept_and_nothing_told_as_less() {
    let gateway = Gateway::start().await;
    let within = gateway.host.launched(&gateway.program).await.unwrap();
    // One is shown while the other is waited for.
    gateway.partners[1].behave(Behaves::Slow(60));
    let shows = |page: &str, n: usize| page.contains(&gateway.partners[n].mark());
    let is_middle = |page: &String| shows(page, 0) && !shows(page, 1);
    let (mut pages, mut cuts) = (Vec::new(), 0);
    // How often a future is polled differs a little from one time to the next, so it is gone through until every stretch was met.
    for _ in 0..40 {
        let mut steps = 1;
        loop {
            let (is_whole, page) = opened(&gateway, &within, steps).await;
            pages.push(page);
            if is_whole {
                break;
            }
            steps += 1;
        }
        cuts += steps - 1;
        if cuts > 50 && pages.iter().any(is_middle) {
            break;
        }
    }
    assert!(pages.iter().any(is_middle), "some were cut in the middle");
    assert!(pages.iter().any(|page| shows(page, 0) && shows(page, 1)), "and some were whole");
    gateway.sweep().await;
    gateway.was_recorded_before_asked("cut");
    gateway.holds(&pages, "cut");
    let views = gateway.views();
    let count = |kind: &str| views.iter().filter(|view| view.entry["kind"] == kind).count();
    assert!(count("sweep") > 5 && count("close") > 1, "some were swept, and some closed");
    assert_eq!(count("open"), count("close") + count("sweep"));
}
