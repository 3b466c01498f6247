//! One source never answers: what each gives of the others, and when. Whoever gives nothing in the time it has is told so.

use crate::{
    Outcome,
    peers::{AGAIN, Wish, kinds::Peer, ms, read, relay},
    stage::Region,
};
use reqwest::Client;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Who is silent: a trust that holds more than most.
const SOURCE: &str = "acute";
/// Longer than anybody waits before a screen.
const PATIENCE: Duration = Duration::from_secs(12);

/// Of each, in words and as JSON.
pub(crate) struct Told {
    lines: Vec<(String, String)>,
}

pub(crate) async fn measure(region: &Region, peers: &[Peer], wish: &Wish) -> Outcome<Told> {
    let plan = relay::record(region, &wish.whose).await?.plan;
    let _gateway = region.gateway().await?;
    let view = region.open(region.named(&wish.whose)?).await?;
    let place = tempfile::Builder::new().prefix("shcr-peers-").tempdir()?;
    let client = Client::builder().no_proxy().build()?;
    let mut running = Vec::new();
    for peer in peers {
        let one = peer.start(&plan, place.path()).await?;
        for _ in 0..AGAIN {
            read(client.get(&one.url)).await?;
        }
        running.push((peer.name, one));
    }
    for _ in 0..wish.warm {
        view.draw().await?;
    }
    region.fault(SOURCE, "hang").await?;
    let drawn = view.draw().await?;
    let (some, all) = drawn.answered().ok_or("a record that does not say who answered")?;
    let said = format!(
        "first section {:.0} ms, whole {:.0} ms: {some} of {all} sources answered",
        ms(drawn.first_section),
        ms(drawn.whole),
    );
    let mut lines = vec![("the gateway's page".to_owned(), said)];
    for (name, one) in &running {
        let began = Instant::now();
        let said = match tokio::time::timeout(PATIENCE, read(client.get(&one.url))).await {
            Err(_) => format!("0 bytes in {} s", PATIENCE.as_secs()),
            Ok(Err(error)) => format!("an error after {:.0} ms: {error}", ms(began.elapsed())),
            Ok(Ok(answer)) => format!("first byte {:.0} ms", ms(answer.first_byte)),
        };
        lines.push(((*name).to_owned(), said));
    }
    region.fault(SOURCE, "none").await?;
    Ok(Told { lines })
}

impl Told {
    pub(crate) fn lines(&self) -> Vec<String> {
        let head = [format!("| `{SOURCE}` never answers | |"), "|---|---|".to_owned()];
        head.into_iter().chain(self.lines.iter().map(|(name, said)| format!("| {name} | {said} |"))).collect()
    }

    pub(crate) fn json(&self) -> Value {
        let lines = self.lines.iter().map(|(name, said)| json!({"name": name, "said": said}));
        json!({"source": SOURCE, "rows": lines.collect::<Vec<_>>()})
    }
}
